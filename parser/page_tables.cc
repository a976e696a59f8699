#include "parser/page_tables.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "parser/html_text.h"

namespace spinneret {
namespace {

using internal::KeyOfTag;

// The standard's own bounds.
constexpr std::size_t kMaxColumnSpan = 1000;
constexpr std::size_t kMaxRowSpan = 65'534;

// HTML's rules for parsing non-negative integers, held at `most`; `otherwise` where there is none.
std::size_t NumberOr(std::string_view text, std::size_t otherwise, std::size_t most) {
  text = internal::TrimmedHtmlSpace(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return otherwise;
  }
  std::size_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      break;
    }
    value = std::min(value * 10 + static_cast<std::size_t>(c - '0'), most);
  }
  return value;
}

class TableReader {
 public:
  TableReader(const PageTree& tree, const TableLimits& limits) : tree_(tree), limits_(limits) {}

  PageTables Read() && {
    for (NodeIndex i = 0; i < tree_.size() && !found_.cut; ++i) {
      if (tree_.Is(i, KeyOfTag("table"))) {
        ReadTable(i);
      }
    }
    return std::move(found_);
  }

 private:
  // A cell that reaches down from a row above.
  struct Hanging {
    std::size_t rows = 0;  // that it still fills
    std::string text;
  };

  // Calls `visit` with each child element.
  template <class Visit>
  void ForEachChild(NodeIndex node, Visit visit) const {
    for (NodeIndex i = node + 1; i < tree_.end(node); i = tree_.end(i)) {
      if (tree_.IsElement(i)) {
        visit(i);
      }
    }
  }

  void ReadTable(NodeIndex table) {
    PageTable read;
    hanging_.clear();
    ForEachChild(table, [&](NodeIndex part) {
      if (tree_.Is(part, KeyOfTag("caption")) && read.caption.empty()) {
        read.caption = Text(part);
      } else if (tree_.Is(part, KeyOfTag("tr"))) {
        ReadRow(part, false, read);
      } else if (tree_.Is(part, KeyOfTag("thead")) || tree_.Is(part, KeyOfTag("tbody")) ||
                 tree_.Is(part, KeyOfTag("tfoot"))) {
        const bool is_head = tree_.Is(part, KeyOfTag("thead"));
        ForEachChild(part, [&](NodeIndex row) {
          if (tree_.Is(row, KeyOfTag("tr"))) {
            ReadRow(row, is_head, read);
          }
        });
        hanging_.clear();  // no cell reaches out of its group
      }
    });
    if (!read.rows.empty() || !read.header.empty()) {
      found_.tables.push_back(std::move(read));
    }
  }

  std::string Text(NodeIndex node) {
    std::string text = tree_.CollapsedText(node, limits_.bytes - std::min(limits_.bytes, bytes_) + 1);
    return text;
  }

  bool Add(std::vector<std::string>& row, std::string text) {
    bytes_ += text.size();
    found_.cut = found_.cut || ++cells_ > limits_.cells || bytes_ > limits_.bytes;
    if (!found_.cut) {
      row.push_back(std::move(text));
    }
    return !found_.cut;
  }

  // Adds what hangs into the columns from the end of `row` on.
  void AddHanging(std::vector<std::string>& row) {
    while (row.size() < hanging_.size() && hanging_[row.size()].rows > 0) {
      Hanging& above = hanging_[row.size()];
      --above.rows;
      if (!Add(row, above.text)) {
        return;
      }
    }
  }

  void ReadRow(NodeIndex node, bool is_head, PageTable& table) {
    std::vector<std::string> row;
    bool only_headings = true;
    bool has_cells = false;
    ForEachChild(node, [&](NodeIndex cell) {
      const bool is_heading = tree_.Is(cell, KeyOfTag("th"));
      if ((is_heading || tree_.Is(cell, KeyOfTag("td"))) && !found_.cut) {
        only_headings = only_headings && is_heading;
        has_cells = true;
        AddHanging(row);
        ReadCell(cell, row);
      }
    });
    // Past the last cell a gap is not filled; what hangs beyond one still ends in its row.
    AddHanging(row);
    for (std::size_t column = row.size(); column < hanging_.size(); ++column) {
      hanging_[column].rows -= hanging_[column].rows > 0 ? 1 : 0;
    }
    if (row.empty()) {
      return;
    }
    const bool is_first = table.rows.empty() && table.header.empty();
    if (is_first && has_cells && (is_head || only_headings)) {
      table.header = std::move(row);
    } else {
      table.rows.push_back(std::move(row));
    }
  }

  void ReadCell(NodeIndex cell, std::vector<std::string>& row) {
    const std::size_t columns =
        std::max<std::size_t>(NumberOr(tree_.AttributeOr(cell, "colspan"), 1, kMaxColumnSpan), 1);
    // Nought reaches to the end of the group.
    std::size_t rows = NumberOr(tree_.AttributeOr(cell, "rowspan"), 1, kMaxRowSpan);
    rows = rows == 0 ? kMaxRowSpan : rows;
    const std::string text = Text(cell);
    for (std::size_t i = 0; i < columns && row.size() < limits_.columns; ++i) {
      const std::size_t column = row.size();
      if (!Add(row, text)) {
        return;
      }
      if (rows > 1) {
        hanging_.resize(std::max(hanging_.size(), column + 1));
        hanging_[column] = {rows - 1, text};
      }
    }
  }

  const PageTree& tree_;
  const TableLimits limits_;
  PageTables found_;
  std::vector<Hanging> hanging_;  // by column
  std::size_t cells_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

PageTables ReadPageTables(const PageTree& tree, const TableLimits& limits) {
  return TableReader(tree, limits).Read();
}

}  // namespace spinneret
