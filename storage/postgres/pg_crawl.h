// What makes a PostgreSQL database a crawl's: tables, views, secret, settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url_identity.h"
#include "storage/postgres/pg_connection.h"

namespace spinneret {

// Which of a crawl's servers a database is. Numbers from 1.
struct PgRank {
  int server = 1;
  int servers = 1;
  friend bool operator==(const PgRank&, const PgRank&) = default;
};

struct PgIdentity {
  HashSecret secret{};  // the same on all servers of a crawl, and on no other
  std::string settings;
  PgRank rank;
  bool whole = false;  // of the first server: the others are made too
};

// Nothing where the database (the first schema of its search path) holds no crawl. kStorageVersion.
Result<std::optional<PgIdentity>> FindPgCrawl(PgConnection& connection);
// One agent at a time makes tables or views, until its transaction ends.
Result<void> LockPgMaking(PgConnection& connection);
// The tables and views of a new crawl, in the transaction that is open. Where other agents may be, after LockPgMaking.
Result<void> CreatePgTables(PgConnection& connection, const HashSecret& secret, std::string_view settings,
                            PgRank rank = {});
// Makes one unless another agent has just done so. `secret`: that of the crawl whose further server it is.
Result<PgIdentity> MakePgCrawl(PgConnection& connection, std::string_view settings, PgRank rank = {},
                               const HashSecret* secret = nullptr);
// On the first server, once all are made.
Result<void> MarkPgCrawlWhole(PgConnection& connection);

}  // namespace spinneret
