#include "storage/postgres/pg_crawl.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <sys/random.h>

#include "storage/embedded_sql.h"

namespace spinneret {
namespace {

constexpr std::string_view kVersion = "3";

std::string Hex(std::string_view bytes) {
  std::string text = "\\x";
  for (const char c : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

Result<HashSecret> DrawSecret() {
  HashSecret secret{};
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return Err(ErrorCode::kSystem, "the system gives no random bytes");
  }
  return secret;
}

}  // namespace

Result<std::optional<PgIdentity>> FindPgCrawl(PgConnection& connection) {
  const Result<PgRows> table = connection.Query(
      "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
      " AND relname IN ('meta', 'crawl', 'urls', 'runs') AND relkind = 'r'",
      {});
  if (!table) {
    return table.error();
  }
  if (table->Integer(0, 0) == 0) {
    return std::optional<PgIdentity>();
  }
  const Result<PgRows> meta = connection.Query("SELECT key, value FROM meta", {});
  std::map<std::string, std::string, std::less<>> values;
  for (int row = 0; meta && row < meta->size(); ++row) {
    values.emplace(meta->Text(row, 0), meta->Bytes(row, 1));
  }
  if (!meta && connection.broken()) {
    return meta.error();
  }
  PgIdentity identity;
  identity.settings = values["settings"];
  identity.rank = {std::atoi(values["server"].c_str()), std::atoi(values["servers"].c_str())};
  identity.whole = values.contains("whole");
  const std::string& secret = values["secret"];
  const std::string& version = values["schema_version"];
  if (!meta || secret.size() != identity.secret.size() || version.empty()) {
    return Err(ErrorCode::kStorageCorrupt,
               connection.shown() + ": the tables there are not a crawl's; give the crawl a database of its own");
  }
  if (version != kVersion) {
    return Err(ErrorCode::kStorageVersion, fmt::format("{}: the crawl has schema version {}; this program knows {}",
                                                       connection.shown(), version, kVersion));
  }
  std::copy_n(secret.data(), secret.size(), reinterpret_cast<char*>(identity.secret.data()));
  return std::optional(std::move(identity));
}

Result<void> LockPgMaking(PgConnection& connection) {
  constexpr std::int64_t kLock = 0x53504E52;  // "SPNR"
  const Result<PgRows> locked =
      connection.Query("SELECT pg_advisory_xact_lock($1::bigint)", {fmt::format("{}", kLock)});
  return locked ? Result<void>() : Result<void>(locked.error());
}

Result<void> CreatePgTables(PgConnection& connection, const HashSecret& secret, std::string_view settings,
                            PgRank rank) {
  for (const std::string_view sql : {kPostgresSchemaSql, kPostgresViewsSql}) {
    if (Result<void> made = connection.Execute(std::string(sql)); !made) {
      return made;
    }
  }
  const std::string bytes(reinterpret_cast<const char*>(secret.data()), secret.size());
  const Result<PgRows> meta = connection.Query(
      "INSERT INTO meta(key, value) VALUES('secret', $1::bytea), ('settings', convert_to($2, 'UTF8')),"
      " ('schema_version', convert_to($3, 'UTF8')),"
      " ('server', convert_to($4, 'UTF8')), ('servers', convert_to($5, 'UTF8')),"
      " ('created_at_ms', convert_to((extract(epoch FROM clock_timestamp()) * 1000)::bigint::text, 'UTF8'))",
      {Hex(bytes), std::string(settings), std::string(kVersion), std::to_string(rank.server),
       std::to_string(rank.servers)});
  if (!meta) {
    return meta.error();
  }
  return connection.Execute("INSERT INTO crawl DEFAULT VALUES");
}

Result<void> MarkPgCrawlWhole(PgConnection& connection) {
  return connection.Execute("INSERT INTO meta(key, value) VALUES('whole', '') ON CONFLICT DO NOTHING");
}

Result<PgIdentity> MakePgCrawl(PgConnection& connection, std::string_view settings, PgRank rank,
                               const HashSecret* given) {
  const Result<HashSecret> secret = given != nullptr ? *given : DrawSecret();
  if (!secret) {
    return secret.error();
  }
  Result<void> done = connection.Execute("BEGIN");
  if (done) {
    // Two agents that come first at the same time: the second finds what the first has made.
    done = LockPgMaking(connection);
  }
  if (done) {
    const Result<std::optional<PgIdentity>> found = FindPgCrawl(connection);
    done = !found               ? Result<void>(found.error())
           : found->has_value() ? Result<void>()
                                : CreatePgTables(connection, *secret, settings, rank);
  }
  const Result<void> ended = connection.Execute(done ? "COMMIT" : "ROLLBACK");
  if (!done) {
    return done.error();
  }
  if (!ended) {
    return ended.error();
  }
  Result<std::optional<PgIdentity>> made = FindPgCrawl(connection);
  if (!made) {
    return std::move(made).error();
  }
  if (!*made) {
    return Err(ErrorCode::kStorage, connection.shown() + ": the crawl's tables cannot be seen after they were made");
  }
  return **std::move(made);
}

}  // namespace spinneret
