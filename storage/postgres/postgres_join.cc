// PostgresStore: how an agent joins a crawl and leaves it.
#include <utility>

#include <fmt/format.h>

#include "storage/postgres/pg_servers.h"
#include "storage/postgres/postgres_store_impl.h"
#include "storage/postgres/sharded_store.h"

namespace spinneret {

// --- The beginning

void PostgresStore::BeginRun(std::string_view settings, std::int64_t at_ms) {
  const std::chrono::nanoseconds before = BootTime();
  const Result<PgRows> row = connection_.Query(
      "INSERT INTO runs(agent, started_at_ms, settings, expires_at, home_run)"
      " VALUES($1, $2, $3, clock_timestamp() + $4::bigint * interval '1 ms', nullif($5::bigint, 0)) RETURNING id",
      {place_.agent, std::to_string(at_ms), std::string(settings), std::to_string(place_.lease.count()),
       std::to_string(home_run_)});
  if (!row) {
    Fail(row.error());
    return;
  }
  run_ = row->Integer(0, 0);
  HoldLease(before);
  if (Result<void> named = NameSession(); !named) {
    Fail(std::move(named).error());
  }
}

// --- The end

Result<void> PostgresStore::Finish(std::string_view end_reason, std::int64_t at_ms, Indexes /*indexes*/) {
  Result<void> done;
  if (run_ != 0) {
    done = CommitNow();
  }
  if (done) {
    done = Leave(end_reason, at_ms);
  }
  finished_ = true;
  return done;
}

Result<void> PostgresStore::Leave(std::string_view end_reason, std::int64_t at_ms) {
  Result<void> done;
  if (run_ != 0) {
    // Its hosts are free at once; whoever takes them next waits their delay.
    done = Persist([&] {
      return Transact([&]() -> Result<void> {
        Result<PgRows> freed = connection_.Query("UPDATE hosts SET owner = NULL WHERE owner = $1", {Me()});
        if (freed) {
          freed = connection_.Query("UPDATE runs SET alive = false, ended_at_ms = $2, end_reason = $3 WHERE id = $1",
                                    {Me(), std::to_string(at_ms), std::string(end_reason)});
        }
        return freed ? Result<void>() : Result<void>(freed.error());
      });
    });
    if (!done && done.error().code == ErrorCode::kLeaseLost) {
      done = {};  // all that it did is committed; its hosts went by themselves
    }
  }
  finished_ = true;
  return done;
}

// --- Joining

namespace {

Result<std::unique_ptr<Store>> Join(const PostgresPlace& place, const std::optional<std::string_view>& settings) {
  Result<PgServers> crawl = OpenPgServers(place.url, settings);
  if (!crawl) {
    return std::move(crawl).error();
  }
  const auto names = std::make_shared<PgUrlNames>();
  std::vector<std::unique_ptr<PostgresStore>> stores;
  for (PgServer& server : crawl->servers) {
    stores.push_back(std::make_unique<PostgresStore>(PostgresPlace{server.url, place.agent, place.lease},
                                                     std::move(server.connection), crawl->identity, names));
    if (Result<void> prepared = stores.back()->Prepare(); !prepared) {
      return std::move(prepared).error();
    }
  }
  if (stores.size() == 1) {
    return std::unique_ptr<Store>(std::move(stores.front()));
  }
  return std::unique_ptr<Store>(std::make_unique<ShardedStore>(names, std::move(stores)));
}

}  // namespace

Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place, std::string_view settings_if_new) {
  return Join(place, settings_if_new);
}

Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place) {
  return Join(place, std::nullopt);
}

}  // namespace spinneret
