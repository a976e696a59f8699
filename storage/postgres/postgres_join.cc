// PostgresStore: how an agent joins a crawl and leaves it.
#include <utility>

#include <fmt/format.h>

#include "storage/postgres/postgres_store_impl.h"

namespace spinneret {

// --- The beginning

void PostgresStore::BeginRun(std::string_view settings, std::int64_t at_ms) {
  const std::chrono::nanoseconds before = BootTime();
  const Result<PgRows> row = connection_.Query(
      "INSERT INTO runs(agent, started_at_ms, settings, expires_at)"
      " VALUES($1, $2, $3, clock_timestamp() + $4::bigint * interval '1 ms') RETURNING id",
      {place_.agent, std::to_string(at_ms), std::string(settings), std::to_string(place_.lease.count())});
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
  standing_.quota = standing_.pages;
  Result<void> done;
  if (run_ != 0) {
    done = CommitNow();
  }
  if (done && run_ != 0) {
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
  Result<PgConnection> connection = PgConnection::Open(place.url);
  if (!connection) {
    return std::move(connection).error();
  }
  Result<std::optional<PgIdentity>> found = FindPgCrawl(*connection);
  if (!found) {
    return std::move(found).error();
  }
  if (!*found) {
    if (!settings) {
      return Err(ErrorCode::kNotFound, fmt::format("{}: there is no crawl in this database; begin one with "
                                                   "`spinneret crawl SEED --store URL`",
                                                   connection->shown()));
    }
    Result<PgIdentity> made = MakePgCrawl(*connection, *settings);
    if (!made) {
      return std::move(made).error();
    }
    *found = *std::move(made);
  }
  auto store = std::make_unique<PostgresStore>(place, std::move(*connection), **std::move(found));
  if (Result<void> prepared = store->Prepare(); !prepared) {
    return std::move(prepared).error();
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace

Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place, std::string_view settings_if_new) {
  return Join(place, settings_if_new);
}

Result<std::unique_ptr<Store>> JoinPostgresCrawl(const PostgresPlace& place) {
  return Join(place, std::nullopt);
}

}  // namespace spinneret
