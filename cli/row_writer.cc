#include "cli/row_writer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

std::string JsonText(const std::string& text) {
  const std::string dumped = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // JSON lets DEL and the C1 controls stand for themselves; a terminal would obey them.
  if (dumped.find('\x7F') == std::string::npos && dumped.find('\xC2') == std::string::npos) {
    return dumped;
  }
  std::string out;
  out.reserve(dumped.size());
  for (std::size_t i = 0; i < dumped.size(); ++i) {
    const auto next = i + 1 < dumped.size() ? static_cast<unsigned char>(dumped[i + 1]) : 0U;
    if (dumped[i] == '\x7F') {
      out += "\\u007f";
    } else if (dumped[i] == '\xC2' && next >= 0x80 && next < 0xA0) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += dumped[i];
    }
  }
  return out;
}

class CsvWriter : public RowWriter {
 public:
  CsvWriter(const OutputSettings& settings, Sink sink)
      : for_terminal_(settings.width.has_value()), inert_formulas_(settings.inert_formulas), sink_(std::move(sink)) {}

  void Begin(const std::vector<std::string>& columns) override {
    std::string line;
    for (const std::string& name : columns) {
      Append(line, Field(name), line.empty() && &name == &columns.front());
    }
    open_ = sink_(line + "\r\n");
  }

  bool Add(const std::vector<Cell>& cells) override {
    std::string line;
    for (const Cell& cell : cells) {
      const bool null = std::holds_alternative<std::monostate>(cell);
      const auto* const text = std::get_if<std::string>(&cell);
      const bool mark = inert_formulas_ && text != nullptr && IsFormula(*text);
      Append(line, null ? std::string{} : Field((mark ? "'" : "") + CellText(cell)), &cell == &cells.front());
    }
    open_ = open_ && sink_(line + "\r\n");
    return open_;
  }

  bool End() override { return open_; }

 private:
  static void Append(std::string& line, const std::string& field, bool first) {
    if (!first) {
      line += ',';
    }
    line += field;
  }

  std::string Field(const std::string& raw) const {
    const std::string text = for_terminal_ ? TerminalText(raw) : raw;
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos && text.front() != ' ' &&
        text.back() != ' ') {
      return text;
    }
    std::string out = "\"";
    for (const char c : text) {
      out += c;
      if (c == '"') {
        out += c;
      }
    }
    return out + "\"";
  }

  const bool for_terminal_;
  const bool inert_formulas_;
  Sink sink_;
  bool open_ = true;
};

class JsonWriter : public RowWriter {
 public:
  JsonWriter(const OutputSettings& settings, Sink sink)
      : array_(settings.format == OutputFormat::kJson), sink_(std::move(sink)) {}

  void Begin(const std::vector<std::string>& columns) override {
    // Two columns may have one name, members of an object may not: the later gets a number.
    std::set<std::string> taken;
    for (const std::string& column : columns) {
      std::string name = column;
      for (int number = 2; !taken.insert(name).second; ++number) {
        name = fmt::format("{}_{}", column, number);
      }
      names_.push_back(JsonText(name));
    }
    if (array_) {
      open_ = sink_("[");
    }
  }

  bool Add(const std::vector<Cell>& cells) override {
    std::string line = array_ ? (rows_ == 0 ? "\n" : ",\n") : "";
    line += '{';
    for (std::size_t i = 0; i < names_.size() && i < cells.size(); ++i) {
      line += i == 0 ? "" : ",";
      line += names_[i];
      line += ':';
      line += CellJson(cells[i]);
    }
    line += array_ ? "}" : "}\n";
    ++rows_;
    open_ = open_ && sink_(line);
    return open_;
  }

  bool End() override {
    if (array_) {
      open_ = open_ && sink_(rows_ == 0 ? "]\n" : "\n]\n");
    }
    return open_;
  }

 private:
  const bool array_;
  Sink sink_;
  std::vector<std::string> names_;
  std::uint64_t rows_ = 0;
  bool open_ = true;
};

}  // namespace

std::unique_ptr<RowWriter> RowWriter::Create(const OutputSettings& settings, Sink sink) {
  switch (settings.format) {
    case OutputFormat::kTable:
      return std::make_unique<TableWriter>(settings, std::move(sink));
    case OutputFormat::kCsv:
      return std::make_unique<CsvWriter>(settings, std::move(sink));
    case OutputFormat::kJson:
    case OutputFormat::kJsonLines:
      return std::make_unique<JsonWriter>(settings, std::move(sink));
  }
  return nullptr;
}

bool IsFormula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r\n").find(text.front()) == std::string_view::npos) {
    return false;
  }
  // "-3.5" computes to itself.
  const std::string_view digits = text.substr(1);
  const bool number = (text.front() == '+' || text.front() == '-') && !digits.empty() &&
                      digits.find_first_not_of("0123456789.") == std::string_view::npos &&
                      std::ranges::count(digits, '.') <= 1 && digits != ".";
  return !number;
}

std::string CellText(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return fmt::format("{}", *integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{}", *real);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* blob = std::get_if<Blob>(&cell)) {
    return HexOf(blob->bytes);
  }
  return {};
}

std::string CellJson(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return fmt::format("{}", *integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::isfinite(*real) ? nlohmann::json(*real).dump() : "null";
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return JsonText(*text);
  }
  if (const auto* blob = std::get_if<Blob>(&cell)) {
    return "\"" + HexOf(blob->bytes) + "\"";
  }
  return "null";
}

}  // namespace spinneret::cli
