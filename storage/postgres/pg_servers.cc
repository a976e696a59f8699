#include "storage/postgres/pg_servers.h"

#include <utility>

#include <fmt/format.h>

#include "storage/postgres/postgres_url.h"

namespace spinneret {
namespace {

Error Mismatch(const std::string& what) {
  return Error{ErrorCode::kInvalidArgument,
               what + "; name the servers as when the crawl began: all of them, in the same order"};
}

// Whether the `number`th of `servers` that were named is what it says itself. `home`: of the first, once it is known.
Result<void> CheckRank(const PgConnection& connection, const PgIdentity& found, PgRank named, const PgIdentity* home) {
  if (home != nullptr && found.secret != home->secret) {
    return Mismatch(connection.shown() + ": another crawl is in this database");
  }
  if (found.rank.servers != named.servers) {
    return Mismatch(fmt::format("{}: this crawl lies on {} server{}, and {} {} named", connection.shown(),
                                found.rank.servers, found.rank.servers == 1 ? "" : "s", named.servers,
                                named.servers == 1 ? "is" : "are"));
  }
  if (found.rank.server != named.server) {
    return Mismatch(fmt::format("{}: this is server {} of the crawl, and was named as server {}", connection.shown(),
                                found.rank.server, named.server));
  }
  return {};
}

}  // namespace

Result<PgServers> OpenPgServers(std::string_view urls, const std::optional<std::string_view>& settings_if_new) {
  PgServers crawl;
  for (std::string& url : PostgresUrls(urls)) {
    for (const PgServer& before : crawl.servers) {
      if (before.url == url) {
        return Err(ErrorCode::kInvalidArgument,
                   WithoutPassword(url) + " is named twice; each server has a part of the crawl");
      }
    }
    Result<PgConnection> connection = PgConnection::Open(url);
    if (!connection) {
      return std::move(connection).error();
    }
    crawl.servers.push_back({std::move(url), *std::move(connection)});
  }
  const int count = static_cast<int>(crawl.servers.size());
  const auto connection = [&crawl](int server) -> PgConnection& {
    return crawl.servers[static_cast<std::size_t>(server) - 1].connection;
  };
  // The first comes into being first, and so is looked at last.
  std::vector<std::optional<PgIdentity>> found(crawl.servers.size() + 1);
  for (int server = count; server >= 1; --server) {
    Result<std::optional<PgIdentity>> identity = FindPgCrawl(connection(server));
    if (!identity) {
      return std::move(identity).error();
    }
    found[static_cast<std::size_t>(server)] = *std::move(identity);
  }
  if (!found[1]) {
    for (int server = 2; server <= count; ++server) {
      if (found[static_cast<std::size_t>(server)]) {
        return Mismatch(fmt::format("{}: there is no crawl in this database, and one in {}", connection(1).shown(),
                                    connection(server).shown()));
      }
    }
    if (!settings_if_new) {
      return Err(ErrorCode::kNotFound, fmt::format("{}: there is no crawl in this database; begin one with "
                                                   "`spinneret crawl SEED --store URL`",
                                                   connection(1).shown()));
    }
    Result<PgIdentity> made = MakePgCrawl(connection(1), *settings_if_new, {1, count});
    if (!made) {
      return std::move(made).error();
    }
    found[1] = *std::move(made);
  }
  crawl.identity = *found[1];
  if (Result<void> right = CheckRank(connection(1), *found[1], {1, count}, nullptr); !right) {
    return std::move(right).error();
  }
  for (int server = 2; server <= count; ++server) {
    std::optional<PgIdentity>& identity = found[static_cast<std::size_t>(server)];
    if (!identity && crawl.identity.whole) {
      return Mismatch(fmt::format("{}: the crawl's tables are not in this database", connection(server).shown()));
    }
    if (!identity && !settings_if_new) {
      return Err(ErrorCode::kNotFound, fmt::format("{}: the crawl's tables were not made here yet; `spinneret crawl` "
                                                   "with the crawl's options does it",
                                                   connection(server).shown()));
    }
    if (!identity) {
      Result<PgIdentity> made =
          MakePgCrawl(connection(server), crawl.identity.settings, {server, count}, &crawl.identity.secret);
      if (!made) {
        return std::move(made).error();
      }
      identity = *std::move(made);
    }
    if (Result<void> right = CheckRank(connection(server), *identity, {server, count}, &crawl.identity); !right) {
      return std::move(right).error();
    }
  }
  if (!crawl.identity.whole && settings_if_new) {
    if (Result<void> marked = MarkPgCrawlWhole(connection(1)); !marked) {
      return std::move(marked).error();
    }
  }
  return crawl;
}

}  // namespace spinneret
