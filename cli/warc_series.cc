#include "cli/warc_series.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"
#include "storage/export/warc_record.h"

namespace spinneret::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "spinneret-warc 1";

Error FileError(const std::string& path, std::string_view what, int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Err(full ? ErrorCode::kStorageFull : ErrorCode::kStorage,
             fmt::format("{} cannot be {}: {}", Printable(path), what, std::strerror(number)));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Over what was there, whole or not at all, also when the power goes.
Result<void> WriteWhole(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part";
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool done = fd >= 0 && WriteAll(fd, bytes) && ::fsync(fd) == 0;
  const int number = errno;
  if (fd >= 0) {
    ::close(fd);
  }
  if (!done) {
    ::unlink(part.c_str());
    return FileError(path, "written", number);
  }
  return ::rename(part.c_str(), path.c_str()) == 0 ? Result<void>() : FileError(path, "written", errno);
}

std::optional<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The number at the beginning of `text`, which goes with the blank after it.
template <class Number>
std::optional<Number> TakeNumber(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || (end != text.data() + text.size() && *end != ' ')) {
    return std::nullopt;
  }
  text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  return number;
}

// The lines of `text` that have an end.
std::vector<std::string_view> WholeLines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

Result<void> WarcSeries::CheckUnused(const std::string& prefix) {
  const fs::path path(prefix);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const std::string stem = path.filename().string();
  if (stem.empty() || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    return Err(ErrorCode::kInvalidArgument,
               stem.empty() ? fmt::format("--warc \"{}\": it ends with a slash; files are named PREFIX-00000.warc.gz",
                                          Printable(prefix))
                            : fmt::format("--warc {}: no file can be written into \"{}\": {}", Printable(prefix),
                                          Printable(folder.string()), std::strerror(errno)));
  }
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name == stem + ".journal" || (name.starts_with(stem + "-") && name.ends_with(".warc.gz"))) {
      return Err(ErrorCode::kAlreadyExists,
                 fmt::format("--warc {}: {} exists already and is never overwritten; name another prefix",
                             Printable(prefix), Printable((folder / name).string())));
    }
  }
  return {};
}

WarcSeries::WarcSeries(Settings settings) : settings_(std::move(settings)) {}

WarcSeries::~WarcSeries() {
  for (const int fd : {file_, journal_}) {
    if (fd >= 0) {
      ::close(fd);
    }
  }
}

std::string WarcSeries::Path(std::string_view ending) const {
  return fmt::format("{}-{:05}{}", settings_.prefix, number_, ending);
}

Result<std::unique_ptr<WarcSeries>> WarcSeries::Open(Settings settings) {
  std::unique_ptr<WarcSeries> series(new WarcSeries(std::move(settings)));
  if (Result<void> begun = series->Begin(); !begun) {
    return std::move(begun).error();
  }
  return series;
}

Result<void> WarcSeries::Begin() {
  const std::optional<std::string> journal = ReadWhole(JournalPath());
  if (!journal) {
    const Result<void> unused = CheckUnused(settings_.prefix);
    return unused ? StartJournal() : unused;
  }
  std::string_view head = std::string_view(*journal).substr(0, journal->find('\n'));
  const std::string mine = fmt::format("{} {} ", kMagic, settings_.crawl);
  if (!head.starts_with(mine)) {
    return Err(ErrorCode::kAlreadyExists,
               fmt::format("--warc {}: {} is of {}; name another prefix", Printable(settings_.prefix),
                           Printable(JournalPath()),
                           head.starts_with(kMagic) ? "another crawl" : "something else than a crawl"));
  }
  const std::size_t head_bytes = head.size() + 1;
  head.remove_prefix(mine.size());
  const std::optional<std::uint32_t> number = TakeNumber<std::uint32_t>(head);
  const std::optional<std::int64_t> fetch = TakeNumber<std::int64_t>(head);
  if (!number || !fetch || head_bytes > journal->size()) {
    return Err(ErrorCode::kAlreadyExists, fmt::format("--warc {}: {} is damaged; name another prefix",
                                                      Printable(settings_.prefix), Printable(JournalPath())));
  }
  number_ = *number;
  last_fetch_ = *fetch;
  return Mend(std::string_view(*journal).substr(head_bytes));
}

// What a process that was killed, or a machine, has left: the file up to the last record that is whole, and its lines.
Result<void> WarcSeries::Mend(std::string_view lines) {
  const std::string path = Path(".warc.gz");
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::uint64_t end = 0;
  if (!error) {
    for (const std::string_view line : WholeLines(lines)) {
      std::string_view rest = line;
      const std::optional<std::int64_t> fetch = TakeNumber<std::int64_t>(rest);
      const std::optional<std::uint64_t> record_end = TakeNumber<std::uint64_t>(rest);
      if (!fetch || !record_end || *record_end <= end || *record_end > size) {
        break;
      }
      end = *record_end;
      last_fetch_ = *fetch;
      lines_ += line;
      lines_ += '\n';
    }
    if (end == 0 && ::unlink(path.c_str()) != 0) {
      return FileError(path, "removed", errno);
    }
  }
  if (end == 0) {
    return StartJournal();
  }
  if (end < size && ::truncate(path.c_str(), static_cast<off_t>(end)) != 0) {
    return FileError(path, "cut to what is whole", errno);
  }
  return Close();
}

Result<void> WarcSeries::StartJournal() {
  if (journal_ >= 0) {
    ::close(std::exchange(journal_, -1));
  }
  if (Result<void> written =
          WriteWhole(JournalPath(), fmt::format("{} {} {} {}\n", kMagic, settings_.crawl, number_, last_fetch_));
      !written) {
    return written;
  }
  journal_ = ::open(JournalPath().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  return journal_ >= 0 ? Result<void>() : FileError(JournalPath(), "written", errno);
}

Result<void> WarcSeries::OpenFile() {
  const std::string path = Path(".warc.gz");
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) {
    return FileError(path, "made", errno);
  }
  end_ = 0;
  ++files_;
  name_ = fs::path(path).filename().string();
  pending_ = GzipMember(WarcInfo(WarcRecordId(settings_.crawl + name_, 0), SystemClock().WallTimeMs(), name_,
                                 "spinneret/" SPINNERET_VERSION));
  return {};
}

Result<void> WarcSeries::Add(std::int64_t fetch, std::string_view member, CdxjEntry entry) {
  if (file_ < 0) {
    if (Result<void> opened = OpenFile(); !opened) {
      return opened;
    }
  }
  entry.offset = end_ + pending_.size();
  entry.length = member.size();
  entry.file = name_;
  pending_ += member;
  fmt::format_to(std::back_inserter(pending_lines_), "{} {} {}\n", fetch, end_ + pending_.size(), CdxjLine(entry));
  last_fetch_ = fetch;
  ++records_;
  return end_ + pending_.size() >= settings_.file_bytes ? Commit() : Result<void>();
}

Result<void> WarcSeries::Commit() {
  if (pending_.empty()) {
    return {};
  }
  // The records first: the journal must not name what is not there.
  if (!WriteAll(file_, pending_) || ::fdatasync(file_) != 0) {
    const int number = errno;
    (void)::ftruncate(file_, static_cast<off_t>(end_));  // where it fails, the next Open does it
    return FileError(Path(".warc.gz"), "written", number);
  }
  if (!WriteAll(journal_, pending_lines_)) {
    return FileError(JournalPath(), "written", errno);
  }
  end_ += pending_.size();
  bytes_written_ += pending_.size();
  lines_ += pending_lines_;
  pending_.clear();
  pending_lines_.clear();
  return end_ >= settings_.file_bytes ? Close() : Result<void>();
}

Result<void> WarcSeries::Close() {
  if (lines_.empty()) {
    return {};
  }
  if (file_ >= 0) {
    ::close(std::exchange(file_, -1));
  }
  if (Result<void> written = WriteIndex(lines_); !written) {
    return written;
  }
  lines_.clear();
  ++number_;
  return StartJournal();
}

Result<void> WarcSeries::WriteIndex(std::string_view lines) const {
  std::vector<std::string_view> entries = WholeLines(lines);
  for (std::string_view& entry : entries) {
    entry.remove_prefix(entry.find(' ') + 1);
    entry.remove_prefix(entry.find(' ') + 1);
  }
  std::ranges::sort(entries);
  std::string index;
  index.reserve(lines.size());
  for (const std::string_view entry : entries) {
    index += entry;
    index += '\n';
  }
  return WriteWhole(Path(".cdxj"), index);
}

}  // namespace spinneret::cli
