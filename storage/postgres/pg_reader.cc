#include "storage/postgres/pg_reader.h"

#include <cstdlib>
#include <utility>

#include "storage/embedded_sql.h"
#include "storage/postgres/pg_servers.h"

namespace spinneret {
namespace {

// Of pg_type.h, which never change.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701,
              kNumeric = 1700;

Cell CellOf(const PgRows& rows, int row, int column) {
  if (rows.IsNull(row, column)) {
    return std::monostate();
  }
  const std::string text(rows.Text(row, column));
  switch (rows.type(column)) {
    case kInt2:
    case kInt4:
    case kInt8:
      return std::int64_t{rows.Integer(row, column)};
    case kBool:
      return std::int64_t{rows.Bool(row, column) ? 1 : 0};
    case kNumeric:  // of sum(), mostly
      if (text.find_first_not_of("-0123456789") == std::string::npos && text.size() < 19) {
        return std::int64_t{rows.Integer(row, column)};
      }
      return std::strtod(text.c_str(), nullptr);
    case kFloat4:
    case kFloat8:
      return std::strtod(text.c_str(), nullptr);
    case kBytea:
      return Blob{rows.Bytes(row, column)};
    default:
      return text;
  }
}

PgParameter ParameterOf(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::to_string(*real);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  return std::nullopt;
}

// ?1, ?2 … of SQLite's as $1, $2 …, outside of quotes.
std::string WithDollars(std::string_view sql) {
  std::string text;
  char quote = '\0';
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
    const bool parameter = quote == '\0' && c == '?' && i + 1 < sql.size() && sql[i + 1] >= '1' && sql[i + 1] <= '9';
    text += parameter ? '$' : c;
  }
  return text;
}

class PgReader final : public Reader {
 public:
  explicit PgReader(PgConnection connection) : connection_(std::move(connection)) {}

  void SetTimeLimit(std::optional<std::chrono::milliseconds> limit) override { limit_ = limit; }

  using Reader::Query;
  Result<void> Query(std::string_view sql, std::span<const Cell> parameters, const Columns& columns,
                     const Row& row) override {
    if (sql.find('\0') != std::string_view::npos) {
      return Err(ErrorCode::kInvalidArgument, "the query contains a NUL character");
    }
    std::vector<PgParameter> values;
    for (const Cell& cell : parameters) {
      values.push_back(ParameterOf(cell));
    }
    if (limit_) {
      if (Result<void> set = connection_.Execute("SET statement_timeout = " + std::to_string(limit_->count())); !set) {
        return set;
      }
    }
    bool begun = false;
    std::vector<Cell> cells;
    Result<void> done =
        connection_.Stream(values.empty() ? std::string(sql) : WithDollars(sql), values, [&](const PgRows& rows) {
          if (!begun) {
            begun = true;
            std::vector<std::string> names;
            for (int column = 0; column < rows.columns(); ++column) {
              names.emplace_back(rows.name(column));
            }
            columns(names);
            cells.resize(names.size());
          }
          for (int i = 0; i < rows.size(); ++i) {
            for (int column = 0; column < rows.columns(); ++column) {
              cells[static_cast<std::size_t>(column)] = CellOf(rows, i, column);
            }
            if (!row(cells)) {
              return false;
            }
          }
          return true;
        });
    if (!done) {
      Error error = std::move(done).error();
      if (error.code == ErrorCode::kStorage && !connection_.broken()) {
        error.code = ErrorCode::kInvalidArgument;  // of the question, not of the database
        error.message +=
            "; what is written in SQLite's language alone can be asked of a file, which `spinneret pull` makes";
      }
      return error;
    }
    return {};
  }

 private:
  PgConnection connection_;
  std::optional<std::chrono::milliseconds> limit_;
};

}  // namespace

Result<std::unique_ptr<Reader>> OpenPostgresReader(const std::string& url) {
  Result<std::vector<std::unique_ptr<Reader>>> readers = OpenPostgresReaders(url);
  if (!readers) {
    return std::move(readers).error();
  }
  if (readers->size() != 1) {
    return Err(ErrorCode::kUnsupported,
               "a crawl on several servers is asked in a file, which `spinneret pull` makes of it");
  }
  return std::move(readers->front());
}

Result<std::vector<std::unique_ptr<Reader>>> OpenPostgresReaders(const std::string& urls) {
  Result<PgServers> crawl = OpenPgServers(urls);
  if (!crawl) {
    return std::move(crawl).error();
  }
  std::vector<std::unique_ptr<Reader>> readers;
  for (PgServer& server : crawl->servers) {
    // Made before nothing may be: also what a session makes for itself counts as writing.
    for (const std::string& sql :
         {std::string(kPostgresAsFileSql), std::string("SET default_transaction_read_only = on")}) {
      if (Result<void> done = server.connection.Execute(sql); !done) {
        return std::move(done).error();
      }
    }
    readers.push_back(std::make_unique<PgReader>(std::move(server.connection)));
  }
  return readers;
}

}  // namespace spinneret
