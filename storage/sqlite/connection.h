// Connection: one open SQLite database, closed at the end of its scope.
//
// Errors   ErrorOf is the one place where SQLite's codes become ErrorCodes; its message has the database's name,
//          SQLite's own words and its number.
// Thread   one; SQLite's own mutex is off.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/sqlite/statement.h"

struct sqlite3;

namespace spinneret {

class Connection {
 public:
  enum class Mode : std::uint8_t {
    kReadOnly,
    kReadOnlyImmutable,  // on a disk that cannot be written: no locks, and no files beside the database
    kReadWrite,          // an existing file
    kCreate,             // a new file; an existing one is opened
    kTemporary,          // a file without a name, gone with the connection; `path` does not count
  };
  // `path` is taken as a file's name whatever it looks like ("file:…", ":memory:"). `shown` stands for it in messages.
  static Result<Connection> Open(const std::string& path, Mode mode, std::string shown);

  // Adds another database under `schema`, read-only. Not with kReadWrite.
  Result<void> AttachReadOnly(const std::string& path, std::string_view schema);

  // Runs statements that give no rows that matter.
  Result<void> Execute(const std::string& sql);
  Result<Statement> Prepare(std::string_view sql);
  // The first column of the first row; 0 or "" when there is none.
  Result<std::int64_t> QueryInteger(std::string_view sql);
  Result<std::string> QueryText(std::string_view sql);

  void SetBusyTimeout(std::chrono::milliseconds timeout);
  bool in_transaction() const;
  int last_code() const;  // SQLite's primary code of the last call; 0 when it succeeded
  // The error that SQLite's `code`, just returned by a call on this connection, stands for.
  Error ErrorOf(int code) const;

  sqlite3* handle() const { return db_.get(); }
  const std::string& shown() const { return shown_; }

 private:
  struct Closer {
    void operator()(sqlite3* db) const noexcept;
  };

  std::unique_ptr<sqlite3, Closer> db_;
  std::string shown_;
};

}  // namespace spinneret
