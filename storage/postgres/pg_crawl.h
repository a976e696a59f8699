// What makes a PostgreSQL database a crawl's: tables, views, secret, settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url_identity.h"
#include "storage/postgres/pg_connection.h"

namespace spinneret {

struct PgIdentity {
  HashSecret secret{};
  std::string settings;
};

// Nothing where the database (the first schema of its search path) holds no crawl. kStorageVersion.
Result<std::optional<PgIdentity>> FindPgCrawl(PgConnection& connection);
// One agent at a time makes tables or views, until its transaction ends.
Result<void> LockPgMaking(PgConnection& connection);
// The tables and views of a new crawl, in the transaction that is open. Where other agents may be, after LockPgMaking.
Result<void> CreatePgTables(PgConnection& connection, const HashSecret& secret, std::string_view settings);
// Makes one unless another agent has just done so.
Result<PgIdentity> MakePgCrawl(PgConnection& connection, std::string_view settings);

}  // namespace spinneret
