#include "storage/postgres/sharded_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace spinneret {
namespace {

constexpr std::uint64_t kRowsPerLook = 1000;  // at the leases

}  // namespace

ShardedStore::ShardedStore(std::shared_ptr<PgUrlNames> names, std::vector<std::unique_ptr<PostgresStore>> shards)
    : names_(std::move(names)) {
  SPINNERET_CHECK(shards.size() >= 2, "one server needs no ShardedStore");
  for (std::unique_ptr<PostgresStore>& store : shards) {
    shards_.push_back({std::move(store), {}});
  }
}

Result<void> ShardedStore::OnEach(const std::function<Result<void>(PostgresStore&)>& call) const {
  for (const Shard& shard : shards_) {
    if (Result<void> done = call(*shard.store); !done) {
      return done;
    }
  }
  return {};
}

// --- Rows

void ShardedStore::AddOutcome(const OutcomeRow& row) {
  Shard& shard = shards_[PlaceOf(names_->HostOf(row.url))];
  shard.store->AddOutcome(row);
  switch (row.kind) {
    case OutcomeKind::kFailed:
      ++shard.done.failed;
      [[fallthrough]];
    case OutcomeKind::kFetched:
      ++shard.done.pages;
      break;
    case OutcomeKind::kRedirected:
      ++shard.done.redirects;
      break;
    case OutcomeKind::kSkipped:
      ++shard.done.skipped;
      break;
  }
}

void ShardedStore::RemoveOutcome(UrlHandle url) {
  Shard& shard = shards_[PlaceOf(names_->HostOf(url))];
  shard.store->RemoveOutcome(url);
  // A shared crawl takes back redirects alone, whose chain set a cookie; perhaps of a predecessor.
  shard.done.redirects -= shard.done.redirects > 0 ? 1 : 0;
}

void ShardedStore::DefineRecipe(std::string_view recipe, std::span<const std::string> fields) {
  for (const Shard& shard : shards_) {
    shard.store->DefineRecipe(recipe, fields);
  }
}

void ShardedStore::AddBody(const BodyRow& row) {
  SPINNERET_CHECK(row.digest.size() == 32, "a body's digest is a SHA-256");
  shards_[static_cast<unsigned char>(row.digest.front()) % shards_.size()].store->AddBody(row);
}

// --- The transactions

std::optional<Error> ShardedStore::FirstFailure() const {
  for (const Shard& shard : shards_) {
    if (shard.store->failure()) {
      return shard.store->failure();
    }
  }
  return std::nullopt;
}

Result<void> ShardedStore::CommitNow() {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "a store belongs to the thread that made it");
  std::optional<Error> failure = FirstFailure();
  if (!failure) {
    if (Result<void> done = CommitEach(); !done) {
      failure = done.error();
    }
  }
  if (!failure) {
    return {};
  }
  // What the others hold may stand on what was not told.
  for (const Shard& shard : shards_) {
    shard.store->Fail(*failure);
  }
  return *failure;
}

Result<void> ShardedStore::CommitEach() {
  bool elsewhere = false;
  for (const Shard& shard : others()) {
    elsewhere = elsewhere || shard.store->HasRows();
  }
  if (elsewhere) {
    // Who looks for the end must see this agent at work from the first change on any server to the last.
    if (home().idle() || home().HasRowsAhead()) {
      if (Result<void> told = home().CommitAhead(); !told) {
        return told;
      }
    }
    for (const Shard& shard : others()) {
      if (shard.store->HasRowsAhead()) {
        if (Result<void> told = shard.store->CommitAhead(); !told) {
          return told;
        }
      }
    }
  }
  for (auto shard = shards_.rbegin(); shard != shards_.rend(); ++shard) {
    PostgresStore& store = *shard->store;
    Standing standing = &store == &home() ? standing_ : Standing();
    standing.idle = standing_.idle;
    standing.pages = shard->done.pages;
    standing.redirects = shard->done.redirects;
    standing.failed = shard->done.failed;
    standing.skipped = shard->done.skipped;
    store.SetStanding(standing);
    Result<void> result;
    store.Commit([&result](Result<void> done) { result = std::move(done); });
    if (!result) {
      return result;
    }
  }
  return {};
}

// --- Reading back

void ShardedStore::ReadUrls(std::span<const UrlHandle> urls, Texts done) {
  std::vector<std::string> texts(urls.size());
  for (const Shard& shard : shards_) {
    std::vector<UrlHandle> here;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < urls.size(); ++i) {
      if (&Of(urls[i]) == shard.store.get()) {
        here.push_back(urls[i]);
        places.push_back(i);
      }
    }
    if (here.empty()) {
      continue;
    }
    std::optional<Error> failure;
    shard.store->ReadUrls(here, [&](Result<std::vector<std::string>> read) {
      if (!read) {
        failure = std::move(read).error();
        return;
      }
      for (std::size_t i = 0; i < places.size(); ++i) {
        texts[places[i]] = std::move((*read)[i]);
      }
    });
    if (failure) {
      done(*std::move(failure));
      return;
    }
  }
  done(std::move(texts));
}

Result<void> ShardedStore::LoadHosts(const HostVisitor& visit) {
  return OnEach([&](PostgresStore& store) { return store.LoadHosts(visit); });
}

Result<void> ShardedStore::LoadLong(const std::function<Result<void>(PostgresStore&, const Row& row)>& load) {
  std::uint64_t rows = 0;
  Result<void> alive;
  const Row row = [&] {
    if (++rows % kRowsPerLook == 0 && alive) {
      alive = OnEach([](PostgresStore& store) { return store.StayAlive(); });
    }
  };
  Result<void> done = OnEach([&](PostgresStore& store) { return load(store, row); });
  return alive ? done : alive;
}

Result<void> ShardedStore::LoadUrls(const UrlVisitor& visit) {
  return LoadLong([&](PostgresStore& store, const Row& row) {
    return store.LoadUrls([&](const KnownUrl& url) {
      row();
      visit(url);
    });
  });
}

Result<void> ShardedStore::LoadRobots(const RobotsVisitor& visit) {
  return OnEach([&](PostgresStore& store) { return store.LoadRobots(visit); });
}

Result<void> ShardedStore::LoadContents(const ContentVisitor& visit) {
  return LoadLong([&](PostgresStore& store, const Row& row) {
    return store.LoadContents([&](UrlHandle url, std::uint64_t content, std::uint64_t text_hash) {
      row();
      visit(url, content, text_hash);
    });
  });
}

Result<void> ShardedStore::LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) {
  return OnEach([&](PostgresStore& store) { return store.LoadHostPages(visit); });
}

Result<Store::Totals> ShardedStore::LoadTotals() {
  Totals all;
  Result<void> done = OnEach([&all](PostgresStore& store) -> Result<void> {
    const Result<Totals> totals = store.LoadTotals();
    if (!totals) {
      return totals.error();
    }
    all.pages += totals->pages;
    all.redirects += totals->redirects;
    all.failed += totals->failed;
    all.skipped += totals->skipped;
    all.seeds += totals->seeds;
    all.fetched_seeds += totals->fetched_seeds;
    return {};
  });
  if (!done) {
    return std::move(done).error();
  }
  return all;
}

// --- A run's beginning and end

void ShardedStore::BeginRun(std::string_view settings, std::int64_t at_ms) {
  home().BeginRun(settings, at_ms);
  for (const Shard& shard : others()) {
    if (home().failure()) {
      return;  // the first commit says why
    }
    shard.store->SetHomeRun(home().run());
    shard.store->BeginRun(settings, at_ms);
  }
}

Result<void> ShardedStore::Finish(std::string_view end_reason, std::int64_t at_ms, Indexes /*indexes*/) {
  Result<void> done = home().run() == 0 ? Result<void>() : CommitNow();
  // The first server last: until then its row speaks for the whole agent.
  for (auto shard = shards_.rbegin(); shard != shards_.rend(); ++shard) {
    if (Result<void> left = shard->store->Leave(end_reason, at_ms); !left && done) {
      done = std::move(left);
    }
  }
  return done;
}

std::string ShardedStore::TakeWarning() {
  for (const Shard& shard : shards_) {
    if (std::string warning = shard.store->TakeWarning(); !warning.empty()) {
      return warning;
    }
  }
  return {};
}

// --- Between agents

Result<std::size_t> ShardedStore::LeaseHosts(std::size_t most) {
  const std::size_t count = shards_.size();
  next_ = (next_ + 1) % count;
  std::size_t leased = 0;
  for (std::size_t i = 0; i < count; ++i) {
    PostgresStore& store = *shards_[(next_ + i) % count].store;
    // As many from each server as are left for it and those that follow.
    const std::size_t part = (most - std::min(most, leased) + count - i - 1) / (count - i);
    const Result<PostgresStore::Free> free = store.LookForHosts(part);
    if (!free) {
      return free.error();
    }
    if (part == 0 || (free->share == 0 && !free->dead)) {
      continue;
    }
    if (&store != &home() && home().idle()) {
      if (Result<void> busy = home().MarkBusy(); !busy) {
        return std::move(busy).error();
      }
    }
    const Result<std::size_t> here = store.Lease(std::max<std::size_t>(1, free->share));
    if (!here) {
      return here.error();
    }
    leased += *here;
  }
  return leased;
}

Result<std::size_t> ShardedStore::TakeArrivals(const std::function<void(const ForwardedRow&)>& visit) {
  std::size_t all = 0;
  Result<void> done = OnEach([&](PostgresStore& store) -> Result<void> {
    const Result<std::size_t> taken = store.TakeArrivals(visit);
    if (!taken) {
      return taken.error();
    }
    all += *taken;
    return {};
  });
  if (!done) {
    return std::move(done).error();
  }
  return all;
}

Result<void> ShardedStore::LoadSeeds(const std::function<void(std::string_view url)>& visit) {
  return OnEach([&](PostgresStore& store) { return store.LoadSeeds(visit); });
}

Result<SharedCrawl::News> ShardedStore::Listen() {
  Result<News> news = home().Listen();
  for (const Shard& shard : others()) {
    if (!news) {
      break;
    }
    const Result<std::vector<PgRun>> runs = shard.store->Runs();
    if (!runs) {
      return runs.error();
    }
    for (const PgRun& run : *runs) {
      news->pages += run.pages;
    }
  }
  return news;
}

Result<std::uint64_t> ShardedStore::GrantPages(std::uint64_t wanted) {
  // Looked at before what was granted is locked: who is found dead here writes no more, and who is alive keeps its grant.
  std::vector<PgRun> elsewhere;
  for (const Shard& shard : others()) {
    const Result<std::vector<PgRun>> runs = shard.store->Runs();
    if (!runs) {
      return runs.error();
    }
    elsewhere.insert(elsewhere.end(), runs->begin(), runs->end());
  }
  return home().GrantPages(wanted, elsewhere);
}

// Each change, on whatever server, lies between two commits of its agent on the first server, or is made by one that is
// not idle there. So where all are idle there, and none has committed when they are looked at a second time, nothing
// has changed in between, and what was seen on the servers one after another was so at once.
Result<bool> ShardedStore::EndIfDone() {
  const Result<std::optional<PostgresStore::Stillness>> still = home().LookForEnd();
  if (!still) {
    return still.error();
  }
  if (!*still) {
    return false;
  }
  for (const Shard& shard : others()) {
    const Result<bool> nothing = shard.store->HasNoWork((*still)->runs);
    if (!nothing || !*nothing) {
      return nothing;
    }
  }
  return home().EndIfDone(*still);
}

std::chrono::nanoseconds ShardedStore::lease_deadline() const {
  std::chrono::nanoseconds first = home().lease_deadline();
  for (const Shard& shard : others()) {
    first = std::min(first, shard.store->lease_deadline());
  }
  return first;
}

}  // namespace spinneret
