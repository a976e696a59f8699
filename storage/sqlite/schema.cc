#include "storage/sqlite/schema.h"

#include <chrono>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/clock.h"
#include "storage/embedded_sql.h"

namespace spinneret {
namespace {

constexpr std::chrono::milliseconds kSettlePause{50};
constexpr int kSettleTries = 40;

// The statements of a file whose statements are one line each.
std::vector<std::string_view> LinesOf(std::string_view sql) {
  std::vector<std::string_view> lines;
  while (!sql.empty()) {
    const std::size_t end = sql.find('\n');
    const std::string_view line = sql.substr(0, end);
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
    if (!line.empty() && !line.starts_with("--")) {
      lines.push_back(line);
    }
  }
  return lines;
}

std::string_view IndexName(std::string_view statement) {
  constexpr std::string_view kBefore = "CREATE INDEX IF NOT EXISTS ";
  SPINNERET_CHECK(statement.starts_with(kBefore), "indexes.sql holds one CREATE INDEX IF NOT EXISTS a line");
  statement.remove_prefix(kBefore.size());
  return statement.substr(0, statement.find(' '));
}

// The statement of schema.sql that makes a table.
std::string_view TableOf(std::string_view name) {
  const std::size_t begin = kSchemaSql.find(fmt::format("CREATE TABLE {} (", name));
  const std::size_t end = kSchemaSql.find("\n);\n", begin);
  SPINNERET_CHECK(begin != std::string_view::npos && end != std::string_view::npos, "schema.sql has the table");
  return kSchemaSql.substr(begin, end + 3 - begin);
}

// Of views.sql.
std::vector<std::string_view> ViewNames() {
  constexpr std::string_view kBefore = "CREATE VIEW ";
  std::vector<std::string_view> names;
  for (std::size_t at = kViewsSql.find(kBefore); at != std::string_view::npos; at = kViewsSql.find(kBefore, at + 1)) {
    const std::string_view rest = kViewsSql.substr(at + kBefore.size());
    names.push_back(rest.substr(0, rest.find(' ')));
  }
  return names;
}

Result<void> PutMeta(Connection& connection, std::string_view key, std::string_view value, bool blob) {
  Result<Statement> put = connection.Prepare("INSERT INTO meta(key, value) VALUES(?, ?)");
  if (!put) {
    return std::move(put).error();
  }
  put->BindText(1, key);
  blob ? put->BindBlob(2, value) : put->BindText(2, value);
  if (!put->Run()) {
    return connection.ErrorOf(put->code());
  }
  return {};
}

}  // namespace

Result<void> CreateSchema(Connection& connection, const HashSecret& secret, std::string_view settings) {
  const std::string_view secret_bytes(reinterpret_cast<const char*>(secret.data()), secret.size());
  const std::string header = fmt::format("BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = {};",
                                         kApplicationId, kSchemaVersion);
  for (const std::string& sql : {header, std::string(kSchemaSql), std::string(kViewsSql)}) {
    if (Result<void> done = connection.Execute(sql); !done) {
      return done;
    }
  }
  if (Result<void> put = PutMeta(connection, "secret", secret_bytes, true); !put) {
    return put;
  }
  if (Result<void> put = PutMeta(connection, "settings", settings, false); !put) {
    return put;
  }
  if (Result<void> put = PutMeta(connection, "created_at_ms", std::to_string(SystemClock().WallTimeMs()), false);
      !put) {
    return put;
  }
  return connection.Execute("COMMIT");
}

Result<void> CheckIdentity(Connection& connection) {
  const Result<std::int64_t> id = connection.QueryInteger("PRAGMA application_id");
  if (!id) {
    return id.error();
  }
  if (*id != kApplicationId) {
    return Err(ErrorCode::kStorageCorrupt, connection.shown() + " is not a crawl database");
  }
  const Result<std::int64_t> version = connection.QueryInteger("PRAGMA user_version");
  if (!version) {
    return version.error();
  }
  if (*version < kOldestSchemaVersion || *version > kSchemaVersion) {
    return Err(ErrorCode::kStorageVersion,
               fmt::format("{} has schema version {}; this program knows version {}{}", connection.shown(), *version,
                           kSchemaVersion, *version > kSchemaVersion ? ", so a newer one wrote it" : ""));
  }
  return {};
}

Result<void> UpgradeSchema(Connection& connection) {
  const Result<std::int64_t> version = connection.QueryInteger("PRAGMA user_version");
  if (!version || *version == kSchemaVersion) {
    return version ? Result<void>() : version.error();
  }
  // 1 to 2: columns of pages. Databases of version 1 may have the first of them. 2 to 3: columns of samples, revisits, and
  // the views that look at them.
  struct Column {
    std::string_view table, name, type;
  };
  static constexpr Column kAdded[] = {{"pages", "by_tree", "INTEGER"},
                                      {"pages", "simhash", "INTEGER"},
                                      {"samples", "workers", "INTEGER"},
                                      {"samples", "connections", "INTEGER"},
                                      {"samples", "decision", "TEXT"}};
  std::string sql = "BEGIN IMMEDIATE;";
  for (const Column& column : kAdded) {
    const Result<std::int64_t> there = connection.QueryInteger(
        fmt::format("SELECT count(*) FROM pragma_table_info('{}') WHERE name = '{}'", column.table, column.name));
    if (!there) {
      return there.error();
    }
    sql += *there == 0 ? fmt::format("ALTER TABLE {} ADD COLUMN {} {};", column.table, column.name, column.type) : "";
  }
  sql += TableOf("revisits");
  for (const std::string_view view : ViewNames()) {
    sql += fmt::format("DROP VIEW IF EXISTS {};", view);
  }
  sql += kViewsSql;
  Result<void> done = connection.Execute(sql + fmt::format("PRAGMA user_version = {}; COMMIT", kSchemaVersion));
  if (!done && connection.in_transaction()) {
    (void)connection.Execute("ROLLBACK");
  }
  return done;
}

Result<Identity> LoadIdentity(Connection& connection, std::string_view schema) {
  Result<Statement> get = connection.Prepare(fmt::format("SELECT value FROM {}.meta WHERE key = ?", schema));
  if (!get) {
    return std::move(get).error();
  }
  const auto damaged = [&connection](std::string_view what) {
    return Err(ErrorCode::kStorageCorrupt, fmt::format("{}: the database has lost its {}", connection.shown(), what));
  };
  Identity identity;
  get->BindText(1, "secret");
  if (!get->Step() || get->Blob(0).size() != identity.secret.size()) {
    return get->failed() ? connection.ErrorOf(get->code()) : damaged("secret");
  }
  std::memcpy(identity.secret.data(), get->Blob(0).data(), identity.secret.size());
  get->Reset();
  get->BindText(1, "settings");
  if (!get->Step()) {
    return get->failed() ? connection.ErrorOf(get->code()) : damaged("settings");
  }
  identity.settings = get->Text(0);
  return identity;
}

Result<void> CreateIndexes(Connection& connection) {
  // An index that a power cut takes back is built again; waiting for the disk after each would cost more than the
  // building.
  if (Result<void> done = connection.Execute("PRAGMA synchronous = NORMAL"); !done) {
    return done;
  }
  for (const std::string_view statement : LinesOf(kIndexesSql)) {
    if (Result<void> done = connection.Execute(std::string(statement)); !done) {
      return done;
    }
  }
  // A thousand rows of each index tell the planner enough, and take no time on a large crawl.
  return connection.Execute("PRAGMA analysis_limit = 1000; ANALYZE; PRAGMA synchronous = FULL;");
}

Result<void> CreateIndex(Connection& connection, std::string_view name) {
  for (const std::string_view statement : LinesOf(kIndexesSql)) {
    if (IndexName(statement) == name) {
      return connection.Execute(std::string(statement));
    }
  }
  SPINNERET_CHECK(false, "indexes.sql has the index");
  return {};
}

Result<void> DropIndexes(Connection& connection) {
  for (const std::string_view statement : LinesOf(kIndexesSql)) {
    if (Result<void> done = connection.Execute(fmt::format("DROP INDEX IF EXISTS {}", IndexName(statement))); !done) {
      return done;
    }
  }
  return {};
}

Result<Settled> SettleIntoOneFile(Connection& connection) {
  // Every connection that has read in WAL mode keeps a shared lock for as long as it is open, also when it reads
  // nothing now, and the change of mode needs the file alone.
  connection.SetBusyTimeout(kSettlePause);
  for (int tries = 0; tries < kSettleTries; ++tries) {
    const Result<std::int64_t> busy = connection.QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!busy && busy.error().code != ErrorCode::kStorageBusy) {
      return busy.error();
    }
    if (busy && *busy == 0) {
      const Result<std::string> mode = connection.QueryText("PRAGMA journal_mode = DELETE");
      if (mode && *mode == "delete") {
        return Settled::kOneFile;
      }
      if (!mode && mode.error().code != ErrorCode::kStorageBusy) {
        return mode.error();
      }
    }
    std::this_thread::sleep_for(kSettlePause);
  }
  return Settled::kBlocked;
}

}  // namespace spinneret
