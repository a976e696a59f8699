#include "storage/sqlite/connection.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>

namespace spinneret {
namespace {

// SQLite takes "file:…" for a URI on builds that ask for it, and ":memory:" and "" for no file at all; an absolute path
// is none of these.
std::string PlainName(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

std::string UriOf(const std::string& path, std::string_view query) {
  std::string uri = "file:";
  for (const char c : PlainName(path)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '.' || c == '_' || c == '-';
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri.append("?").append(query);
}

int Flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::kReadOnly:
    case Connection::Mode::kReadOnlyImmutable:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;  // a plain name is none
    case Connection::Mode::kReadWrite:
      return SQLITE_OPEN_READWRITE;
    case Connection::Mode::kCreate:
    case Connection::Mode::kTemporary:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
  }
  return SQLITE_OPEN_READONLY;
}

ErrorCode CodeOf(int code, int system_errno) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return ErrorCode::kStorageFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kStorageBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kStorageCorrupt;
    case SQLITE_IOERR:
      // A quota, or a limit on the size of files, is no space left as well.
      return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG ? ErrorCode::kStorageFull
                                                                                       : ErrorCode::kStorage;
    default:
      return ErrorCode::kStorage;
  }
}

}  // namespace

void Connection::Closer::operator()(sqlite3* db) const noexcept {
  sqlite3_close_v2(db);
}

Result<Connection> Connection::Open(const std::string& path, Mode mode, std::string shown) {
  Connection connection;
  connection.shown_ = std::move(shown);
  sqlite3* db = nullptr;
  const std::string name = mode == Mode::kTemporary           ? std::string()
                           : mode == Mode::kReadOnlyImmutable ? UriOf(path, "immutable=1")
                                                              : PlainName(path);
  const int code =
      sqlite3_open_v2(name.c_str(), &db, Flags(mode) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection.db_.reset(db);
  if (code != SQLITE_OK) {
    return connection.ErrorOf(code);
  }
  return connection;
}

Result<void> Connection::AttachReadOnly(const std::string& path, std::string_view schema) {
  // On a disk that cannot be written a database of WAL mode is read without its locks, which need a file beside it.
  Result<void> attached;
  for (const std::string_view query : {"mode=ro", "immutable=1"}) {
    Result<Statement> attach = Prepare(fmt::format("ATTACH ? AS {}", schema));
    if (!attach) {
      return std::move(attach).error();
    }
    const std::string uri = UriOf(path, query);
    attach->BindText(1, uri);
    if (!attach->Run()) {
      return ErrorOf(attach->code());
    }
    const Result<std::int64_t> tables = QueryInteger(fmt::format("SELECT count(*) FROM {}.sqlite_schema", schema));
    if (tables) {
      return {};
    }
    attached = tables.error();
    if (last_code() != SQLITE_CANTOPEN && last_code() != SQLITE_READONLY) {
      break;
    }
    if (Result<void> detached = Execute(fmt::format("DETACH {}", schema)); !detached) {
      return detached;
    }
  }
  return attached;
}

Result<void> Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return ErrorOf(code);
  }
  return {};
}

Result<Statement> Connection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) {
    return ErrorOf(code);
  }
  return Statement(statement);
}

Result<std::int64_t> Connection::QueryInteger(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) {
    return std::move(statement).error();
  }
  const bool row = statement->Step();
  if (statement->failed()) {
    return ErrorOf(statement->code());
  }
  return row ? statement->Integer(0) : 0;
}

Result<std::string> Connection::QueryText(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) {
    return std::move(statement).error();
  }
  const bool row = statement->Step();
  if (statement->failed()) {
    return ErrorOf(statement->code());
  }
  return row ? std::string(statement->Text(0)) : std::string();
}

void Connection::SetBusyTimeout(std::chrono::milliseconds timeout) {
  sqlite3_busy_timeout(db_.get(), static_cast<int>(timeout.count()));
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(db_.get()) == 0;
}

int Connection::last_code() const {
  return db_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db_.get()) & 0xFF;
}

Error Connection::ErrorOf(int code) const {
  const int left_errno = errno;
  sqlite3* const db = db_.get();
  // The connection keeps the words of its last failure, which are better than the code's own where they belong to it.
  const bool own_words = db != nullptr && (sqlite3_errcode(db) & 0xFF) == (code & 0xFF);
  const std::string words = own_words ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  int number = 0;
  std::string reason;
  if (const int primary = code & 0xFF; primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    // SQLite keeps the system's number when a statement fails, and does not when a COMMIT does; it is still in errno
    // then.
    number = db == nullptr ? 0 : sqlite3_system_errno(db);
    number = number == 0 ? left_errno : number;
    reason = number == 0 ? "" : fmt::format(": {}", std::strerror(number));
  }
  return Err(CodeOf(code, number), fmt::format("{}: {}{} (SQLite {})", shown_, words, reason, code));
}

}  // namespace spinneret
