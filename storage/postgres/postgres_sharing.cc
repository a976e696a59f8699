// PostgresStore: leases, and what agents tell each other.
#include <algorithm>

#include <fmt/format.h>

#include "storage/postgres/postgres_store_impl.h"

namespace spinneret {
namespace {

constexpr int kMostArrivals = 20'000;  // at once
// Of the run `r`; a database may have a crawl in each schema.
constexpr char kSessionName[] = "left('spinneret ' || r.id || ' ' || current_schema(), 63)";

}  // namespace

Result<void> PostgresStore::Transact(const std::function<Result<void>()>& work) {
  if (Result<void> begun = connection_.Execute("BEGIN"); !begun) {
    return begun;
  }
  const Result<PgRows> alive = connection_.Query("SELECT 1 FROM runs WHERE id = $1 AND alive FOR UPDATE", {Me()});
  if (!alive) {
    return alive.error();
  }
  if (alive->size() != 1) {
    return LeaseLost();
  }
  Result<void> done = work();
  return done ? connection_.Execute("COMMIT") : done;
}

// --- Leases

Error PostgresStore::LeaseLost() const {
  return Error{ErrorCode::kLeaseLost,
               fmt::format("{}: the lease of {} s ran out while this agent did nothing; others have its hosts",
                           connection_.shown(), place_.lease.count() / 1000)};
}

Result<void> PostgresStore::StayAlive() {
  const std::chrono::nanoseconds now = BootTime();
  if (now < lease_end_ - place_.lease / 2) {
    return {};
  }
  const Result<PgRows> renewed =
      Ask("UPDATE runs SET expires_at = clock_timestamp() + $2::bigint * interval '1 ms' WHERE id = $1 AND alive",
          {Me(), std::to_string(place_.lease.count())});
  if (!renewed) {
    return renewed.error();
  }
  if (renewed->affected() != 1) {
    return LeaseLost();
  }
  HoldLease(now);
  return {};
}

void PostgresStore::HoldLease(std::chrono::nanoseconds since) {
  lease_end_ = since + place_.lease;
  lease_deadline_ = lease_end_ - place_.lease / 10;
}

// By which others find it, and people who look at pg_stat_activity.
Result<void> PostgresStore::NameSession() {
  const Result<PgRows> named = connection_.Query(std::string("SELECT set_config('application_name', ") + kSessionName +
                                                     ", false)" + " FROM (SELECT $1::bigint AS id) AS r",
                                                 {Me()});
  return named ? Result<void>() : Result<void>(named.error());
}

// An agent that is in the middle of a transaction has its row locked: it is passed over, and looked at again later.
// Where it was stopped while the server waits for its rows, no timeout of the server's ends that. So its session is ended,
// if this agent's user may.
Result<void> PostgresStore::ReapDead() {
  const Result<PgRows> ended = connection_.Query(
      std::string("SELECT pg_terminate_backend(a.pid) FROM runs AS r JOIN pg_stat_activity AS a"
                  " ON a.datname = current_database() AND a.usename = current_user AND a.application_name = ") +
          kSessionName +
          " WHERE r.alive AND r.id <> $1 AND r.expires_at < clock_timestamp() - $2::bigint * interval '1 ms'",
      {Me(), std::to_string(place_.lease.count())});
  if (!ended) {
    return ended.error();
  }
  const Result<PgRows> dead = connection_.Query(
      "SELECT id FROM runs WHERE alive AND id <> $1 AND expires_at < clock_timestamp() ORDER BY id"
      " FOR UPDATE SKIP LOCKED",
      {Me()});
  if (!dead) {
    return dead.error();
  }
  for (int row = 0; row < dead->size(); ++row) {
    const std::string id(dead->Text(row, 0));
    Result<PgRows> done = connection_.Query("UPDATE runs SET alive = false WHERE id = $1", {id});
    if (done) {
      done = connection_.Query("UPDATE hosts SET owner = NULL WHERE owner = $1", {id});
    }
    if (done) {
      // A seeder that died: the next agent goes on.
      done = connection_.Query("UPDATE crawl SET seeder = NULL WHERE seeder = $1 AND NOT seeded", {id});
    }
    if (!done) {
      return done.error();
    }
  }
  return {};
}

Result<std::size_t> PostgresStore::LeaseHosts(std::size_t most) {
  const Result<Free> free = LookForHosts(most);
  if (!free) {
    return free.error();
  }
  return free->share > 0 || free->dead ? Lease(std::max<std::size_t>(1, free->share)) : std::size_t{0};
}

Result<PostgresStore::Free> PostgresStore::LookForHosts(std::size_t most) {
  leased_.clear();
  fresh_.clear();
  const Result<PgRows> free =
      Ask("SELECT (SELECT count(*) FROM (SELECT 1 FROM hosts WHERE owner IS NULL LIMIT 100000) AS h),"
          " (SELECT count(*) FROM runs WHERE alive AND expires_at > clock_timestamp()),"
          " EXISTS (SELECT 1 FROM runs WHERE alive AND expires_at < clock_timestamp())",
          {});
  if (!free) {
    return free.error();
  }
  const auto hosts = static_cast<std::size_t>(free->Integer(0, 0));
  const auto agents = std::max<std::size_t>(1, static_cast<std::size_t>(free->Integer(0, 1)));
  return Free{std::min(most, (hosts + agents - 1) / agents), free->Bool(0, 2)};
}

Result<std::size_t> PostgresStore::Lease(std::size_t share) {
  bool again = false;
  Result<void> done = Persist([&] {
    return Transact([&]() -> Result<void> {
      if (Result<void> reaped = ReapDead(); !reaped) {
        return reaped;
      }
      Result<PgRows> rows = connection_.Query(
          "UPDATE hosts SET owner = $1, leases = leases + 1 WHERE key IN"
          " (SELECT key FROM hosts WHERE owner IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING key, name, leases",
          {Me(), std::to_string(share)});
      if (rows && again) {
        // The connection broke, perhaps after the first time was committed: those hosts are this agent's as well.
        rows = connection_.Query("SELECT key, name, leases FROM hosts WHERE owner = $1", {Me()});
      }
      again = true;
      if (!rows) {
        return rows.error();
      }
      leased_.clear();
      fresh_.clear();
      for (int row = 0; row < rows->size(); ++row) {
        const HostKey key{static_cast<std::uint64_t>(rows->Integer(row, 0))};
        if (owned_.contains(key)) {
          continue;
        }
        leased_.push_back(LeasedHost{key, std::string(rows->Text(row, 1))});
        if (rows->Integer(row, 2) == 1) {
          fresh_.insert(key);
        }
      }
      // With new hosts it is not idle, whatever its last commit said.
      const Result<PgRows> busy = connection_.Query("UPDATE runs SET idle = false WHERE id = $1 AND $2 > 0",
                                                    {Me(), std::to_string(leased_.size())});
      return busy ? Result<void>() : Result<void>(busy.error());
    });
  });
  if (!done) {
    return std::move(done).error();
  }
  for (const LeasedHost& lease : leased_) {
    owned_.insert(lease.host);
    known_hosts_.insert(lease.host);
  }
  told_.idle = told_.idle && leased_.empty();
  return leased_.size();
}

Result<void> PostgresStore::MarkBusy() {
  const Result<PgRows> busy = Ask("UPDATE runs SET idle = false WHERE id = $1 AND alive", {Me()});
  if (!busy) {
    return busy.error();
  }
  told_.idle = false;
  return busy->affected() == 1 ? Result<void>() : Result<void>(LeaseLost());
}

bool PostgresStore::Leased(HostKey host) const {
  return std::any_of(leased_.begin(), leased_.end(), [host](const LeasedHost& lease) { return lease.host == host; });
}

// --- Between owners

void PostgresStore::Forward(const ForwardedRow& row) {
  CopyBuffer& rows = Rows(PgTable::kArrivals);
  const PgUrlId id = PgUrlIdOf(row.host, row.fingerprint);
  rows.Row(16);
  rows.Big(static_cast<std::int64_t>(row.host.value));
  rows.Big(run_);
  rows.Big(++forwarded_);
  rows.Small(static_cast<std::int16_t>(row.kind));
  rows.Bytes({id.data(), id.size()});
  rows.TextOrNull(row.url);
  rows.Integer(static_cast<std::int32_t>(row.depth));
  rows.Small(row.hops_left);
  row.parent ? rows.Bytes(BytesOf(row.parent)) : rows.Null();
  rows.Small(static_cast<std::int16_t>(row.via));
  rows.Small(row.redirect_hops);
  rows.Small(row.standing);
  rows.Small(static_cast<std::int16_t>(row.unfollowed));
  rows.Text(row.detail);
  rows.Text(row.tag);
  rows.Text(row.body);
}

Result<std::size_t> PostgresStore::TakeArrivals(const std::function<void(const ForwardedRow&)>& visit) {
  if (arrivals_taken_) {
    return std::size_t{0};
  }
  const Result<PgRows> rows =
      Ask("SELECT a.host_key, a.run_id, a.number, a.kind, a.url_id, a.url, a.depth, a.hops_left, a.parent_id, a.via,"
          " a.redirect_hops, a.standing, a.unfollowed, a.detail, a.tag, a.body"
          " FROM arrivals AS a JOIN hosts AS h ON h.key = a.host_key WHERE h.owner = $1"
          " ORDER BY a.run_id, a.number LIMIT $2",
          {Me(), std::to_string(kMostArrivals)});
  if (!rows) {
    return rows.error();
  }
  for (int i = 0; i < rows->size(); ++i) {
    CopyBuffer& taken = Rows(PgTable::kArrived);
    taken.Row(3);
    for (int column = 0; column < 3; ++column) {
      taken.Big(rows->Integer(i, column));
    }
    arrivals_taken_ = true;
    PgUrlId id{};
    const std::string bytes = rows->Bytes(i, 4);
    std::copy_n(bytes.data(), std::min(bytes.size(), id.size()), id.begin());
    ForwardedRow row;
    row.kind = static_cast<ForwardedRow::Kind>(rows->Integer(i, 3));
    row.host = HostKey{static_cast<std::uint64_t>(rows->Integer(i, 0))};
    row.fingerprint = PgFingerprintOf(id);
    row.url = rows->Text(i, 5);
    row.depth = static_cast<std::uint32_t>(rows->Integer(i, 6));
    row.hops_left = static_cast<std::int16_t>(rows->Integer(i, 7));
    row.parent = names_->HandleOf(rows->Bytes(i, 8));
    row.via = static_cast<Via>(rows->Integer(i, 9));
    row.redirect_hops = static_cast<std::uint8_t>(rows->Integer(i, 10));
    row.standing = static_cast<std::uint8_t>(rows->Integer(i, 11));
    row.unfollowed = static_cast<AdmissionCode>(rows->Integer(i, 12));
    row.detail = rows->Text(i, 13);
    row.tag = rows->Text(i, 14);
    row.body = rows->Text(i, 15);
    visit(row);
  }
  return static_cast<std::size_t>(rows->size());
}

void PostgresStore::NoteWidened(std::string_view url) {
  if (!widened_.insert(std::string(url)).second) {
    return;
  }
  CopyBuffer& rows = Rows(PgTable::kWidened);
  rows.Row(1);
  rows.Text(url);
}

// --- Seeds

Result<SharedCrawl::Seeding> PostgresStore::TakeSeeding() {
  Seeding seeding = Seeding::kWait;
  if (failure_) {
    return *failure_;
  }
  Result<void> done = Persist([&] {
    return Transact([&]() -> Result<void> {
      if (Result<void> reaped = ReapDead(); !reaped) {
        return reaped;
      }
      Result<PgRows> mine = connection_.Query(
          "UPDATE crawl SET seeder = $1 WHERE NOT seeded AND (seeder IS NULL OR seeder = $1"
          " OR NOT (SELECT alive FROM runs WHERE id = seeder))",
          {Me()});
      if (!mine) {
        return mine.error();
      }
      const Result<PgRows> state = connection_.Query("SELECT seeded FROM crawl", {});
      if (!state) {
        return state.error();
      }
      seeding = mine->affected() == 1 ? Seeding::kMine : state->Bool(0, 0) ? Seeding::kDone : Seeding::kWait;
      return {};
    });
  });
  if (!done) {
    return std::move(done).error();
  }
  return seeding;
}

void PostgresStore::EndSeeding(std::optional<std::uint64_t> page_limit) {
  seeding_ended_ = true;
  page_limit_ = page_limit;
}

Result<void> PostgresStore::LoadSeeds(const std::function<void(std::string_view url)>& visit) {
  const Result<PgRows> rows =
      Ask("SELECT url FROM urls WHERE via = 0 UNION SELECT url FROM arrivals WHERE kind = 0 AND via = 0 AND url IS NOT "
          "NULL",
          {});
  if (!rows) {
    return rows.error();
  }
  for (int row = 0; row < rows->size(); ++row) {
    visit(rows->Text(row, 0));
  }
  return {};
}

Result<void> PostgresStore::Reopen(std::optional<std::uint64_t> page_limit) {
  const Result<PgRows> done = Ask(
      "UPDATE crawl SET end_reason = NULL, ended_at_ms = NULL, page_limit = $1 WHERE end_reason IN ('limit', 'time')"
      " OR end_reason IS NULL",
      {page_limit ? PgParameter(std::to_string(*page_limit)) : PgParameter()});
  return done ? Result<void>() : Result<void>(done.error());
}

// --- The others

Result<SharedCrawl::News> PostgresStore::Listen() {
  const Result<PgRows> rows =
      Ask("SELECT end_reason, (SELECT count(*) FROM widened), (SELECT sum(pages) FROM runs) FROM crawl", {});
  if (!rows) {
    return rows.error();
  }
  News news;
  news.end_reason = rows->Text(0, 0);
  news.pages = static_cast<std::uint64_t>(rows->Integer(0, 2));
  if (const auto count = static_cast<std::uint64_t>(rows->Integer(0, 1)); count != heard_) {
    const Result<PgRows> widened = Ask("SELECT url FROM widened", {});
    if (!widened) {
      return widened.error();
    }
    for (int row = 0; row < widened->size(); ++row) {
      if (widened_.insert(std::string(widened->Text(row, 0))).second) {
        news.widened.emplace_back(widened->Text(row, 0));
      }
    }
    heard_ = static_cast<std::uint64_t>(widened->size());
  }
  return news;
}

Result<std::vector<PgRun>> PostgresStore::Runs() {
  const Result<PgRows> rows = Ask("SELECT home_run, alive, pages FROM runs", {});
  if (!rows) {
    return rows.error();
  }
  std::vector<PgRun> runs;
  for (int row = 0; row < rows->size(); ++row) {
    runs.push_back({rows->Integer(row, 0), rows->Bool(row, 1), static_cast<std::uint64_t>(rows->Integer(row, 2))});
  }
  return runs;
}

Result<std::uint64_t> PostgresStore::GrantPages(std::uint64_t wanted, std::span<const PgRun> elsewhere) {
  struct Elsewhere {
    bool alive = false;
    std::int64_t pages = 0;
  };
  boost::unordered_flat_map<std::int64_t, Elsewhere> others;
  for (const PgRun& run : elsewhere) {
    Elsewhere& other = others[run.home_run];
    other.alive = other.alive || run.alive;
    other.pages += static_cast<std::int64_t>(run.pages);
  }
  std::uint64_t granted = 0;
  if (failure_) {
    return *failure_;
  }
  Result<void> done = Persist([&] {
    return Transact([&]() -> Result<void> {
      // Locked in a statement of its own, so that the sum that follows sees what was granted before.
      const Result<PgRows> limit =
          connection_.Query("SELECT coalesce(page_limit, 9223372036854775807) FROM crawl FOR UPDATE", {});
      if (!limit) {
        return limit.error();
      }
      const Result<PgRows> runs = connection_.Query("SELECT id, alive, quota, pages FROM runs", {});
      if (!runs) {
        return runs.error();
      }
      // Who may still write on any server keeps what it was given; of others counts what they have committed.
      std::int64_t claims = 0, agents = 0;
      for (int row = 0; row < runs->size(); ++row) {
        const auto found = others.find(runs->Integer(row, 0));
        const Elsewhere other = found == others.end() ? Elsewhere() : found->second;
        const std::int64_t pages = runs->Integer(row, 3) + other.pages;
        const bool alive = runs->Bool(row, 1) || other.alive;
        claims += alive ? std::max(runs->Integer(row, 2), pages) : pages;
        agents += alive ? 1 : 0;
      }
      const std::int64_t left = std::max<std::int64_t>(0, limit->Integer(0, 0) - claims);
      agents = std::max<std::int64_t>(1, agents);
      // What is nearly used up is given out by halves, so that no agent sits on all of it.
      const std::int64_t most = std::max<std::int64_t>(1, left / (2 * agents));
      granted = static_cast<std::uint64_t>(
          std::min({left, most, static_cast<std::int64_t>(std::min<std::uint64_t>(wanted, 1U << 20U))}));
      const Result<PgRows> given = connection_.Query(
          "UPDATE runs SET quota = $2::bigint + $3::bigint WHERE id = $1",
          {Me(), std::to_string(std::max(standing_.quota, standing_.pages)), std::to_string(granted)});
      return given ? Result<void>() : Result<void>(given.error());
    });
  });
  if (!done) {
    return std::move(done).error();
  }
  return granted;
}

namespace {

// Of the runs that are alive.
constexpr char kBatches[] = "(SELECT string_agg(id || ':' || batch, ',' ORDER BY id) FROM runs WHERE alive)";
constexpr char kNoneAtWork[] =
    "end_reason IS NULL AND seeded AND NOT EXISTS"
    " (SELECT 1 FROM runs WHERE alive AND (NOT idle OR heard <> (SELECT count(*) FROM widened)))";
constexpr char kNoneToDo[] =
    "NOT EXISTS (SELECT 1 FROM arrivals) AND NOT EXISTS (SELECT 1 FROM hosts WHERE owner IS NULL)";

}  // namespace

Result<std::optional<PostgresStore::Stillness>> PostgresStore::LookForEnd() {
  const Result<PgRows> rows = Ask(std::string("SELECT (SELECT array_agg(id) FROM runs WHERE alive), ") + kBatches +
                                      " FROM crawl WHERE " + kNoneAtWork,
                                  {});
  if (!rows) {
    return rows.error();
  }
  if (rows->size() != 1) {
    return std::optional<Stillness>();
  }
  return std::optional(Stillness{std::string(rows->Text(0, 0)), std::string(rows->Text(0, 1))});
}

Result<bool> PostgresStore::HasNoWork(const std::string& home_runs) {
  const Result<PgRows> rows = Ask(std::string("SELECT ") + kNoneToDo +
                                      " AND NOT EXISTS (SELECT 1 FROM runs WHERE alive"
                                      " AND home_run <> ALL ($1::bigint[]))",
                                  {home_runs});
  if (!rows) {
    return rows.error();
  }
  return rows->Bool(0, 0);
}

// All of it is seen by one snapshot. What an agent forwards, that it is idle, and what another makes of it are written
// in single transactions each, so that work is always to be seen somewhere.
Result<bool> PostgresStore::EndIfDone(const std::optional<Stillness>& since) {
  const Result<PgRows> done =
      Ask(std::string("UPDATE crawl SET end_reason = 'done',"
                      " ended_at_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE ") +
              kNoneAtWork + " AND " + kNoneToDo + " AND ($1::text IS NULL OR $1 = " + kBatches + ")",
          {since ? PgParameter(since->batches) : PgParameter()});
  if (!done) {
    return done.error();
  }
  return done->affected() == 1;
}

Result<void> PostgresStore::End(std::string_view reason) {
  const Result<PgRows> done =
      Ask("UPDATE crawl SET end_reason = $1, ended_at_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
          " WHERE end_reason IS NULL",
          {std::string(reason)});
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace spinneret
