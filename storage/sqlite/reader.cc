#include "storage/sqlite/reader.h"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>

#include "storage/postgres/pg_reader.h"
#include "storage/postgres/postgres_url.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/crawl_file.h"
#include "storage/sqlite/database_file.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/statement.h"

namespace spinneret {
namespace {

constexpr std::chrono::seconds kBusyTimeout{5};

struct Limit {
  int id;
  int value;
};
// SQLite's defaults are for programs that trust their SQL. These are far above what a question needs, and far below
// what would take the machine down.
constexpr Limit kLimits[] = {
    {SQLITE_LIMIT_LENGTH, 256 << 20},   {SQLITE_LIMIT_SQL_LENGTH, 1 << 20}, {SQLITE_LIMIT_COLUMN, 500},
    {SQLITE_LIMIT_EXPR_DEPTH, 500},     {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 64}, {SQLITE_LIMIT_TRIGGER_DEPTH, 0},    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

// Pragmas that answer and change nothing, whatever their argument says: it names a table or an index.
constexpr std::array<std::string_view, 11> kAnsweringPragmas = {
    "table_info",       "table_xinfo",       "table_list",      "index_list",  "index_info",   "index_xinfo",
    "foreign_key_list", "foreign_key_check", "integrity_check", "quick_check", "function_list"};
// Pragmas that answer without an argument and change something with one.
constexpr std::array<std::string_view, 10> kAskingPragmas = {
    "application_id", "user_version", "page_count",     "page_size",    "freelist_count",
    "journal_mode",   "encoding",     "schema_version", "data_version", "compile_options"};

bool Contains(const auto& names, std::string_view name) {
  for (const std::string_view known : names) {
    if (known.size() == name.size() &&
        sqlite3_strnicmp(known.data(), name.data(), static_cast<int>(name.size())) == 0) {
      return true;
    }
  }
  return false;
}

// Everything that is not reading is refused. The file is opened read-only besides, but a statement may reach further
// than the file: ATTACH opens others, load_extension runs code, VACUUM INTO writes.
int Authorize(void* /*data*/, int action, const char* first, const char* second, const char* /*database*/,
              const char* /*trigger*/) noexcept {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      if (first == nullptr) {
        return SQLITE_DENY;
      }
      return Contains(kAnsweringPragmas, first) || (second == nullptr && Contains(kAskingPragmas, first)) ? SQLITE_OK
                                                                                                          : SQLITE_DENY;
    case SQLITE_UPDATE:
      // Asked while SQLite declares the columns of pragma_table_info and its like; a real UPDATE of this table never
      // gets past SQLite.
      return first != nullptr && std::string_view(first) == "sqlite_master" ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

Cell CellOf(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate();
    default:
      break;
  }
  const bool is_text = sqlite3_column_type(statement, column) == SQLITE_TEXT;
  const void* const bytes = is_text ? static_cast<const void*>(sqlite3_column_text(statement, column))
                                    : sqlite3_column_blob(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  std::string copy = bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
  if (is_text) {
    return copy;
  }
  return Blob{std::move(copy)};
}

class ReaderImpl final : public Reader {
 public:
  explicit ReaderImpl(Connection connection) : connection_(std::move(connection)) {}

  void SetTimeLimit(std::optional<std::chrono::milliseconds> limit) override { limit_ = limit; }

  using Reader::Query;
  Result<void> Query(std::string_view sql, std::span<const Cell> parameters, const Columns& columns,
                     const Row& row) override;

 private:
  // The one statement in `sql`; empty statements and comments around it are fine.
  Result<Statement> PrepareOne(std::string_view sql);

  Connection connection_;
  std::optional<std::chrono::milliseconds> limit_;
};

// Ends the running statement when its time is over, by SQLite's progress handler; takes the handler off again.
class Deadline {
 public:
  Deadline(sqlite3* db, std::optional<std::chrono::milliseconds> limit) : db_(db) {
    if (limit) {
      constexpr int kSteps = 10'000;  // of SQLite's machine: well under a millisecond
      end_ = std::chrono::steady_clock::now() + *limit;
      sqlite3_progress_handler(db_, kSteps, &Deadline::Passed, this);
    }
  }
  ~Deadline() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  bool passed() const { return passed_; }

 private:
  static int Passed(void* self) noexcept {
    auto* const deadline = static_cast<Deadline*>(self);
    deadline->passed_ = std::chrono::steady_clock::now() >= deadline->end_;
    return deadline->passed_ ? 1 : 0;
  }

  sqlite3* const db_;
  std::chrono::steady_clock::time_point end_{};
  bool passed_ = false;
};

Result<Statement> ReaderImpl::PrepareOne(std::string_view sql) {
  Statement found;
  // With its own end, as SQLite reads up to it, and without NULs, at which it would stop and leave the rest unread.
  if (sql.find('\0') != std::string_view::npos) {
    return Err(ErrorCode::kInvalidArgument, "the query contains a NUL character");
  }
  const std::string text(sql);
  const char* rest = text.c_str();
  while (*rest != '\0') {
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(connection_.handle(), rest, -1, 0, &statement, &tail);
    if (code != SQLITE_OK) {
      const int at = sqlite3_error_offset(connection_.handle());
      Error error = connection_.ErrorOf(code);
      if (error.code == ErrorCode::kStorage) {
        error.code = ErrorCode::kInvalidArgument;  // of the question, not of the database
      }
      if (at >= 0) {
        error.message += fmt::format(", at character {} of the query", (rest - text.c_str()) + at + 1);
      }
      return error;
    }
    if (statement != nullptr) {
      if (found.handle() != nullptr) {
        sqlite3_finalize(statement);
        return Err(ErrorCode::kInvalidArgument, "a query is one statement; here a second one follows it");
      }
      found = Statement(statement);
    }
    rest = tail;
  }
  if (found.handle() == nullptr) {
    return Err(ErrorCode::kInvalidArgument, "the query holds no statement");
  }
  return found;
}

void BindCell(Statement& statement, int index, const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    statement.Bind(index, *integer);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    statement.BindReal(index, *real);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    statement.BindText(index, *text);
  } else if (const auto* blob = std::get_if<Blob>(&cell)) {
    statement.BindBlob(index, blob->bytes);
  } else {
    statement.BindNull(index);
  }
}

Result<void> ReaderImpl::Query(std::string_view sql, std::span<const Cell> parameters, const Columns& columns,
                               const Row& row) {
  Result<Statement> statement = PrepareOne(sql);
  if (!statement) {
    return std::move(statement).error();
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    BindCell(*statement, static_cast<int>(i) + 1, parameters[i]);
  }
  sqlite3_stmt* const handle = statement->handle();
  const int count = sqlite3_column_count(handle);
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    const char* const name = sqlite3_column_name(handle, i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  columns(names);
  std::vector<Cell> cells(static_cast<std::size_t>(count));
  const Deadline deadline(connection_.handle(), limit_);
  while (statement->Step()) {
    for (int i = 0; i < count; ++i) {
      cells[static_cast<std::size_t>(i)] = CellOf(handle, i);
    }
    if (!row(cells)) {
      return {};
    }
  }
  if (statement->failed()) {
    return deadline.passed() ? Err(ErrorCode::kTimeout, "the query took longer than its time limit")
                             : connection_.ErrorOf(statement->code());
  }
  return {};
}

Result<void> Confine(Connection& connection, const std::string& newer = {}) {
  sqlite3* const db = connection.handle();
  connection.SetBusyTimeout(kBusyTimeout);
  // A database may come from anywhere, and its views are programs.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  if (!newer.empty()) {
    if (Result<void> attached = connection.AttachReadOnly(newer, "newer"); !attached) {
      return attached;
    }
  }
  for (const Limit& limit : kLimits) {
    sqlite3_limit(db, limit.id, limit.value);
  }
  if (Result<void> done = connection.Execute("PRAGMA query_only = 1; PRAGMA cache_size = -65536"); !done) {
    return done;
  }
  if (Result<void> ours = CheckIdentity(connection); !ours) {
    return ours;
  }
  const int code = sqlite3_set_authorizer(db, &Authorize, nullptr);
  if (code != SQLITE_OK) {
    return connection.ErrorOf(code);
  }
  return {};
}

// A process that was killed while it changed the file outside of the WAL (the switch to it and back) has left a journal. What
// it had not finished is taken back by whoever may write; until then the file is not to be read.
Result<void> TakeBack(const std::string& real, const std::string& shown) {
  Result<Connection> connection = Connection::Open(real, Connection::Mode::kReadWrite, shown);
  if (!connection) {
    return std::move(connection).error();
  }
  connection->SetBusyTimeout(kBusyTimeout);
  const Result<std::int64_t> read = connection->QueryInteger("SELECT count(*) FROM sqlite_schema");
  return read ? Result<void>() : Result<void>(read.error());
}

// `newer`: the real path of a second database, or empty.
Result<std::unique_ptr<Reader>> OpenConfined(const std::string& path, const std::string& newer) {
  Result<std::string> real = ResolveExisting(path);
  if (!real) {
    return std::move(real).error();
  }
  if (IsThere(*real + "-journal")) {
    (void)TakeBack(*real, path);  // where it cannot be, opening says so
  }
  Error first;
  for (const Connection::Mode mode : {Connection::Mode::kReadOnly, Connection::Mode::kReadOnlyImmutable}) {
    Result<Connection> connection = Connection::Open(*real, mode, path);
    Result<void> confined = connection ? Confine(*connection, newer) : Result<void>(connection.error());
    if (confined) {
      return std::unique_ptr<Reader>(std::make_unique<ReaderImpl>(std::move(connection).value()));
    }
    if (mode == Connection::Mode::kReadOnlyImmutable) {
      break;
    }
    first = std::move(confined).error();
    // In WAL mode SQLite wants to make files beside the database. Where it may not, and there is no log to read, the
    // file itself is everything; with a log, half would be missing, so the error stands.
    const bool refused =
        connection && (connection->last_code() == SQLITE_CANTOPEN || connection->last_code() == SQLITE_READONLY);
    const bool may_be_read_alone = refused && !IsThere(*real + "-wal") && !IsThere(*real + "-journal");
    if (!may_be_read_alone) {
      break;
    }
  }
  return first;
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::Open(const std::string& path) {
  return IsPostgresUrl(path) ? OpenPostgresReader(path) : OpenConfined(path, {});
}

Result<std::unique_ptr<Reader>> Reader::OpenPair(const std::string& path, const std::string& newer) {
  // By itself first: what is wrong with it is said as of any database.
  const Result<std::unique_ptr<Reader>> alone = Open(newer);
  if (!alone) {
    return alone.error();
  }
  Result<std::string> real = ResolveExisting(newer);
  return real ? OpenConfined(path, *real) : std::move(real).error();
}

Result<void> BuildIndexes(const std::string& path) {
  Result<std::unique_ptr<CrawlFile>> file = CrawlFile::Open(path);
  if (!file) {
    return std::move(file).error();
  }
  Connection& connection = (*file)->connection();
  Result<void> built = (*file)->BeginWriting();
  if (built) {
    built = CreateIndexes(connection);
  }
  const Result<Settled> settled = SettleIntoOneFile(connection);
  if (built && !settled) {
    return settled.error();
  }
  return built;
}

}  // namespace spinneret
