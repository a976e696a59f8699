#include "tests/support/db.h"

#include <cstdint>
#include <memory>
#include <variant>

#include <doctest/doctest.h>

#include "storage/sqlite/reader.h"
#include "tests/support/process.h"

namespace spinneret::testing {
namespace {

std::string CellText(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::to_string(*real);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* blob = std::get_if<Blob>(&cell)) {
    return blob->bytes;
  }
  return "NULL";
}

}  // namespace

Rows Query(const std::string& database, std::string_view sql) {
  Rows rows;
  Result<std::unique_ptr<Reader>> reader = Reader::Open(database);
  REQUIRE_MESSAGE(reader.has_value(), database, ": ", (reader ? std::string() : reader.error().message));
  const Result<void> done = (*reader)->Query(
      sql, [](const std::vector<std::string>&) {},
      [&rows](const std::vector<Cell>& cells) {
        Row& row = rows.emplace_back();
        for (const Cell& cell : cells) {
          row.push_back(CellText(cell));
        }
        return true;
      });
  REQUIRE_MESSAGE(done.has_value(), std::string(sql), ": ", (done ? std::string() : done.error().message));
  return rows;
}

std::vector<std::string> QueryColumn(const std::string& database, std::string_view sql) {
  std::vector<std::string> values;
  for (Row& row : Query(database, sql)) {
    REQUIRE_FALSE(row.empty());
    values.push_back(std::move(row.front()));
  }
  return values;
}

std::string QueryValue(const std::string& database, std::string_view sql) {
  const Rows rows = Query(database, sql);
  REQUIRE_EQ(rows.size(), 1);
  REQUIRE_EQ(rows.front().size(), 1);
  return rows.front().front();
}

long long QueryNumber(const std::string& database, std::string_view sql) {
  const std::string value = QueryValue(database, sql);
  REQUIRE_FALSE(value.empty());
  REQUIRE_EQ(value.find_first_not_of("-0123456789"), std::string::npos);
  return std::stoll(value);
}

std::string AskShell(const std::string& database, const std::string& sql) {
  const ProcessResult shell = Run({"sqlite3", "-batch", "-readonly", "-cmd", ".timeout 10000", database, sql});
  REQUIRE_MESSAGE(shell.exit_code == 0, sql, ": ", shell.err);
  std::string text = shell.out;
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

}  // namespace spinneret::testing
