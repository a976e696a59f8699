// Reading a crawl's database in a test, by the program's own reader and by the sqlite3 shell, as a stranger would.
//
// Values   as text: NULL is "NULL", a blob its bytes. A query that fails fails the test with SQLite's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spinneret::testing {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

Rows Query(const std::string& database, std::string_view sql);

// The first column of each row.
std::vector<std::string> QueryColumn(const std::string& database, std::string_view sql);

// The one value that the query gives.
std::string QueryValue(const std::string& database, std::string_view sql);
long long QueryNumber(const std::string& database, std::string_view sql);

// What the sqlite3 shell prints for `sql`, opened read-only, without the last line's end.
std::string AskShell(const std::string& database, const std::string& sql);

}  // namespace spinneret::testing
