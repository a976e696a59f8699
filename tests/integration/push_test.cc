// A crawl moves from a file to a PostgreSQL server, goes on there, and comes back.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "simweb/record_sites.h"
#include "tests/integration/agents.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

ProcessResult Push(const std::string& file, const std::string& url) {
  return Spinneret({"push", file, "--store", url});
}

// Every row of a view as a line, sorted.
Words RowsOf(const std::string& database, const std::string& view) {
  Words lines;
  for (const Row& row : Query(database, "SELECT * FROM " + view)) {
    std::string& line = lines.emplace_back();
    for (const std::string& field : row) {
      line += field + "|";
    }
  }
  std::ranges::sort(lines);
  return lines;
}

bool Says(const ProcessResult& result, std::string_view text) {
  return result.err.find(text) != std::string::npos;
}

TEST_SUITE("integration/push") {
TEST_CASE("push: a crawl that was killed goes on with two agents, politely, and comes back as an undisturbed one") {
  if (SkipPostgres()) {
    return;
  }
  constexpr milliseconds kLatency{2}, kDelay{40};
  constexpr std::uint32_t kHosts = 6;
  const auto web = StartPages(SizeOf<std::uint64_t>(2'000, 300, 200), kHosts, kLatency);
  const Words arguments = {web->site().UrlOf(0),
                           "--scope",
                           "any",
                           "--host-delay",
                           "40ms",
                           "--adaptive-delay",
                           "off",
                           "-d",
                           "8",
                           "--store-body",
                           "zstd",
                           "--exclude",
                           "7$"};
  Crawl alone(Crawl::Polite());
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  REQUIRE(alone.Number("SELECT count(*) FROM v_skipped") > 0);
  web->log().Clear();

  Crawl moved(Crawl::Polite());
  {
    Process running = moved.Start(arguments);
    REQUIRE(running.WaitUntil([&] {
      return moved.Files().contains("crawl.db") &&
             AskShell(moved.database(), "SELECT count(*) > 20 FROM outcomes") == "1";
    }));
    running.Signal(SIGKILL);
    running.Wait();
  }
  const long long pending = moved.Number("SELECT sum(pending) FROM v_hosts");
  REQUIRE(pending > 0);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const ProcessResult pushed = Push(moved.database(), url);
  REQUIRE_MESSAGE(pushed.exit_code == 0, pushed.err);
  CHECK_MESSAGE(Says(pushed, "resume " + url), pushed.err);
  for (const char* const kept : {"v_hosts", "v_skipped", "v_links", "v_records", "(SELECT key, value FROM state) AS s",
                                 "(SELECT origin, fetched_at_ms, expires_at_ms, status, state, body FROM robots) AS r",
                                 "(SELECT digest, size, zstd FROM bodies) AS b"}) {
    CAPTURE(kept);
    CHECK_EQ(Difference(RowsOf(moved.database(), kept), RowsOf(url, kept)), "");
  }

  Agents agents(url);
  agents.Start();
  agents.Start();
  CHECK_MESSAGE(agents.Ends() == "0 0", agents.said());
  CheckWhole(agents);
  CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
  int asked = 0;
  CHECK_EQ(AskedEarly(web->log(), kLatency, kDelay, asked), "");
  CHECK(asked > 80);
  // A copy of robots.txt that holds is not fetched again.
  int robots = 0;
  for (const simweb::AccessEntry& entry : web->log().Snapshot()) {
    robots += entry.target == "/robots.txt" ? 1 : 0;
  }
  CHECK(robots <= static_cast<int>(kHosts) + 1);  // one may have been under way when the crawl was killed

  Crawl back;
  const ProcessResult pulled = Spinneret({"pull", "--store", url, "-o", back.database()});
  REQUIRE_MESSAGE(pulled.exit_code == 0, pulled.err);
  back.CheckFinished();
  CHECK_EQ(Difference(alone.End(), back.End()), "");
  const std::string bodies = "SELECT count(*) || ' ' || sum(size) FROM bodies";
  CHECK(back.Value(bodies) == alone.Value(bodies));
}

TEST_CASE("push and pull: a finished crawl is the same row for row, with its records, failures and recipes' views") {
  if (SkipPostgres()) {
    return;
  }
  simweb::PageServerOptions options;
  options.site.hosts = 3;
  options.site.pages = 120;
  options.site.page_size = 3000;
  options.records = 25;
  Result<std::unique_ptr<simweb::PageServer>> web = simweb::PageServer::Start(options);
  REQUIRE(web.has_value());
  const simweb::Site& site = (*web)->site();
  (*web)->faults().Set(11, 2);
  Crawl file;
  file.Run({site.UrlOf(0), "http://" + site.HostName(0) + std::string(simweb::kRecordRoot), "--extract", "meta,jsonld",
            "--recipe", std::string(SPINNERET_RECIPES) + "/shop.toml", "--store-body", "zstd", "--retries", "3",
            "http://127.0.0.1:1/", "--strip-params", "sort", "-i", "-"},
           "http://" + site.HostName(1) + "/gone tag=x\n");
  REQUIRE(file.Skipped() != Words{});
  REQUIRE_MESSAGE(file.exit_code() == 0, file.result().err);
  REQUIRE(file.Number("SELECT count(*) FROM v_fetches WHERE attempt > 1") > 0);
  const std::string before = ReadFile(file.database());

  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const ProcessResult pushed = Push(file.database(), url);
  REQUIRE_MESSAGE(pushed.exit_code == 0, pushed.err);
  CHECK(ReadFile(file.database()) == before);
  CHECK(file.Files() == std::set<std::string>{"crawl.db"});
  // It is done there, too.
  const ProcessResult more = Spinneret({"resume", url, "--progress", "none"});
  CHECK_MESSAGE(more.exit_code == 0, more.err);
  CHECK(QueryNumber(url, "SELECT sum(pages) FROM public.runs") == file.PageCount());

  Crawl back;
  const ProcessResult pulled = Spinneret({"pull", "--store", url, "-o", back.database()});
  REQUIRE_MESSAGE(pulled.exit_code == 0, pulled.err);
  back.CheckFinished();
  for (const char* const view : {"v_pages", "v_fetches", "v_records", "v_extracts", "v_skipped", "v_hosts", "v_shop",
                                 "(SELECT digest, size, zstd FROM bodies)", "(SELECT url, tag, depth FROM urls)",
                                 "(SELECT origin, fetched_at_ms, state, body FROM robots)"}) {
    CAPTURE(view);
    const Words rows = RowsOf(file.database(), view);
    CHECK_FALSE(rows.empty());
    CHECK_EQ(Difference(rows, RowsOf(back.database(), view)), "");
  }
  CHECK_EQ(Difference(file.End(), back.End()), "");  // with the order of links
  CHECK_EQ(Difference(RowsOf(file.database(), "(SELECT page_url, sku, title FROM v_shop) AS s"),
                      RowsOf(url, "(SELECT page_url, sku, title FROM v_shop) AS s")),
           "");
}

TEST_CASE("push: a file of an older version goes as it is") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(60, 2);
  Crawl file;
  file.Run({web->site().UrlOf(0), "--scope", "any"});
  REQUIRE_MESSAGE(file.exit_code() == 0, file.result().err);
  const EndState whole = file.End();
  const ProcessResult older = Run(
      {"sqlite3", file.database(),
       "DROP VIEW v_pages; DROP VIEW v_hosts; DROP VIEW v_revisits; DROP TABLE revisits; ALTER TABLE pages DROP COLUMN "
       "simhash; ALTER TABLE pages DROP COLUMN by_tree; ALTER TABLE samples DROP COLUMN decision; PRAGMA user_version "
       "= 1"});
  REQUIRE_MESSAGE(older.exit_code == 0, older.err);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const ProcessResult pushed = Push(file.database(), url);
  REQUIRE_MESSAGE(pushed.exit_code == 0, pushed.err);
  CHECK_EQ(Difference(whole, EndStateOf(url)), "");
  CHECK(AskShell(file.database(), "PRAGMA user_version") == "1");
}

TEST_CASE("push: killed at any moment, it leaves nothing or all, and can be done again") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(SizeOf<std::uint64_t>(3'000, 400, 100), 4);
  Crawl file;
  file.Run({web->site().UrlOf(0), "--scope", "any", "--store-body", "zstd"});
  REQUIRE_MESSAGE(file.exit_code() == 0, file.result().err);
  const EndState whole = file.End();
  PostgresServer postgres;
  int unfinished = 0;
  for (const int wait : {20, 60, 120, 200, 350}) {
    CAPTURE(wait);
    const std::string url = postgres.NewDatabase();
    {
      Process push({SPINNERET_PROGRAM, "push", file.database(), "--store", url});
      std::this_thread::sleep_for(milliseconds(wait));
      push.Signal(SIGKILL);
      push.Wait();
    }
    const ProcessResult again = Push(file.database(), url);
    // The server may still have been about to commit what came whole.
    CHECK_MESSAGE((again.exit_code == 0 || Says(again, "pushed to")), again.err);
    unfinished += again.exit_code == 0 ? 1 : 0;
    CHECK_EQ(Difference(whole, EndStateOf(url)), "");
  }
  CHECK(unfinished > 0);
}

TEST_CASE("push: what cannot be is refused by its name, and changes nothing") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(60, 2);
  const std::string seed = web->site().UrlOf(0);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase(), empty = postgres.NewDatabase();
  Crawl file, other;
  file.Run({seed, "--limit", "20"});
  other.Run({seed, "--limit", "20"});
  REQUIRE(Push(file.database(), url).exit_code == 0);
  const auto refused = [&](const ProcessResult& result, std::string_view why) {
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(Says(result, why), result.err);
    CHECK(Spinneret({"resume", empty}).exit_code == 2);  // still empty
  };
  refused(Push(file.database(), url), "already; it goes on there");
  refused(Push(other.database(), url), "has a crawl already");
  refused(Push(file.database(), "crawl.db"), "postgresql://");
  refused(Push(file.database(), empty + " " + url), "push takes one server");
  refused(Push(file.database() + "x", empty), "No such file");
  refused(Spinneret({"push", "--store", empty}), "name the file");

  Crawl sitemaps, sized, refreshed, newer;
  sitemaps.Run({seed, "--sitemaps", "auto", "--limit", "5"});
  refused(Push(sitemaps.database(), empty), "sitemaps");
  sized.Run({seed, "--size-limit", "10k"});
  refused(Push(sized.database(), empty), "--size-limit");
  refreshed.Run({seed});
  REQUIRE(Spinneret({"crawl", "--refresh", refreshed.database(), "--max-age", "0", "--progress", "none"}).exit_code ==
          0);
  refused(Push(refreshed.database(), empty), "--refresh");
  newer.Run({seed, "--limit", "5"});
  REQUIRE(Run({"sqlite3", newer.database(), "PRAGMA user_version = 99"}).exit_code == 0);
  refused(Push(newer.database(), empty), "a newer one wrote it");

  Crawl slow;
  const auto slow_web = StartPages(60, 1, milliseconds(50));
  Process running = slow.Start({slow_web->site().UrlOf(0), "--connections", "1"});
  REQUIRE(running.WaitUntil([&] { return slow.Files().contains("crawl.db"); }));
  refused(Push(slow.database(), empty), "try again when it has ended");
}

TEST_CASE("push: rules of `spinneret ctl` go on hiding URLs, and the page limit goes on") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(200, 2, milliseconds(5));
  Crawl file;
  {
    Process running = file.Start({web->site().UrlOf(0), "--scope", "any", "--connections", "2", "--limit", "90"});
    REQUIRE(running.WaitUntil([&] { return web->log().total() > 10; }));
    const ProcessResult rule = Spinneret({"ctl", file.database(), "exclude", "5$"});
    REQUIRE_MESSAGE(rule.exit_code == 0, rule.err);
    REQUIRE(running.Wait().exit_code == 16);
  }
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const ProcessResult pushed = Push(file.database(), url);
  REQUIRE_MESSAGE(pushed.exit_code == 0, pushed.err);
  CHECK(Spinneret({"resume", url, "--progress", "none"}).exit_code == 16);
  const std::size_t before = web->log().Snapshot().size();
  const ProcessResult more = Spinneret({"resume", url, "--limit", "1000", "--progress", "none"});
  CHECK_MESSAGE(more.exit_code == 0, more.err);
  CHECK(QueryNumber(url, "SELECT count(*) FROM v_skipped WHERE reason = 'exclude' AND url LIKE '%5'") > 0);
  const std::vector<simweb::AccessEntry> asked = web->log().Snapshot();
  CHECK(asked.size() > before + 20);
  CHECK(std::none_of(asked.begin() + static_cast<std::ptrdiff_t>(before), asked.end(),
                     [](const simweb::AccessEntry& entry) { return entry.target.ends_with('5'); }));
}
}  // TEST_SUITE("integration/push")

}  // namespace
}  // namespace spinneret::testing
