// RowWriter: rows of a query, written as they come, in one of four formats.
//
// Formats   table for people; csv (RFC 4180: CRLF, quotes doubled; NULL is empty, an empty text is ""), json (one array
//           of objects) and jsonl (one object a line) for programs. In json and jsonl a blob is lower-case hex, as in
//           csv.
// Memory    bounded: nothing but the table's first rows is kept.
// Hostile   text comes from the web. What goes to a terminal has no control character that is not escaped; what goes to
//           a file keeps every byte (csv) or is valid UTF-8 with U+FFFD for what was not (json).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/reader.h"

namespace spinneret::cli {

enum class OutputFormat : std::uint8_t { kTable, kCsv, kJson, kJsonLines };

struct OutputSettings {
  OutputFormat format = OutputFormat::kTable;
  std::optional<int> width;     // columns of the terminal that reads it; none: a file or a pipe
  bool unicode = true;          // a terminal that shows more than ASCII
  bool inert_formulas = false;  // csv: text that a spreadsheet would compute gets an apostrophe before it
};

class RowWriter {
 public:
  // Takes bytes; false when nobody reads them any more.
  using Sink = std::function<bool(std::string_view)>;

  virtual ~RowWriter() = default;
  static std::unique_ptr<RowWriter> Create(const OutputSettings& settings, Sink sink);

  // Once, before the first row.
  virtual void Begin(const std::vector<std::string>& columns) = 0;
  // As many cells as there are columns. False: stop, the sink is closed.
  virtual bool Add(const std::vector<Cell>& cells) = 0;
  // After the last row. False when the sink was closed before all was written.
  virtual bool End() = 0;
};

// Whether a spreadsheet takes a cell that holds this text for a formula: it begins with = + - @ or a tab or line end, and
// is no number.
bool IsFormula(std::string_view text);

// A cell as text: NULL "", numbers shortest, blobs in hex.
std::string CellText(const Cell& cell);
// A cell as JSON: a number that JSON has no word for is null.
std::string CellJson(const Cell& cell);

}  // namespace spinneret::cli
