#include "storage/postgres/pg_connection.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include <fmt/format.h>

#include "storage/postgres/postgres_url.h"

namespace spinneret {
namespace {

// libpq's messages end in line breaks and may have several lines.
std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') {
    line.pop_back();
  }
  return line;
}

std::string_view OrEmpty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

ErrorCode CodeOf(std::string_view state) {
  if (state == "40001" || state == "40P01") {  // serialization_failure, deadlock_detected
    return ErrorCode::kStorageBusy;
  }
  if (state == "57014") {  // query_canceled
    return ErrorCode::kTimeout;
  }
  if (state == "53100") {  // disk_full
    return ErrorCode::kStorageFull;
  }
  return ErrorCode::kStorage;
}

// Takes what libpq made; null where there was no memory.
std::string Escaped(char* made) {
  if (made == nullptr) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(made, &PQfreemem);
  return made;
}

int Digit(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

}  // namespace

std::int64_t PgRows::Integer(int row, int column) const {
  const std::string_view text = Text(row, column);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string PgRows::Bytes(int row, int column) const {
  std::string_view text = Text(row, column);
  std::string bytes;
  if (!text.starts_with("\\x")) {
    return bytes;
  }
  text.remove_prefix(2);
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(Digit(text[i]) * 16 + Digit(text[i + 1]));
  }
  return bytes;
}

std::uint64_t PgRows::affected() const {
  return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10);
}

PgConnection::PgConnection(PGconn* connection) : connection_(connection) {
  const std::string_view host = OrEmpty(PQhost(connection));
  const std::string_view port = OrEmpty(PQport(connection));
  shown_ = fmt::format("postgresql://{}{}{}/{}", host.starts_with('/') ? "" : host, port.empty() ? "" : ":", port,
                       OrEmpty(PQdb(connection)));
}

Result<PgConnection> PgConnection::Open(const std::string& url) {
  // libpq's own defaults, the environment and the service file hold for all that the URL does not say.
  const char* const names[] = {"dbname", "fallback_application_name", "client_encoding", "tcp_user_timeout", nullptr};
  const char* const values[] = {url.c_str(), "spinneret", "UTF8", "20000", nullptr};
  PgConnection connection(PQconnectdbParams(names, values, /*expand_dbname=*/1));
  if (connection.connection_ == nullptr || connection.broken()) {
    return Err(ErrorCode::kStorage, fmt::format("{}: {}", WithoutPassword(url),
                                                OneLine(OrEmpty(PQerrorMessage(connection.connection_.get())))));
  }
  PQsetNoticeProcessor(
      connection.connection_.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

Error PgConnection::ErrorOf(const PGresult* result) {
  const std::string_view state = OrEmpty(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  // Connection exceptions, the server's shutdown, a transaction that was idle for too long.
  ended_ = ended_ || state.starts_with("08") || state.starts_with("57P") || state == "25P03";
  std::string text = OneLine(OrEmpty(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
  if (text.empty()) {
    text = OneLine(OrEmpty(PQerrorMessage(connection_.get())));
  }
  return Error{CodeOf(state), state.empty() ? fmt::format("{}: {}", shown_, text)
                                            : fmt::format("{}: {} (SQLSTATE {})", shown_, text, state)};
}

Result<PgRows> PgConnection::Query(const std::string& sql, std::span<const PgParameter> parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const PgParameter& parameter : parameters) {
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  PGresult* const result = PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                        values.data(), nullptr, nullptr, /*resultFormat=*/0);
  PgRows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    return ErrorOf(result);
  }
  return rows;
}

Result<void> PgConnection::Stream(const std::string& sql, std::span<const PgParameter> parameters,
                                  const std::function<bool(const PgRows&)>& visit) {
  std::vector<const char*> values;
  for (const PgParameter& parameter : parameters) {
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  PGconn* const connection = connection_.get();
  if (PQsendQueryParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                        nullptr, /*resultFormat=*/0) != 1) {
    return ErrorOf(nullptr);
  }
  PQsetSingleRowMode(connection);
  Result<void> done;
  bool wanted = true;
  while (PGresult* const result = PQgetResult(connection)) {
    const PgRows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      if (wanted && done) {
        done = ErrorOf(result);
      }
    } else if (wanted && !visit(rows)) {
      wanted = false;
      if (PGcancel* const cancel = PQgetCancel(connection)) {
        char why[256];
        PQcancel(cancel, why, sizeof why);
        PQfreeCancel(cancel);
      }
    }
  }
  return done;
}

std::string PgConnection::Identifier(std::string_view name) const {
  return Escaped(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
}

std::string PgConnection::Literal(std::string_view text) const {
  return Escaped(PQescapeLiteral(connection_.get(), text.data(), text.size()));
}

Result<void> PgConnection::Execute(const std::string& sql) {
  PGresult* const result = PQexec(connection_.get(), sql.c_str());
  const PgRows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
    return ErrorOf(result);
  }
  return {};
}

Result<void> PgConnection::Copy(const std::string& sql, const CopyBuffer& rows) {
  {
    PGresult* const begun = PQexec(connection_.get(), sql.c_str());
    const PgRows owner(begun);
    if (PQresultStatus(begun) != PGRES_COPY_IN) {
      return ErrorOf(begun);
    }
  }
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  const std::string& bytes = rows.bytes();
  bool sent = true;
  for (std::size_t at = 0; sent && at < bytes.size(); at += kPiece) {
    const std::size_t size = std::min(kPiece, bytes.size() - at);
    sent = PQputCopyData(connection_.get(), bytes.data() + at, static_cast<int>(size)) == 1;
  }
  const std::string_view end = CopyBuffer::end_mark();
  sent = sent && PQputCopyData(connection_.get(), end.data(), static_cast<int>(end.size())) == 1;
  PQputCopyEnd(connection_.get(), nullptr);
  Result<void> done;
  while (PGresult* const result = PQgetResult(connection_.get())) {
    const PgRows owner(result);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && done) {
      done = ErrorOf(result);
    }
    if (broken()) {
      break;
    }
  }
  if (done && (!sent || broken())) {
    return Err(ErrorCode::kStorage, fmt::format("{}: {}", shown_, OneLine(OrEmpty(PQerrorMessage(connection_.get())))));
  }
  return done;
}

}  // namespace spinneret
