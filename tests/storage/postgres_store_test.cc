// The store of a shared crawl against a real server: what is written and read back, leases, and what agents tell each
// other.
#include "storage/postgres/postgres_store.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "storage/postgres/pg_connection.h"
#include "storage/postgres/postgres_store_impl.h"
#include "storage/postgres/postgres_url.h"
#include "tests/storage/fixture.h"
#include "tests/support/postgres_server.h"

namespace spinneret::testing {
namespace {

constexpr HostKey kOther{7};

UrlFingerprint Print(std::string_view url) {
  const std::size_t hash = std::hash<std::string_view>()(url);
  return UrlFingerprint{{static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32U),
                         static_cast<std::uint32_t>(url.size())}};
}

// One agent. Names URLs as a frontier does.
class Agent {
 public:
  explicit Agent(const std::string& url, std::chrono::milliseconds lease = std::chrono::seconds(30)) {
    Result<std::unique_ptr<Store>> joined = JoinPostgresCrawl({url, "agent", lease}, R"({"depth":3})");
    REQUIRE_MESSAGE(joined.has_value(), (joined ? "" : joined.error().message));
    store_ = std::move(*joined);
    shared().SetNamer([this](HostKey host, const UrlFingerprint& fingerprint) {
      UrlHandle& handle = names_[{host.value, fingerprint}];
      if (!handle) {
        handle = shared().IssueHandle(host, fingerprint);
      }
      return handle;
    });
    store_->BeginRun("{}", kNewYear);
  }

  Store* operator->() { return store_.get(); }
  SharedCrawl& shared() { return *store_->shared(); }

  Result<void> TryCommit() {
    Result<void> result;
    store_->Commit([&result](Result<void> done) { result = std::move(done); });
    return result;
  }
  void Commit() {
    const Result<void> done = TryCommit();
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }
  UrlHandle Url(std::string_view url, HostKey host = kShop) {
    return store_->AddUrl({.host = host, .fingerprint = Print(url), .url = url});
  }
  void Fetched(UrlHandle url, std::uint32_t attempt = 1) {
    store_->AddFetch({.url = url, .attempt = attempt, .at_ms = kNewYear, .status = 200});
    store_->AddOutcome({.url = url, .kind = OutcomeKind::kFetched, .has_fetch = true});
  }
  std::size_t Lease(std::size_t most = 100) {
    const Result<std::size_t> leased = shared().LeaseHosts(most);
    REQUIRE_MESSAGE(leased.has_value(), (leased ? "" : leased.error().message));
    return *leased;
  }
  void Seeded() {
    const Result<SharedCrawl::Seeding> seeding = shared().TakeSeeding();
    REQUIRE(seeding.has_value());
    CHECK(*seeding == SharedCrawl::Seeding::kMine);
    shared().EndSeeding({});
    Commit();
  }
  void Tell(bool idle) {
    shared().SetStanding({.idle = idle});
    Commit();
  }
  bool EndIfDone() {
    const Result<bool> done = shared().EndIfDone();
    REQUIRE(done.has_value());
    return *done;
  }
  Lines Arrivals() {
    Lines urls;
    const Result<std::size_t> taken =
        shared().TakeArrivals([&urls](const ForwardedRow& row) { urls.emplace_back(row.url); });
    REQUIRE(taken.has_value());
    return urls;
  }
  Lines Targets(UrlHandle page) {
    Lines urls;
    store_->ReadTargets(page, [&](Result<std::vector<UrlHandle>> targets) {
      REQUIRE(targets.has_value());
      store_->ReadUrls(*targets, [&](Result<std::vector<std::string>> texts) {
        REQUIRE(texts.has_value());
        urls = *texts;
      });
    });
    return urls;
  }

 private:
  std::map<std::pair<std::uint64_t, UrlFingerprint>, UrlHandle> names_;
  std::unique_ptr<Store> store_;
};

bool Skip() {
  if (PostgresServer::Installed()) {
    return false;
  }
  MESSAGE("skipped: PostgreSQL is not installed");
  return true;
}

TEST_SUITE("storage/postgres_store") {
TEST_CASE(
    "PostgresStore: nothing can be seen before Commit, everything after it, and it can be read back at any time") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent agent(db);
  agent->AddHost(kShop, "shop.example");
  const UrlHandle page = agent.Url("http://shop.example/");
  const UrlHandle b = agent.Url("http://shop.example/b");
  const UrlHandle c = agent.Url("http://shop.example/c");
  const std::array links{LinkRow{.to = b, .text = "b", .tag = "a"},
                         LinkRow{.to = c, .text = "no", .tag = "a", .nofollow = true},
                         LinkRow{.to = b, .text = "a NUL: \0, and \xFF", .tag = "a"}};
  agent.Fetched(page);
  agent->AddPage({.url = page, .title = "T"});
  agent->AddLinks(page, links);
  agent->AddRecord(page, "product", R"({"price":3})");
  agent->AddBody({.digest = std::string(32, 'd'), .zstd = "zip", .size = 5});
  agent->SetState("k", "v");
  const std::string sql =
      "SELECT (SELECT count(*) FROM urls), (SELECT count(*) FROM v_pages), (SELECT count(*) FROM v_links), (SELECT "
      "count(*) FROM v_records), (SELECT count(*) FROM bodies), (SELECT count(*) FROM state)";
  CHECK_EQ(Ask(db, sql), Lines{"0|0|0|0|0|0"});
  const Lines twice{"http://shop.example/b", "http://shop.example/b"};
  CHECK_EQ(agent.Targets(page), twice);
  agent.Commit();
  CHECK_EQ(Ask(db, sql), Lines{"3|1|3|1|1|1"});
  CHECK_EQ(agent.Targets(page), twice);
  CHECK_EQ(agent->GetState("k"), "v");

  // A verdict taken back, and given again in the same transaction.
  agent->RemoveOutcome(page);
  agent.Fetched(page, 2);
  agent->AddPage({.url = page, .title = "U"});
  agent.Commit();
  CHECK_EQ(Ask(db, "SELECT title FROM v_pages"), Lines{"U"});
  CHECK_EQ(Ask(db, "SELECT count(*) FROM v_links"), Lines{"0"});
  CHECK_EQ(Ask(db, "SELECT attempt FROM v_fetches ORDER BY 1"), Lines{"1", "2"});
}

TEST_CASE("PostgresStore: hosts are shared out, and what is forwarded arrives at the owner once") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent one(db);
  one.Seeded();
  Agent two(db);
  for (const HostKey host : {kShop, kOther}) {
    one->AddHost(host, "host" + std::to_string(host.value));
  }
  one.Commit();
  CHECK_EQ(one.Lease(), 1);  // half of them: two agents are alive
  CHECK_EQ(two.Lease(), 1);
  CHECK_EQ(one.Lease(), 0);
  const HostKey of_two = two.shared().Owns(kShop) ? kShop : kOther;
  CHECK_FALSE(one.shared().Owns(of_two));
  one.shared().Forward({.host = of_two, .fingerprint = Print("u"), .url = "http://u/"});
  CHECK_EQ(two.Arrivals(), Lines{});
  one.Tell(/*idle=*/true);
  two.Tell(/*idle=*/true);
  CHECK_FALSE(one.EndIfDone());  // something is on its way
  CHECK_EQ(one.Arrivals(), Lines{});
  CHECK_EQ(two.Arrivals(), Lines{"http://u/"});
  CHECK_EQ(two.Arrivals(), Lines{});  // until it is committed what came of it
  two.Tell(/*idle=*/false);
  CHECK_EQ(two.Arrivals(), Lines{});
  CHECK_FALSE(one.EndIfDone());  // one of them works
  two.Tell(/*idle=*/true);
  CHECK(one.EndIfDone());
  const Result<SharedCrawl::News> news = two.shared().Listen();
  REQUIRE(news.has_value());
  CHECK_EQ(news->end_reason, "done");
}

TEST_CASE("PostgresStore: who was gone for longer than the lease writes nothing more, and another has the hosts") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent gone(db, std::chrono::milliseconds(300));
  gone.Seeded();
  gone->AddHost(kShop, "shop.example");
  gone.Commit();
  CHECK_EQ(gone.Lease(), 1);
  const UrlHandle kept = gone.Url("http://shop.example/kept");
  gone.Fetched(kept);
  gone.Url("http://shop.example/pending");
  gone.Commit();
  const std::chrono::nanoseconds deadline = gone.shared().lease_deadline();
  gone.Url("http://shop.example/lost");
  Agent heir(db);
  CHECK_EQ(heir.Lease(), 0);
  while (BootTime() < deadline + std::chrono::milliseconds(100)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK_EQ(heir.Lease(), 1);
  const Result<void> late = gone.TryCommit();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::kLeaseLost);
  CHECK_EQ(Ask(db, "SELECT url FROM urls ORDER BY 1"),
           Lines{"http://shop.example/kept", "http://shop.example/pending"});
  Lines known;
  const Result<void> loaded = heir->LoadUrls([&known](const KnownUrl& url) {
    known.push_back(std::string(url.url) + (url.has_outcome ? " done" : " pending"));
  });
  REQUIRE(loaded.has_value());
  std::ranges::sort(known);
  CHECK_EQ(known, Lines{"http://shop.example/kept done", "http://shop.example/pending pending"});
}

TEST_CASE("PostgresStore: who was stopped while the server waits for its rows is taken over as well") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent gone(db, std::chrono::milliseconds(300));
  gone.Seeded();
  gone->AddHost(kShop, "shop.example");
  gone.Commit();
  CHECK_EQ(gone.Lease(), 1);
  Result<PgConnection> session = PgConnection::Open(db);
  REQUIRE(session.has_value());
  REQUIRE(session->Execute("SET application_name = 'spinneret 1 public'; BEGIN").has_value());
  REQUIRE(session->Execute("SELECT 1 FROM runs WHERE id = 1 FOR UPDATE").has_value());
  CHECK_FALSE(session->Execute("COPY urls FROM STDIN").has_value());  // the rows do not come
  Agent heir(db, std::chrono::milliseconds(300));
  std::size_t leased = 0;
  for (int i = 0; leased == 0 && i < 100; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    heir.Tell(/*idle=*/i % 2 == 0);
    leased = heir.Lease();
  }
  CHECK_EQ(leased, 1);
  gone.Url("http://shop.example/lost");
  CHECK_FALSE(gone.TryCommit().has_value());
}

TEST_CASE("PostgresStore: a lease that has ended and that nobody has taken up is renewed") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent slow(db, std::chrono::milliseconds(300));
  slow.Seeded();
  slow->AddHost(kShop, "shop.example");
  slow.Commit();
  CHECK_EQ(slow.Lease(), 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  slow.Url("http://shop.example/late");
  slow.Commit();
  CHECK(slow.shared().lease_deadline() > BootTime());
  Agent other(db);
  CHECK_EQ(other.Lease(), 0);
}

TEST_CASE("PostgresStore: pages under a limit are granted once, and come back from who leaves") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent one(db);
  REQUIRE(one.shared().TakeSeeding().has_value());
  one.shared().EndSeeding(10);
  one.Commit();
  Agent two(db);
  std::uint64_t first = 0, second = 0;
  for (std::uint64_t more = 1; more > 0; first += more) {
    const Result<std::uint64_t> granted = one.shared().GrantPages(100);
    REQUIRE(granted.has_value());
    more = *granted;
    one.shared().SetStanding({.quota = first + more});
    one.Commit();
  }
  CHECK_EQ(first, 10);
  CHECK_EQ(two.shared().GrantPages(100).value(), 0);
  one.shared().SetStanding({.idle = true, .quota = 4, .pages = 4});
  one.Commit();
  REQUIRE(one->Finish("stopped", kNewYear, Store::Indexes::kLeave).has_value());
  for (std::uint64_t more = 1; more > 0; second += more) {
    more = two.shared().GrantPages(100).value();
    two.shared().SetStanding({.quota = second + more});
    two.Commit();
  }
  CHECK_EQ(second, 6);
}

TEST_CASE("PostgresStore: what has changed since the first look for the end is no end") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::string db = server.NewDatabase();
  Agent agent(db);
  auto& store = dynamic_cast<PostgresStore&>(agent.shared());
  agent.Seeded();
  CHECK_FALSE(store.LookForEnd().value().has_value());  // it is at work
  agent.Tell(/*idle=*/true);
  const std::optional<PostgresStore::Stillness> first = store.LookForEnd().value();
  REQUIRE(first.has_value());
  agent.Tell(/*idle=*/false);
  CHECK_FALSE(store.EndIfDone(first).value());
  agent.Tell(/*idle=*/true);
  CHECK_FALSE(store.EndIfDone(first).value());  // it looks the same, and was at work in between
  const std::optional<PostgresStore::Stillness> second = store.LookForEnd().value();
  CHECK(store.EndIfDone(second).value());
}

TEST_CASE(
    "several servers: hosts lie where their key says, agents tell each other across, and the end is that of all") {
  if (Skip()) {
    return;
  }
  PostgresServer server;
  const std::vector<std::string> dbs = {server.NewDatabase(), server.NewDatabase()};
  const std::string both = dbs[0] + " " + dbs[1];
  Agent one(both);
  one.Seeded();
  Agent two(both);
  for (const std::uint64_t key : {6U, 7U, 8U, 9U}) {
    one->AddHost(HostKey{key}, "host" + std::to_string(key));
  }
  one.Commit();
  const std::string hosts = "SELECT key FROM hosts ORDER BY 1";
  const auto ask = [&](std::size_t at, const std::string& sql) {
    Result<PgConnection> connection = PgConnection::Open(dbs[at]);
    REQUIRE(connection.has_value());
    const Result<PgRows> rows = connection->Query(sql);
    REQUIRE(rows.has_value());
    Lines lines;
    for (int row = 0; row < rows->size(); ++row) {
      lines.emplace_back(rows->Text(row, 0));
    }
    return lines;
  };
  CHECK_EQ(ask(0, hosts), Lines{"6", "8"});
  CHECK_EQ(ask(1, hosts), Lines{"7", "9"});
  CHECK_EQ(one.Lease(), 2);  // half of each server's
  CHECK_EQ(two.Lease(), 2);
  const auto of = [](Agent& agent, std::uint64_t odd) {
    return HostKey{agent.shared().Owns(HostKey{6 + odd}) ? 6 + odd : 8 + odd};
  };
  const HostKey here = of(one, 0), mine = of(one, 1), others = of(two, 1);
  CHECK_FALSE(one.shared().Owns(others));
  const UrlHandle page = one.Url("http://a/", here);
  CHECK(one.shared().Apart(page, mine));
  CHECK(one.shared().Apart(page, others));
  CHECK_FALSE(one.shared().Apart(page, here));
  CHECK(one.shared().Uncommitted(page));
  one.Fetched(page);
  one.shared().Forward({.host = others, .fingerprint = Print("u"), .url = "http://u/", .parent = page});
  one.Tell(/*idle=*/true);
  CHECK_FALSE(one.shared().Uncommitted(page));
  CHECK_EQ(ask(0, "SELECT url FROM urls"), Lines{"http://a/"});
  CHECK_EQ(ask(1, "SELECT url FROM arrivals"), Lines{"http://u/"});
  two.Tell(/*idle=*/true);
  CHECK_FALSE(one.EndIfDone());  // something is on its way on the other server
  CHECK_EQ(one.Arrivals(), Lines{});
  CHECK_EQ(two.Arrivals(), Lines{"http://u/"});
  two.Tell(/*idle=*/true);
  one->AddHost(HostKey{11}, "host11");
  one.Tell(/*idle=*/true);
  CHECK_FALSE(two.EndIfDone());  // a host on the other server is nobody's
  CHECK_EQ(two.Lease(), 1);
  CHECK_FALSE(one.EndIfDone());  // who leased it has not said that nothing is there
  two.Tell(/*idle=*/true);
  CHECK(one.EndIfDone());
  const Result<SharedCrawl::News> news = two.shared().Listen();
  REQUIRE(news.has_value());
  CHECK_EQ(news->end_reason, "done");
}

TEST_CASE("several servers are named by their URLs with a space between") {
  CHECK_EQ(PostgresUrls("postgresql://a/x"), Lines{"postgresql://a/x"});
  CHECK_EQ(PostgresUrls("postgresql://a/x  postgres://b/y"), Lines{"postgresql://a/x", "postgres://b/y"});
  CHECK_EQ(PostgresUrls("postgresql:///my crawl"), Lines{"postgresql:///my crawl"});  // libpq takes it
  CHECK_EQ(WithoutPassword("postgresql://me:secret@a/x postgresql://b/y?password=z"),
           "postgresql://me@a/x postgresql://b/y");
}

TEST_CASE("a URL is shown without any of its passwords") {
  CHECK_EQ(WithoutPassword("postgresql://me:secret@db.test/crawl"), "postgresql://me@db.test/crawl");
  CHECK_EQ(WithoutPassword("postgresql://me@db.test/crawl?sslmode=require"),
           "postgresql://me@db.test/crawl?sslmode=require");
  CHECK_EQ(WithoutPassword("postgresql://db.test/crawl?password=a&sslmode=require&sslpassword=b&port=1"),
           "postgresql://db.test/crawl?sslmode=require&port=1");
  CHECK_EQ(WithoutPassword("postgresql:///crawl?user=me&pass%77ord=a"), "postgresql:///crawl?user=me");
  CHECK_EQ(WithoutPassword("postgresql:///crawl?password=a"), "postgresql:///crawl");
}
}
}  // namespace
}  // namespace spinneret::testing
