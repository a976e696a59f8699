// spinneret export: pages as a sitemap, and as many files with an index as they need.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/export_job.h"
#include "cli/output_file.h"
#include "storage/export/sitemap_text.h"
#include "storage/export_queries.h"

namespace spinneret::cli {
namespace {

// "https://shop.example/" of a URL of that site.
std::string RootOf(std::string_view url) {
  const std::size_t host = url.find("://");
  const std::size_t path = host == std::string_view::npos ? host : url.find('/', host + 3);
  return std::string(url.substr(0, path)) + "/";
}

class SitemapFiles {
 public:
  explicit SitemapFiles(const ExportJob& job) : job_(job), base_(job.base_url) {}

  Result<void> Begin() { return Open(); }

  bool Add(std::string_view url, std::string_view last_modified) {
    if (base_.empty()) {
      base_ = RootOf(url);
    }
    std::optional<std::string> entry = text_.Add(url, last_modified);
    if (!entry) {
      if (Result<void> next = NextFile(); !next) {
        failure_ = next.error();
        return false;
      }
      entry = text_.Add(url, last_modified);
    }
    progress_.Add(entry ? entry->size() : 0);
    return !entry || file_->Write(*entry);  // one that alone is over 50 MB is no URL
  }

  Result<void> End() {
    if (failure_) {
      return *failure_;
    }
    file_->Write(text_.End());
    if (parts_.empty()) {
      return file_->Finish();
    }
    if (Result<void> ended = EndPart(); !ended) {
      return ended;
    }
    std::vector<std::string> locations;
    for (const std::string& part : parts_) {
      locations.push_back(base_ + (base_.ends_with('/') ? "" : "/") + std::filesystem::path(part).filename().string());
    }
    Result<std::unique_ptr<OutputFile>> index = OutputFile::Open(job_.output);
    if (!index) {
      return std::move(index).error();
    }
    (*index)->Write(SitemapIndexText(locations));
    if (Result<void> finished = (*index)->Finish(); !finished) {
      return finished;
    }
    Log(LogLevel::kInfo, fmt::format("{} names {} sitemaps, which it expects at {}", Printable(job_.output),
                                     parts_.size(), Printable(base_)));
    return {};
  }

 private:
  Result<void> Open() {
    Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(job_.output);
    if (!file) {
      return std::move(file).error();
    }
    file_ = std::move(*file);
    text_ = SitemapText();
    file_->Write(text_.Begin());
    return {};
  }

  Result<void> EndPart() {
    const std::filesystem::path path(job_.output);
    parts_.push_back((path.parent_path() /
                      fmt::format("{}-{}{}", path.stem().string(), parts_.size() + 1, path.extension().string()))
                         .string());
    return file_->FinishAs(parts_.back());
  }

  Result<void> NextFile() {
    if (file_->is_stdout()) {
      return Err(ErrorCode::kInvalidArgument,
                 "there are more than 50,000 URLs or 50 MB, which takes several files: give -o FILE");
    }
    file_->Write(text_.End());
    Result<void> ended = EndPart();
    return ended ? Open() : ended;
  }

  const ExportJob& job_;
  std::string base_;
  std::unique_ptr<OutputFile> file_;
  SitemapText text_;
  std::vector<std::string> parts_;
  ExportProgress progress_{"URLs", job_.output.empty() || job_.output == "-"};
  std::optional<Error> failure_;
};

}  // namespace

Result<void> ExportSitemap(const ExportJob& job) {
  SitemapFiles files(job);
  if (Result<void> begun = files.Begin(); !begun) {
    return begun;
  }
  const Result<void> done = job.reader.Query(
      ExportSql("sitemap", job.where), [](const std::vector<std::string>&) {},
      [&](const std::vector<Cell>& row) { return files.Add(TextOf(row, 0), TextOf(row, 1)); });
  return done ? files.End() : done;
}

}  // namespace spinneret::cli
