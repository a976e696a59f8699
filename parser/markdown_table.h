// The rows of one table, gathered cell by cell, and written as GitHub's markdown has them.
//
// Spans     a cell over several columns or rows leaves the others empty, as far as that stays in proportion to the cells
//           that the page has.
// Limits    256 columns; the cells beyond are put into the last.
// Errors    none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spinneret::internal {

class MarkdownTable {
 public:
  void Clear();
  void BeginRow();
  // `text` is one line with its bars escaped.
  void AddCell(std::string text, bool header, std::size_t columns, std::size_t rows);

  // No cell has text.
  bool empty() const { return !has_text_; }
  // The lines, without an end of the last.
  std::vector<std::string> Lines() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool all_headers = true;
  };
  void FillFromAbove(Row& row);
  bool MayInvent();

  std::vector<Row> rows_;
  std::vector<std::size_t> spans_;  // for each column, how many more rows a cell above reaches into
  std::size_t cells_ = 0;           // of the page
  std::size_t invented_ = 0;        // for spans
  bool has_text_ = false;
};

}  // namespace spinneret::internal
