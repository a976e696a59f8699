#include "cli/table.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "cli/row_writer.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

using Rows = std::vector<std::vector<Cell>>;

Cell Text(std::string text) {
  return Cell(std::move(text));
}
Cell Number(std::int64_t number) {
  return Cell(number);
}

std::string Write(const OutputSettings& settings, const std::vector<std::string>& columns, const Rows& rows) {
  std::string out;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(settings, [&out](std::string_view bytes) {
    out += bytes;
    return true;
  });
  writer->Begin(columns);
  for (const std::vector<Cell>& row : rows) {
    CHECK(writer->Add(row));
  }
  CHECK(writer->End());
  return out;
}

std::string WriteAs(OutputFormat format, const std::vector<std::string>& columns, const Rows& rows) {
  return Write({format, {}, true}, columns, rows);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST_SUITE("cli/table") {
TEST_CASE("table: numbers stand to the right, text to the left, without blanks at the end") {
  CHECK(WriteAs(OutputFormat::kTable, {"url", "n"}, {{Text("/a"), Number(5)}, {Text("/long/path"), Number(1234)}}) ==
        "url            n\n"
        "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\n"
        "/a             5\n"
        "/long/path  1234\n");
}

TEST_CASE("table: no rows show the columns, no columns show nothing") {
  CHECK(WriteAs(OutputFormat::kTable, {"a", "bc"}, {}) == "a  bc\n\u2500  \u2500\u2500\n");
  CHECK(WriteAs(OutputFormat::kTable, {}, {}).empty());
}

TEST_CASE("table: every line fits the terminal, and what is cut says so") {
  const std::string url = "https://shop.example/" + std::string(300, 'p');
  for (const int width : {1, 2, 5, 10, 20, 40, 80, 200}) {
    CAPTURE(width);
    const std::string out =
        Write({OutputFormat::kTable, width, true}, {"url", "status", "title"},
              {{Text(url), Number(200), Text("a title")}, {Text("/b"), Number(404), Text(std::string(90, 't'))}});
    for (const std::string& line : Lines(out)) {
      CHECK(DisplayWidth(line) <= width);
    }
    if (width >= 20) {
      CHECK(out.find("200") != std::string::npos);
    }
    if (width < 200) {
      CHECK(out.find("\u2026") != std::string::npos);
    }
  }
}

TEST_CASE("table: wide and combining characters are counted as a terminal shows them") {
  CHECK(DisplayWidth("\u65e5\u672c") == 4);
  CHECK(DisplayWidth("e\xCC\x81") == 1);
  CHECK(DisplayWidth("\U0001f600") == 2);
  CHECK(FitWidth("\u65e5\u672c\u8a9e", 4, "\u2026") == "\u65e5\u2026");
  CHECK(FitWidth("\u65e5\u672c", 4, "\u2026") == "\u65e5\u672c");
  CHECK(FitWidth("abc", 0, "\u2026").empty());
  CHECK(WriteAs(OutputFormat::kTable, {"t", "n"}, {{Text("\u65e5\u672c"), Number(1)}, {Text("ab"), Number(2)}}) ==
        "t     n\n\u2500\u2500\u2500\u2500  \u2500\n\u65e5\u672c  1\nab    2\n");
}

TEST_CASE("table: nothing from the web can move the cursor, reorder text or break a line") {
  const std::string hostile =
      "\x1b[2J\r\n\tx\x07\xC2\x9B"
      "31m\xE2\x80\xAE"
      "abc\xFF";
  const std::string out = WriteAs(OutputFormat::kTable, {"t\x1b]0;"}, {{Text(hostile)}});
  CHECK(Lines(out).size() == 3);
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(out.find("\xC2\x9B") == std::string::npos);
  CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(out.find("\\x1b[2J\\x0d\\x0a\\x09x\\x07\\xc2\\x9b31m\\u{202e}abc\\xff") != std::string::npos);
}

TEST_CASE("table: rows after those that set the widths keep the columns") {
  Rows rows(TableWriter::kMaxKeptRows, {Text("ab"), Number(1)});
  rows.push_back({Text("much wider than before"), Number(7)});
  const std::string narrow = Write({OutputFormat::kTable, 20, true}, {"t", "n"}, rows);
  CHECK(Lines(narrow).size() == rows.size() + 2);
  CHECK(Lines(narrow).back() == "m\u2026  7");
  CHECK(Lines(WriteAs(OutputFormat::kTable, {"t", "n"}, rows)).back() == "much wider than before  7");
}

TEST_CASE("table: a cell of megabytes of combining marks is cut and cheap") {
  std::string marks = "x";
  for (int i = 0; i < 1'000'000; ++i) {
    marks += "\xCC\x81";
  }
  const std::string out = Write({OutputFormat::kTable, 80, true}, {"t"}, {{Text(marks)}});
  CHECK(out.size() < 4000);
}

TEST_CASE("csv: RFC 4180, NULL is empty and an empty text is quoted") {
  CHECK(WriteAs(OutputFormat::kCsv, {"a", "b,c", "d"},
                {{Text("x"), Text("say \"hi\""), Number(-5)},
                 {Text("two\nlines"), Cell(), Text("")},
                 {Cell(0.5), Text(" blank"), Cell(Blob{std::string("\x00\xFF", 2)})}}) ==
        "a,\"b,c\",d\r\n"
        "x,\"say \"\"hi\"\"\",-5\r\n"
        "\"two\nlines\",,\"\"\r\n"
        "0.5,\" blank\",00ff\r\n");
}

TEST_CASE("csv: a file keeps every byte, a terminal gets none that it would obey") {
  const Rows rows = {{Text("\x1b[31m\xFFx")}};
  CHECK(WriteAs(OutputFormat::kCsv, {"a"}, rows) == "a\r\n\x1b[31m\xFFx\r\n");
  CHECK(Write({OutputFormat::kCsv, 80, true}, {"a"}, rows) == "a\r\n\\x1b[31m\\xffx\r\n");
}

TEST_CASE("json: one array of objects, as any parser reads it") {
  const std::string out = WriteAs(
      OutputFormat::kJson, {"text", "n", "real", "none", "blob"},
      {{Text("a\"\\\n\x01"), Number(std::numeric_limits<std::int64_t>::min()), Cell(0.1), Cell(), Cell(Blob{"\xAB"})}});
  const nlohmann::json json = nlohmann::json::parse(out);
  REQUIRE(json.size() == 1);
  CHECK(json[0]["text"] == "a\"\\\n\x01");
  CHECK(json[0]["n"] == std::numeric_limits<std::int64_t>::min());
  CHECK(json[0]["real"] == 0.1);
  CHECK(json[0]["none"].is_null());
  CHECK(json[0]["blob"] == "ab");
  CHECK(WriteAs(OutputFormat::kJson, {"a"}, {}) == "[]\n");
}

TEST_CASE("json: broken UTF-8 becomes U+FFFD, C1 controls are escaped, numbers without a word are null") {
  CHECK(CellJson(Text("a\xFF")) == "\"a\xEF\xBF\xBD\"");
  CHECK(CellJson(Text("\xC2\x9B\x7F\xC2\xA0")) == "\"\\u009b\\u007f\xC2\xA0\"");
  CHECK(CellJson(Cell(std::numeric_limits<double>::infinity())) == "null");
  CHECK(CellJson(Cell(std::numeric_limits<double>::quiet_NaN())) == "null");
}

TEST_CASE("jsonl: an object a line, columns of one name are told apart") {
  CHECK(WriteAs(OutputFormat::kJsonLines, {"url", "url", "url_2"}, {{Number(1), Number(2), Number(3)}}) ==
        "{\"url\":1,\"url_2\":2,\"url_2_2\":3}\n");
}

TEST_CASE("all formats: a sink that closes stops the rows") {
  for (const OutputFormat format :
       {OutputFormat::kTable, OutputFormat::kCsv, OutputFormat::kJson, OutputFormat::kJsonLines}) {
    int writes = 0;
    const std::unique_ptr<RowWriter> writer = RowWriter::Create({format, {}, true}, [&writes](std::string_view) {
      ++writes;
      return writes < 3;
    });
    writer->Begin({"n"});
    std::size_t rows = 0;
    while (rows < 10'000 && writer->Add({Number(1)})) {
      ++rows;
    }
    CHECK(rows < 10'000);
    CHECK_FALSE(writer->End());
    CHECK(writes == 3);
  }
}
}  // TEST_SUITE("cli/table")

}  // namespace
}  // namespace spinneret::cli
