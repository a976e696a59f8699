// spinneret query: SQL, or a query that is known by name, over a crawl's database.
#include <cctype>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "cli/suggest.h"
#include "cli/summary.h"
#include "storage/named_queries.h"
#include "storage/search_query.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Ask a crawl's database. SQL is one statement of SQLite's language; NAME is one of the queries that are built in "
    "(--list). The "
    "database is opened read-only, also while a crawl is writing it.";

constexpr char kFooter[] = R"(Examples:
  spinneret query crawl.db
      the queries that are built in
  spinneret query crawl.db broken-links
  spinneret query crawl.db "SELECT url, title FROM v_pages WHERE status = 200"
  spinneret query crawl.db pages --format csv > pages.csv
  spinneret query crawl.db - < report.sql
  spinneret query crawl.db --search 'grape harvest "white wine"'

Views: v_pages, v_links, v_skipped, v_hosts, v_fetches, v_records, v_extracts,
and v_NAME for each recipe.)";

constexpr std::size_t kMaxSql = 1U << 20U;

struct QueryFlags {
  std::string database;
  std::string sql;
  OutputFormat format = OutputFormat::kTable;
  bool list = false;
  std::string search;
};

std::vector<std::string> QueryNames() {
  std::vector<std::string> names;
  for (const NamedQuery& query : NamedQueries()) {
    names.emplace_back(query.name);
  }
  return names;
}

int ListQueries(OutputFormat format) {
  StandardOutput output;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(format), output.sink());
  writer->Begin({"name", "description"});
  for (const NamedQuery& query : NamedQueries()) {
    if (!writer->Add({Cell(std::string(query.name)), Cell(std::string(query.description))})) {
      break;
    }
  }
  writer->End();
  return output.Finish();
}

// Letters, digits, "-" and "_" alone: no statement of SQL is one such word.
bool IsName(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && c != '-' && c != '_') {
      return false;
    }
  }
  return !text.empty();
}

Result<std::string> ReadSqlFromStdin() {
  std::string sql;
  char buffer[16384];
  std::size_t got = 0;
  while ((got = std::fread(buffer, 1, sizeof buffer, stdin)) > 0) {
    sql.append(buffer, got);
    if (sql.size() > kMaxSql) {
      return Err(ErrorCode::kInvalidArgument, "the SQL on stdin is over 1 MiB; is it a file of another kind?");
    }
  }
  return sql;
}

Result<std::string> FindSql(const QueryFlags& flags) {
  if (flags.sql == "-") {
    return ReadSqlFromStdin();
  }
  if (const NamedQuery* query = FindNamedQuery(flags.sql)) {
    return std::string(query->sql);
  }
  if (!IsName(flags.sql)) {
    return flags.sql;
  }
  if (flags.sql.starts_with("v_")) {
    return Err(ErrorCode::kNotFound,
               fmt::format("no query has the name {0}; to read that view write \"SELECT * FROM {0}\"", flags.sql));
  }
  if (const std::optional<std::string> nearest = FindNearest(flags.sql, QueryNames())) {
    return Err(ErrorCode::kNotFound, fmt::format("no query has the name {}; did you mean {}?", flags.sql, *nearest));
  }
  return Err(ErrorCode::kNotFound,
             fmt::format("no query has the name {}; `spinneret query {} --list` shows those there are", flags.sql,
                         Printable(ShellQuote(flags.database))));
}

// Best first. A match in the title weighs as much as five in the text.
Result<std::string> SearchSql(Reader& reader, const QueryFlags& flags) {
  if (SearchQuery(flags.search).empty()) {
    return Err(ErrorCode::kInvalidArgument, "--search: no word to look for");
  }
  bool indexed = false;
  const Result<void> looked = reader.Query(
      "SELECT 1 FROM sqlite_schema WHERE name = 'page_text'", [](const std::vector<std::string>&) {},
      [&indexed](const std::vector<Cell>&) {
        indexed = true;
        return false;
      });
  if (!looked) {
    return looked.error();
  }
  if (!indexed) {
    return Err(ErrorCode::kNotFound,
               fmt::format("{0} has no search index: crawl with --index text, or make it from stored pages with "
                           "`spinneret extract {1} --index text`",
                           Printable(flags.database), Printable(ShellQuote(flags.database))));
  }
  return std::string(
      "SELECT u.url AS url, p.title AS title, replace(snippet(page_text, -1, '[', ']', ' ... ', 20), char(10), ' ')"
      " AS snippet FROM page_text AS p JOIN urls AS u ON u.id = p.rowid"
      " WHERE page_text MATCH ?1 ORDER BY bm25(page_text, 5.0, 1.0)");
}

int Query(const QueryFlags& flags) {
  if (!flags.search.empty() && (flags.list || !flags.sql.empty())) {
    return UsageFailure("--search is a query by itself; give it without SQL, NAME or --list");
  }
  if (flags.list && !flags.sql.empty()) {
    return UsageFailure("--list and a query contradict each other; give one of them");
  }
  if (flags.database.empty() && !flags.list) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret query crawl.db --list`");
  }
  if (flags.list && flags.database.empty()) {
    return ListQueries(flags.format);
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(flags.database);
  if (!reader) {
    return FailOpen(reader.error());
  }
  if (flags.sql.empty() && flags.search.empty()) {
    return ListQueries(flags.format);
  }
  const Result<std::string> sql = flags.search.empty() ? FindSql(flags) : SearchSql(**reader, flags);
  if (!sql) {
    return Fail(sql.error());
  }
  std::vector<Cell> parameters;
  if (!flags.search.empty()) {
    parameters.emplace_back(SearchQuery(flags.search));
  }
  StandardOutput output;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(flags.format), output.sink());
  bool open = true;
  bool begun = false;
  const Result<void> ran = (*reader)->Query(
      *sql, parameters,
      [&](const std::vector<std::string>& columns) {
        begun = true;
        writer->Begin(columns);
      },
      [&](const std::vector<Cell>& cells) { return open = writer->Add(cells); });
  if (begun && open) {
    writer->End();
  }
  const int status = output.Finish();
  if (!ran && open) {
    const Error& error = ran.error();
    Fail(error);
    // What SQLite refuses is what was asked; a damaged file or a full disk is not.
    const bool storage = error.code == ErrorCode::kStorageCorrupt || error.code == ErrorCode::kStorageFull;
    return storage ? kStorageFailed : kUsage;
  }
  return status;
}

}  // namespace

void AddQueryCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("query", kDescription)->group("Looking at the result");
  command->footer(kFooter);
  auto flags = std::make_shared<QueryFlags>();
  command->add_option("DB", flags->database, "The database of a crawl")->type_name("");
  command->add_option("SQL|NAME", flags->sql, "A statement, the name of a query, or - for SQL on stdin")->type_name("");
  AddChoiceOption(
      *command, "-f,--format", {"table", "csv", "json", "jsonl"},
      [flags](std::size_t index) { flags->format = static_cast<OutputFormat>(index); },
      "How rows are written: columns for people, RFC 4180, one JSON array, or an object a line (default: table)");
  AddTextOption(*command, "--search", "WORDS", flags->search,
                "The pages that have all these words, best first, with the places (crawl --index text); \"a phrase\" "
                "and begin* work as well");
  command->add_flag("--list", flags->list, "List the queries that are built in");
  command->callback([flags, &exit_status] { exit_status = Query(*flags); });
}

}  // namespace spinneret::cli
