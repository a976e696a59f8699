// What the parts of `spinneret export` share.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {

// A live line on stderr: "12,345 pages, 3.4 MiB". Nothing where stderr is no terminal, or the result goes to one.
class ExportProgress {
 public:
  ExportProgress(std::string unit, bool to_stdout);
  ~ExportProgress();  // takes the line away
  ExportProgress(const ExportProgress&) = delete;
  ExportProgress& operator=(const ExportProgress&) = delete;

  void Add(std::uint64_t bytes);
  void Say(std::string_view words);  // instead of the numbers

  std::uint64_t count() const { return count_; }

 private:
  const std::string unit_;
  const bool live_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point shown_at_{};
  bool shown_ = false;
};

struct ExportJob {
  Reader& reader;
  std::string database;
  std::string output;  // "" or "-": stdout
  std::string where;   // condition on the columns of v_pages; empty: all pages
  std::string base_url;
};

// Cells of a row by place; what is of another type is empty or 0.
std::string_view TextOf(const std::vector<Cell>& row, std::size_t column);  // text or blob
std::int64_t NumberOf(const std::vector<Cell>& row, std::size_t column);
bool IsNull(const std::vector<Cell>& row, std::size_t column);

// Each writes all of its result, and says on stderr what a person must know. Errors are those of the question, of the
// database and of the output.
Result<void> ExportSitemap(const ExportJob& job);
Result<void> ExportGraphMl(const ExportJob& job);
Result<void> ExportEdges(const ExportJob& job);
Result<void> ExportMarkdown(const ExportJob& job);
Result<void> ExportWarc(const ExportJob& job);

}  // namespace spinneret::cli
