#include "parser/markdown_table.h"

#include <algorithm>
#include <utility>

namespace spinneret::internal {
namespace {

constexpr std::size_t kMaxColumns = 256;
constexpr std::size_t kInventedAtLeast = 256;

std::string LineOf(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line.append(" ").append(cell).append(cell.empty() ? "|" : " |");
  }
  return line;
}

}  // namespace

void MarkdownTable::Clear() {
  rows_.clear();
  spans_.clear();
  cells_ = 0;
  invented_ = 0;
  has_text_ = false;
}

bool MarkdownTable::MayInvent() {
  if (invented_ >= kInventedAtLeast + 2 * cells_) {
    return false;
  }
  ++invented_;
  return true;
}

void MarkdownTable::FillFromAbove(Row& row) {
  while (row.cells.size() < spans_.size() && spans_[row.cells.size()] > 0 && MayInvent()) {
    --spans_[row.cells.size()];
    row.cells.emplace_back();
  }
}

void MarkdownTable::BeginRow() {
  if (!rows_.empty()) {
    for (std::size_t column = rows_.back().cells.size(); column < spans_.size(); ++column) {
      spans_[column] -= spans_[column] > 0 ? 1 : 0;
    }
  }
  rows_.emplace_back();
}

void MarkdownTable::AddCell(std::string text, bool header, std::size_t columns, std::size_t rows) {
  if (rows_.empty()) {
    BeginRow();
  }
  Row& row = rows_.back();
  ++cells_;
  has_text_ = has_text_ || !text.empty();
  row.all_headers = row.all_headers && header;
  FillFromAbove(row);
  if (row.cells.size() >= kMaxColumns) {
    row.cells.back().append(row.cells.back().empty() || text.empty() ? "" : " ").append(text);
    return;
  }
  for (std::size_t i = 0; i < columns && row.cells.size() < kMaxColumns && (i == 0 || MayInvent()); ++i) {
    if (spans_.size() <= row.cells.size()) {
      spans_.push_back(0);
    }
    spans_[row.cells.size()] = rows - 1;
    row.cells.push_back(std::exchange(text, std::string()));
  }
}

std::vector<std::string> MarkdownTable::Lines() const {
  std::size_t columns = 0;
  for (const Row& row : rows_) {
    columns = std::max(columns, row.cells.size());
  }
  const bool has_header = !rows_.empty() && rows_[0].all_headers && !rows_[0].cells.empty();
  std::vector<std::string> header = has_header ? rows_[0].cells : std::vector<std::string>();
  header.resize(columns);
  std::vector<std::string> lines;
  lines.push_back(LineOf(header));
  std::string rule = "|";
  for (std::size_t i = 0; i < columns; ++i) {
    rule += " --- |";
  }
  lines.push_back(std::move(rule));
  for (std::size_t i = has_header ? 1 : 0; i < rows_.size(); ++i) {
    const auto has_text = [](const std::string& cell) { return !cell.empty(); };
    if (std::any_of(rows_[i].cells.begin(), rows_[i].cells.end(), has_text)) {
      lines.push_back(LineOf(rows_[i].cells));
    }
  }
  return lines;
}

}  // namespace spinneret::internal
