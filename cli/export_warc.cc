// spinneret export: stored responses as a WARC file with a CDXJ index beside it.
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/printable.h"
#include "cli/duration.h"
#include "cli/export_job.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "cli/warc_member.h"
#include "storage/export/cdxj.h"
#include "storage/export/warc_record.h"
#include "storage/export_queries.h"
#include "storage/sqlite/sorted_lines.h"

namespace spinneret::cli {
namespace {

// Of exports/responses.sql.
enum Column : std::size_t {
  kUrl,
  kAt,
  kStatus,
  kIp,
  kHttpVersion,
  kMime,
  kTruncated,
  kHeaders,
  kDigest,
  kBytes,
  kFetch,
  kFirst,
  kFirstUrl,
  kFirstAt,
  kBody,
  kBodySize,
  kBodyZstd
};

std::string RandomSeed() {
  std::array<char, 32> bytes{};
  // Up to 256 bytes come whole (getrandom(2)).
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return std::to_string(SystemClock().WallTimeMs());  // ids need to differ, not to be secret
  }
  return {bytes.data(), bytes.size()};
}

// "crawl.warc.gz" → "crawl.cdxj".
std::string IndexPath(const std::string& path) {
  std::string stem = path;
  for (const std::string_view ending : {".gz", ".warc"}) {
    if (stem.size() > ending.size() && stem.ends_with(ending)) {
      stem.resize(stem.size() - ending.size());
    }
  }
  return stem + ".cdxj";
}

class WarcFile {
 public:
  WarcFile(OutputFile& file, SortedLines& index, std::string name)
      : file_(file), index_(index), name_(std::move(name)) {}

  bool Begin() {
    return file_.Write(GzipMember(
        WarcInfo(WarcRecordId(seed_, 0), SystemClock().WallTimeMs(), name_, "spinneret/" SPINNERET_VERSION)));
  }

  bool Add(const std::vector<Cell>& row) {
    const bool has_payload = !IsNull(row, kDigest);
    if (has_payload && IsNull(row, kBody)) {
      ++without_body_;  // left out by --accept, or an earlier run kept no bodies
      return true;
    }
    StoredResponse response;
    response.fetch = NumberOf(row, kFetch);
    response.url = TextOf(row, kUrl);
    response.at_ms = NumberOf(row, kAt);
    response.status = static_cast<int>(NumberOf(row, kStatus));
    response.ip = TextOf(row, kIp);
    response.http_version = TextOf(row, kHttpVersion);
    response.mime = TextOf(row, kMime);
    response.truncated = TextOf(row, kTruncated);
    response.headers = TextOf(row, kHeaders);
    response.digest = TextOf(row, kDigest);
    response.body_bytes = static_cast<std::uint64_t>(NumberOf(row, kBytes));
    if (has_payload && NumberOf(row, kFirst) != response.fetch) {
      response.same_body = {NumberOf(row, kFirst), std::string(TextOf(row, kFirstUrl)), NumberOf(row, kFirstAt)};
    } else if (has_payload) {
      response.body_bytes = static_cast<std::uint64_t>(NumberOf(row, kBodySize));
      response.zstd = TextOf(row, kBodyZstd);
    }
    std::optional<WarcMember> member = MakeWarcMember(response, seed_, body_);
    if (!member) {
      ++damaged_;
      return true;
    }
    member->entry.offset = file_.bytes();
    member->entry.length = member->bytes.size();
    member->entry.file = name_;
    index_.Add(CdxjLine(member->entry));
    progress_.Add(member->bytes.size());
    return file_.Write(member->bytes);
  }

  std::uint64_t records() const { return progress_.count(); }
  std::uint64_t without_body() const { return without_body_; }
  std::uint64_t damaged() const { return damaged_; }

 private:
  OutputFile& file_;
  SortedLines& index_;
  const std::string name_;
  const std::string seed_ = RandomSeed();
  std::string body_;
  ExportProgress progress_{"records", file_.is_stdout()};
  std::uint64_t without_body_ = 0;
  std::uint64_t damaged_ = 0;
};

Result<void> WriteIndex(const std::string& path, SortedLines& lines) {
  Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(path);
  if (!file) {
    return std::move(file).error();
  }
  const Result<void> read =
      lines.ForEach([&](std::string_view line) { return (*file)->Write(line) && (*file)->Write("\n"); });
  return read ? (*file)->Finish() : read;
}

}  // namespace

Result<void> ExportWarc(const ExportJob& job) {
  const bool to_stdout = job.output.empty() || job.output == "-";
  if (to_stdout && IsTerminal(STDOUT_FILENO)) {
    return Err(ErrorCode::kInvalidArgument, "a WARC file is not for a terminal: give -o FILE.warc.gz");
  }
  Result<std::unique_ptr<SortedLines>> index = SortedLines::Open();
  if (!index) {
    return std::move(index).error();
  }
  Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(job.output);
  if (!file) {
    return std::move(file).error();
  }
  const std::string name = to_stdout ? "-" : std::filesystem::path(job.output).filename().string();
  WarcFile warc(**file, **index, name);
  bool open = warc.Begin();
  if (Result<void> done = job.reader.Query(
          ExportSql("responses", job.where), [](const std::vector<std::string>&) {},
          [&](const std::vector<Cell>& row) { return open = warc.Add(row); });
      !done) {
    return done;
  }
  if (warc.records() == 0 && open) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{}: no response is stored there; crawl with --store-body zstd to write WARC files later",
                           Printable(job.database)));
  }
  if (Result<void> finished = (*file)->Finish(); !finished) {
    return finished;
  }
  if (warc.without_body() + warc.damaged() > 0) {
    Log(LogLevel::kWarning, fmt::format("{} responses are left out: {} without a stored body, {} with a damaged one",
                                        FormatCount(warc.without_body() + warc.damaged()),
                                        FormatCount(warc.without_body()), FormatCount(warc.damaged())));
  }
  return to_stdout ? Result<void>() : WriteIndex(IndexPath(job.output), **index);
}

}  // namespace spinneret::cli
