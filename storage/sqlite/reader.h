// Reading a database as a user does: read-only, while a crawl may be running. SQLite files, and crawls on PostgreSQL
// (postgres/pg_reader.h).
//
// Safety   the connection is read-only, extensions and ATTACH are off; a statement that would write is an error.
// Thread   one thread per Reader.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace spinneret {

// NULL, integer, real, text or blob (blob as Blob).
struct Blob {
  std::string bytes;
};
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

class Reader {
 public:
  virtual ~Reader() = default;
  // `path` may be a "postgresql://…" URL. kNotFound when there is no file (never creates one); kStorageCorrupt when it is not a crawl database;
  // kStorageVersion.
  static Result<std::unique_ptr<Reader>> Open(const std::string& path);

  // Two databases at once: the first is `main`, the second `newer`. Each must be a crawl's.
  static Result<std::unique_ptr<Reader>> OpenPair(const std::string& path, const std::string& newer);

  // Queries from here on are given up when they take longer; none: no limit. kTimeout.
  virtual void SetTimeLimit(std::optional<std::chrono::milliseconds> limit) = 0;

  using Columns = std::function<void(const std::vector<std::string>&)>;
  using Row = std::function<bool(const std::vector<Cell>&)>;  // false stops the query
  // Runs one statement; `columns` is called once, before the first row, also when there are no rows.
  Result<void> Query(std::string_view sql, const Columns& columns, const Row& row) {
    return Query(sql, {}, columns, row);
  }
  // With values for ?1, ?2 …
  virtual Result<void> Query(std::string_view sql, std::span<const Cell> parameters, const Columns& columns,
                             const Row& row) = 0;
};

// Builds the readers' indexes in a database that no crawl holds (`spinneret index`).
Result<void> BuildIndexes(const std::string& path);

}  // namespace spinneret
