// The server engine: a crawl in a PostgreSQL database, on which any number of agents work (storage/shared_crawl.h).
//
// Birth     the first agent that joins an empty database (or schema: the URL's options may set search_path) makes the
//           tables; its settings are those of the crawl from then on.
// Waiting   every call waits for the server. A connection that breaks is made again, and what was under way is done
//           again, until the lease runs out.
// Writing   rows are gathered and sent at Commit, by COPY, in one transaction that begins with the agent's own row of
//           `runs`: where that is not alive any more, nothing is written. Commits are synchronous on the server.
// Memory    20 bytes a known URL for its name, and the texts of pending URLs.
// Servers   one, or several among which the hosts are spread (sharded_store.h).
// Not kept  sitemaps and the full-text index: their calls fail the next Commit with kUnsupported.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "storage/shared_crawl.h"
#include "storage/store.h"

namespace spinneret {

struct PostgresPlace {
  std::string url;    // "postgresql://…", as libpq takes it; of several servers (postgres_url.h)
  std::string agent;  // what this agent is called
  std::chrono::milliseconds lease{30'000};  // after this time without a sign of life others take over
};

// The crawl in that database; made, with these settings, where there is none. kStorageCorrupt where the tables are
// another program's, kStorageVersion, kInvalidArgument where the servers are not those of the crawl, in their order.
Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place, std::string_view settings_if_new);
// kNotFound where there is none.
Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place);

}  // namespace spinneret
