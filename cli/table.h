// Table: columns for people. Numbers stand to the right; the widths are those of the first rows, which are kept until
// then.
//
// Width     with OutputSettings::width every line fits it: the widest columns give way first, and what is cut ends with
//           "…". Without, nothing is cut: a cell that is wider than its column pushes the rest of its line.
// Memory    at most kMaxKeptRows rows or kMaxKeptBytes of text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/row_writer.h"

namespace spinneret::cli {

class TableWriter : public RowWriter {
 public:
  static constexpr std::size_t kMaxKeptRows = 500;
  static constexpr std::size_t kMaxKeptBytes = 4U << 20U;

  TableWriter(const OutputSettings& settings, Sink sink);

  void Begin(const std::vector<std::string>& columns) override;
  bool Add(const std::vector<Cell>& cells) override;
  bool End() override;

 private:
  struct Column {
    std::string name;
    int width = 0;
    bool numeric = true;  // no text was seen in it
    bool seen = false;    // a number was
  };
  struct Text {
    std::string text;
    bool numeric = false;
  };

  void Settle();  // fixes the widths and writes what was kept
  void ShrinkToFit(int width);
  std::string Line(const std::vector<Text>& cells) const;
  std::string_view Ellipsis() const { return settings_.unicode ? "\u2026" : "~"; }

  const OutputSettings settings_;
  Sink sink_;
  std::vector<Column> columns_;
  std::vector<std::vector<Text>> kept_;
  std::size_t kept_bytes_ = 0;
  bool settled_ = false;
  bool open_ = true;
};

}  // namespace spinneret::cli
