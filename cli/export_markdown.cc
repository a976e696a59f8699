// spinneret export: pages as a folder of markdown files.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/printable.h"
#include "cli/duration.h"
#include "cli/export_job.h"
#include "cli/markdown_path.h"
#include "cli/output_file.h"
#include "crawler/page_scraper.h"
#include "crawler/stored_body.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "storage/export_queries.h"

namespace spinneret::cli {
namespace {

namespace fs = std::filesystem;

// Of exports/markdown.sql.
enum Column : std::size_t {
  kUrl,
  kHost,
  kTitle,
  kDescription,
  kLang,
  kCanonical,
  kStatus,
  kFetchedAt,
  kCharset,
  kMarkdown,
  kBodySize,
  kBodyZstd
};

// The markdown of a page whose body is stored: as `crawl --extract markdown` would have kept it.
class MarkdownReader {
 public:
  // False where the body cannot be read.
  bool Read(const std::vector<Cell>& row, std::string& out) {
    const std::optional<Url> url = Url::Parse(TextOf(row, kUrl));
    if (!url || !UnpackBody(TextOf(row, kBodyZstd), static_cast<std::uint64_t>(NumberOf(row, kBodySize)), body_)) {
      return false;
    }
    DecodeHtml(body_, fmt::format("text/html; charset={}", TextOf(row, kCharset)), decoded_);
    scraper_.Read(*url, decoded_.text, contents_);
    PageFinds finds = scraper_.Scrape(*url, DocumentBase(contents_, *url));
    out = finds.extracts.empty() ? std::string() : std::move(finds.extracts.front().second);
    return true;
  }

 private:
  static ScrapeSettings Settings() {
    ScrapeSettings settings;
    settings.extracts.set(static_cast<std::size_t>(ExtractKind::kMarkdown));
    return settings;
  }

  PageScraper scraper_{Settings()};
  std::string body_;
  DecodedText decoded_;
  PageContents contents_;
};

// What stands between the lines of "---": YAML, in which a JSON string is a string.
std::string FrontMatter(const std::vector<Cell>& row) {
  std::string text = "---\n";
  const auto add = [&](std::string_view name, std::size_t column) {
    if (const std::string_view value = TextOf(row, column); !value.empty()) {
      text += fmt::format("{}: {}\n", name,
                          nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
  };
  add("url", kUrl);
  add("title", kTitle);
  add("description", kDescription);
  add("lang", kLang);
  add("canonical", kCanonical);
  add("fetched_at", kFetchedAt);
  return text + fmt::format("status: {}\n---\n\n", NumberOf(row, kStatus));
}

class MarkdownFolder {
 public:
  explicit MarkdownFolder(std::string folder) : folder_(std::move(folder)) {}

  Result<void> Begin() const {
    std::error_code error;
    if (fs::exists(folder_, error) && !fs::is_empty(folder_, error)) {
      return Err(ErrorCode::kAlreadyExists,
                 fmt::format("{} is not an empty folder; name one that is, or is not there", Printable(folder_)));
    }
    fs::create_directories(folder_, error);
    if (error) {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("{} cannot be made: {}", Printable(folder_), error.message()));
    }
    return {};
  }

  Result<void> Add(const std::vector<Cell>& row) {
    std::string text;
    if (!IsNull(row, kMarkdown)) {
      text = TextOf(row, kMarkdown);
    } else if (IsNull(row, kBodyZstd) || !reader_.Read(row, text)) {
      ++without_text_;
      return {};
    }
    std::error_code error;
    fs::path path = fs::path(folder_) / MarkdownPath(TextOf(row, kHost), TextOf(row, kUrl));
    if (fs::exists(path, error)) {  // http and https, or a file system that takes A for a
      path = fs::path(folder_) / MarkdownPath(TextOf(row, kHost), TextOf(row, kUrl), Distinct::kYes);
    }
    fs::create_directories(path.parent_path(), error);
    if (error) {
      return Err(ErrorCode::kStorage,
                 fmt::format("{} cannot be made: {}", Printable(path.parent_path().string()), error.message()));
    }
    Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(path.string());
    if (!file) {
      return std::move(file).error();
    }
    (*file)->Write(FrontMatter(row));
    (*file)->Write(text);
    progress_.Add((*file)->bytes());
    return (*file)->Finish();
  }

  std::uint64_t pages() const { return progress_.count(); }
  std::uint64_t without_text() const { return without_text_; }

 private:
  const std::string folder_;
  MarkdownReader reader_;
  ExportProgress progress_{"pages", false};
  std::uint64_t without_text_ = 0;
};

}  // namespace

Result<void> ExportMarkdown(const ExportJob& job) {
  if (job.output.empty() || job.output == "-") {
    return Err(ErrorCode::kInvalidArgument, "markdown is a file for each page: give -o FOLDER");
  }
  MarkdownFolder folder(job.output);
  if (Result<void> begun = folder.Begin(); !begun) {
    return begun;
  }
  Result<void> written;
  const Result<void> done = job.reader.Query(
      ExportSql("markdown", job.where), [](const std::vector<std::string>&) {},
      [&](const std::vector<Cell>& row) {
        written = folder.Add(row);
        return written.has_value();
      });
  if (!done || !written) {
    return done ? written : done;
  }
  constexpr std::string_view kAdvice = "crawl with --store-body zstd or --extract markdown to have it";
  if (folder.pages() == 0 && folder.without_text() > 0) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{}: no page has its text stored; {}", Printable(job.database), kAdvice));
  }
  if (folder.without_text() > 0) {
    Log(LogLevel::kWarning,
        fmt::format("{} pages without stored text are left out; {}", FormatCount(folder.without_text()), kAdvice));
  }
  return {};
}

}  // namespace spinneret::cli
