// PgConnection: one connection to a PostgreSQL server, by libpq. Calls wait for the server.
//
// Names     a store's URL is what libpq takes as a connection string; passwords come by its usual means (the URL, the
//           password file, PGPASSWORD, a service file) and are in no message.
// Errors    of the server with its own words and SQLSTATE. kTimeout: statement_timeout. kStorageBusy: the transaction lost against another one
//           (serialization failure, deadlock) and may be tried again. broken() says whether the connection is gone.
// Thread    one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "base/result.h"
#include "storage/postgres/copy_buffer.h"

namespace spinneret {

// Rows of an answer, in text form.
class PgRows {
 public:
  PgRows() = default;
  explicit PgRows(PGresult* result) : result_(result) {}

  int size() const { return PQntuples(result_.get()); }
  int columns() const { return PQnfields(result_.get()); }
  std::string_view name(int column) const { return PQfname(result_.get(), column); }
  Oid type(int column) const { return PQftype(result_.get(), column); }
  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // "" for NULL.
  std::string_view Text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::int64_t Integer(int row, int column) const;  // 0 for NULL
  bool Bool(int row, int column) const { return Text(row, column) == "t"; }
  std::string Bytes(int row, int column) const;  // of a bytea
  std::uint64_t affected() const;

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// A parameter in text form; nothing: NULL.
using PgParameter = std::optional<std::string>;

class PgConnection {
 public:
  // kStorage with libpq's words when there is no server, or it refuses.
  static Result<PgConnection> Open(const std::string& url);

  // One statement.
  Result<PgRows> Query(const std::string& sql, std::span<const PgParameter> parameters = {});
  Result<PgRows> Query(const std::string& sql, std::initializer_list<PgParameter> parameters) {
    return Query(sql, std::span<const PgParameter>(parameters.begin(), parameters.size()));
  }
  // One statement, whose rows are not all kept: `visit` gets them one at a time, and at first (or instead) none, for
  // their columns. False ends it.
  Result<void> Stream(const std::string& sql, std::span<const PgParameter> parameters,
                      const std::function<bool(const PgRows&)>& visit);
  // As they stand in a statement. Valid UTF-8.
  std::string Identifier(std::string_view name) const;
  std::string Literal(std::string_view text) const;
  // Any number of statements, without parameters.
  Result<void> Execute(const std::string& sql);
  // `sql` is COPY … FROM STDIN (FORMAT binary).
  Result<void> Copy(const std::string& sql, const CopyBuffer& rows);

  // Also where the server has said that it ends the connection, and libpq has not noticed yet.
  bool broken() const { return ended_ || PQstatus(connection_.get()) != CONNECTION_OK; }
  bool in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }
  // "postgresql://host:port/database": for messages.
  const std::string& shown() const { return shown_; }
  PGconn* handle() const { return connection_.get(); }

 private:
  explicit PgConnection(PGconn* connection);
  Error ErrorOf(const PGresult* result);

  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Close> connection_;
  std::string shown_;
  bool ended_ = false;
};

}  // namespace spinneret
