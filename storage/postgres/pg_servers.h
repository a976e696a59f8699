// The servers of one crawl, which are fixed at its beginning: how many, and in which order. Each says so itself, so that
// a wrong list is refused and not crawled into.
//
// Errors   kNotFound where there is no crawl; kInvalidArgument where these are not the crawl's servers in their order,
//          with what to do; those of FindPgCrawl.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/postgres/pg_connection.h"
#include "storage/postgres/pg_crawl.h"

namespace spinneret {

// Hosts lie on the server that their key names.
inline std::size_t PgServerOf(HostKey host, std::size_t servers) {
  return static_cast<std::size_t>(host.value % servers);
}

struct PgServer {
  std::string url;
  PgConnection connection;
};

struct PgServers {
  std::vector<PgServer> servers;  // not empty; the first is where what concerns the whole crawl lies
  PgIdentity identity;            // of the first
};

// `urls`: see postgres_url.h. `settings_if_new`: makes a crawl where there is none.
Result<PgServers> OpenPgServers(std::string_view urls,
                                const std::optional<std::string_view>& settings_if_new = std::nullopt);

}  // namespace spinneret
