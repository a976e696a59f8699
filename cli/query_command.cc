// spinneret query: SQL, or a query that is known by name, over a crawl's database.
#include <cctype>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/pager.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "cli/suggest.h"
#include "cli/summary.h"
#include "parser/url.h"
#include "storage/named_queries.h"
#include "storage/search_query.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Ask a crawl's database. SQL is one statement of SQLite's language; NAME is one of the queries that are built in "
    "(--list), ARG what it asks for. The database is opened read-only, also while a crawl is writing it. On a terminal "
    "what is longer than the screen goes through $PAGER.";

constexpr char kFooter[] = R"(Examples:
  spinneret query crawl.db
      the queries that are built in
  spinneret query crawl.db broken-links
  spinneret query crawl.db inlinks https://shop.example/sale
  spinneret query crawl.db broken-links --sql
      its SQL instead of its rows: to learn from, and to change
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
  bool show_sql = false;
  bool no_pager = false;
  std::string search;
  std::vector<std::string> arguments;
  std::optional<std::chrono::milliseconds> time_limit;
};

std::vector<std::string> QueryNames() {
  std::vector<std::string> names;
  for (const NamedQuery& query : NamedQueries()) {
    names.emplace_back(query.name);
  }
  return names;
}

int ListQueries(const QueryFlags& flags) {
  Pager pager;
  StandardOutput output;
  if (flags.show_sql) {
    for (const NamedQuery& query : NamedQueries()) {
      output.Write(fmt::format("-- {}\n{}\n", query.name, query.sql));
    }
    return output.Finish();
  }
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(flags.format), output.sink());
  if (!flags.no_pager) {
    pager.Start();
  }
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

// A URL that somebody writes is looked up as it is stored.
std::string StoredForm(const std::string& argument) {
  const std::optional<Url> url = Url::Parse(argument);
  return url && url->is_http() ? url->WithoutSecrets().href() : argument;
}

// ?1, ?2 ... of the statement, in order; an Error where the command line has not as many.
Result<std::vector<Cell>> Parameters(const QueryFlags& flags, const std::string& sql) {
  std::vector<Cell> parameters;
  if (!flags.search.empty()) {
    parameters.emplace_back(SearchQuery(flags.search));
    return parameters;
  }
  const bool named = FindNamedQuery(flags.sql) != nullptr;
  const bool wanted = sql.find("?1") != std::string::npos;
  if (named && wanted && flags.arguments.empty()) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{0} asks for a URL: `spinneret query {1} {0} URL`", flags.sql,
                                                        Printable(ShellQuote(flags.database))));
  }
  if (!flags.arguments.empty() && !wanted) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("the query has no place for \"{}\"; in SQL that is ?1", Printable(flags.arguments.front())));
  }
  for (const std::string& argument : flags.arguments) {
    parameters.emplace_back(named ? StoredForm(argument) : argument);
  }
  return parameters;
}

int ShowSql(const QueryFlags& flags) {
  const Result<std::string> sql = FindSql(flags);
  if (!sql) {
    return Fail(sql.error());
  }
  StandardOutput output;
  output.Write(*sql + (sql->ends_with('\n') ? "" : "\n"));
  return output.Finish();
}

// What cannot be meant together; empty: nothing.
std::string Contradiction(const QueryFlags& flags) {
  if (!flags.search.empty() && (flags.list || !flags.sql.empty())) {
    return "--search is a query by itself; give it without SQL, NAME or --list";
  }
  if (flags.list && !flags.sql.empty()) {
    return "--list and a query contradict each other; give one of them";
  }
  if (flags.database.empty() && !flags.list) {
    return "no database: name the file of a crawl, such as `spinneret query crawl.db --list`";
  }
  return {};
}

int Ask(Reader& reader, const QueryFlags& flags) {
  const Result<std::string> sql = flags.search.empty() ? FindSql(flags) : SearchSql(reader, flags);
  if (!sql) {
    return Fail(sql.error());
  }
  const Result<std::vector<Cell>> parameters = Parameters(flags, *sql);
  if (!parameters) {
    return Fail(parameters.error());
  }
  reader.SetTimeLimit(flags.time_limit);
  Pager pager;
  StandardOutput output;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(flags.format), output.sink());
  bool open = true;
  bool begun = false;
  const Result<void> ran = reader.Query(
      *sql, *parameters,
      [&](const std::vector<std::string>& columns) {
        begun = true;
        if (!flags.no_pager) {
          pager.Start();
        }
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

int Query(const QueryFlags& flags) {
  if (const std::string wrong = Contradiction(flags); !wrong.empty()) {
    return UsageFailure(wrong);
  }
  if (flags.list && flags.database.empty()) {
    return ListQueries(flags);
  }
  const Result<CrawlFile> crawl = CrawlFile::OrServer(flags.database);
  if (!crawl) {
    return FailOpen(crawl.error());
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(crawl->path());
  if (!reader) {
    return FailOpen(reader.error());
  }
  if (flags.sql.empty() && flags.search.empty()) {
    return ListQueries(flags);
  }
  if (flags.show_sql && flags.search.empty()) {
    return ShowSql(flags);
  }
  return Ask(**reader, flags);
}

}  // namespace

void AddQueryCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("query", kDescription)->group("Looking at the result");
  command->footer(kFooter);
  auto flags = std::make_shared<QueryFlags>();
  command->add_option("DB", flags->database, "The database of a crawl")->type_name("");
  command->add_option("SQL|NAME", flags->sql, "A statement, the name of a query, or - for SQL on stdin")->type_name("");
  command->add_option("ARG", flags->arguments, "What the query asks for: the URL of inlinks and outlinks, ?1 of SQL")
      ->type_name("");
  AddChoiceOption(
      *command, "-f,--format", {"table", "csv", "json", "jsonl"},
      [flags](std::size_t index) { flags->format = static_cast<OutputFormat>(index); },
      "How rows are written: columns for people, RFC 4180, one JSON array, or an object a line (default: table)");
  AddTextOption(*command, "--search", "WORDS", flags->search,
                "The pages that have all these words, best first, with the places (crawl --index text); \"a phrase\" "
                "and begin* work as well");
  AddDurationOption(
      *command, "--time-limit", Zero::kRefused, [flags](std::chrono::milliseconds limit) { flags->time_limit = limit; },
      "Give the query up when it takes longer");
  command->add_flag("--list", flags->list, "List the queries that are built in");
  command->add_flag("--sql", flags->show_sql, "Show the SQL of NAME, or with --list of all, instead of running it");
  command->add_flag("--no-pager", flags->no_pager, "Write straight to the terminal");
  command->callback([flags, &exit_status] { exit_status = Query(*flags); });
}

}  // namespace spinneret::cli
