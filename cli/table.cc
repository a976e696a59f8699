#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

constexpr int kGap = 2;
// A column that gives way keeps this much, unless even that is too much for the terminal.
constexpr int kMinWidth = 6;

}  // namespace

TableWriter::TableWriter(const OutputSettings& settings, Sink sink) : settings_(settings), sink_(std::move(sink)) {}

void TableWriter::Begin(const std::vector<std::string>& columns) {
  for (const std::string& name : columns) {
    Column column;
    column.name = TerminalText(name);
    column.width = std::max(1, DisplayWidth(column.name));
    columns_.push_back(std::move(column));
  }
}

bool TableWriter::Add(const std::vector<Cell>& cells) {
  std::vector<Text> row;
  for (std::size_t i = 0; i < columns_.size() && i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    const bool number = std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
    std::string text = CellText(cell);
    if (settings_.width) {
      // Far more than a line can show is cut before it is looked at. The blanks make what is left wider than any
      // column, so that it still shows as cut when it was all combining marks.
      const std::size_t most = 8 * static_cast<std::size_t>(std::max(1, *settings_.width));
      if (text.size() > most) {
        text = text.substr(0, most) + std::string(static_cast<std::size_t>(*settings_.width), ' ');
      }
    }
    row.push_back({TerminalText(text), number});
  }
  if (settled_) {
    open_ = open_ && sink_(Line(row));
    return open_;
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    Column& column = columns_[i];
    column.width = std::max(column.width, DisplayWidth(row[i].text));
    column.seen = column.seen || row[i].numeric;
    column.numeric = column.numeric && (row[i].numeric || row[i].text.empty());
    kept_bytes_ += row[i].text.size();
  }
  kept_.push_back(std::move(row));
  if (kept_.size() >= kMaxKeptRows || kept_bytes_ >= kMaxKeptBytes) {
    Settle();
  }
  return open_;
}

bool TableWriter::End() {
  if (!settled_) {
    Settle();
  }
  return open_;
}

void TableWriter::Settle() {
  settled_ = true;
  if (columns_.empty()) {
    return;
  }
  for (Column& column : columns_) {
    column.numeric = column.numeric && column.seen;
  }
  if (settings_.width) {
    ShrinkToFit(*settings_.width);
  }
  std::vector<Text> header;
  std::string rule;
  for (const Column& column : columns_) {
    header.push_back({column.name, column.numeric});
    if (!rule.empty()) {
      rule.append(kGap, ' ');
    }
    for (int i = 0; i < column.width; ++i) {
      rule += settings_.unicode ? "\u2500" : "-";
    }
  }
  if (settings_.width) {
    rule = FitWidth(rule, *settings_.width, "");
  }
  open_ = open_ && sink_(Line(header)) && sink_(rule + "\n");
  for (const std::vector<Text>& row : kept_) {
    open_ = open_ && sink_(Line(row));
  }
  kept_.clear();
  kept_.shrink_to_fit();
}

void TableWriter::ShrinkToFit(int width) {
  int total = kGap * (static_cast<int>(columns_.size()) - 1);
  for (const Column& column : columns_) {
    total += std::min(column.width, width);
  }
  // All columns over a common cap give way down to it: the largest cap at which the line fits.
  int cap = width;
  while (total > width && cap > 1) {
    --cap;
    total = kGap * (static_cast<int>(columns_.size()) - 1);
    for (const Column& column : columns_) {
      // A number that is cut is a wrong number: those columns give way last.
      total += column.numeric && cap >= kMinWidth ? std::min(column.width, width) : std::min(column.width, cap);
    }
  }
  for (Column& column : columns_) {
    column.width = column.numeric && cap >= kMinWidth ? std::min(column.width, width) : std::min(column.width, cap);
  }
}

std::string TableWriter::Line(const std::vector<Text>& cells) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = columns_[i];
    const std::string text = settings_.width ? FitWidth(cells[i].text, column.width, Ellipsis()) : cells[i].text;
    const int padding = std::max(0, column.width - DisplayWidth(text));
    if (i > 0) {
      line.append(kGap, ' ');
    }
    if (column.numeric) {
      line.append(static_cast<std::size_t>(padding), ' ');
      line += text;
    } else {
      line += text;
      line.append(static_cast<std::size_t>(padding), ' ');
    }
  }
  // Many columns on a narrow terminal: a column each and the gaps may still not fit.
  if (settings_.width) {
    line = FitWidth(line, *settings_.width, "");
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace spinneret::cli
