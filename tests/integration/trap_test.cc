// Sites without an end: a crawl takes what is worth having, ends by itself, and says what it left out and why.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "simweb/trap_sites.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using simweb::TrapKind;
using std::chrono::milliseconds;

std::unique_ptr<simweb::PageServer> StartTraps(std::uint64_t pages = 1, milliseconds latency = milliseconds(0)) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.links = 10;
  options.site.page_size = 1024;
  options.latency = latency;
  options.traps = true;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

std::string Home(const simweb::PageServer& server, TrapKind kind) {
  return "http://" + server.site().HostName(0) + std::string(TrapHome(kind));
}

// Real pages that are not among the crawled.
Words Missing(const Crawl& crawl, TrapKind kind) {
  const Words got = crawl.Paths("status = 200");
  Words missing;
  for (const std::string& path : simweb::RealPagesOf(kind)) {
    if (!std::binary_search(got.begin(), got.end(), path)) {
      missing.push_back(path);
    }
  }
  return missing;
}

TEST_SUITE("integration/traps") {
TEST_CASE("traps: every real page is there, the trap is named in three places, and the crawl ends by itself") {
  struct Row {
    TrapKind kind;
    std::string trap;  // rule and shape, %s for the host
    std::string after_host;
  };
  const Row rows[] = {{TrapKind::kCalendar, "calendar: ", "/traps/calendar/{date}/"},
                      {TrapKind::kMaze, "session-id: ", "*?sid={session}"},
                      {TrapKind::kPath, "repeated-segments: ", "/(guide|path|traps)+"},
                      {TrapKind::kShop, "facets: ", "/traps/shop/list?*"}};
  const auto server = StartTraps();
  const Words budget = IsLong() ? Words{} : Words{"--trap-budget", "200"};
  for (const Row& row : rows) {
    const std::string trap = row.trap + server->site().HostName(0) + row.after_host;
    CAPTURE(trap);
    Crawl crawl;
    Words arguments = {Home(*server, row.kind)};
    arguments.insert(arguments.end(), budget.begin(), budget.end());
    crawl.Run(arguments);
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CHECK(Missing(crawl, row.kind) == Words{});
    CHECK(crawl.PageCount() < (IsLong() ? 3000 : 1200));
    CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'trap'") > 0);
    CHECK(crawl.Value("SELECT group_concat(DISTINCT detail) FROM v_skipped WHERE reason = 'trap'") == trap);
    CHECK(crawl.Value("SELECT substr(detail, 1, instr(detail, '; ') - 1) FROM events WHERE kind = 'trap'") == trap);
    CHECK(crawl.result().err.find(trap) != std::string::npos);
    CHECK(Spinneret({"query", crawl.database(), "traps"}).out.find(trap) != std::string::npos);
    CHECK(Spinneret({"stats", crawl.database()}).out.find(trap) != std::string::npos);
    crawl.CheckWhole();
  }
}

TEST_CASE("traps: all of a maze's rooms are seen before it is left") {
  const auto server = StartTraps();
  Crawl crawl;
  crawl.Run({Home(*server, TrapKind::kMaze), "--trap-budget", "200"});
  CHECK(crawl.exit_code() == 0);
  CHECK(crawl.Number("SELECT count(DISTINCT title) FROM v_pages WHERE url LIKE '%sid=%'") == 24);
}

TEST_CASE("traps: kill -9 forgets no trap, and neither does a second kill") {
  const auto server = StartTraps(400, milliseconds(3));
  const std::string seed = Home(*server, TrapKind::kCalendar);
  const std::string months = "SELECT count(*) FROM v_pages WHERE url LIKE '%/traps/calendar/____/__/'";
  Crawl crawl;
  {
    Process running = crawl.Start({seed, server->site().UrlOf(0), "--trap-budget", "100", "--connections", "4"});
    CHECK(running.WaitUntil([&] {
      return crawl.Files().count("crawl.db") > 0 &&
             AskShell(crawl.database(), "SELECT count(*) FROM events WHERE kind = 'trap'") == "1";
    }));
    running.Signal(SIGKILL);
    running.Wait();
  }
  const long long before = crawl.Number(months);
  CHECK(before > 20);
  {
    Process running = crawl.StartResume();
    CHECK(running.WaitUntil([&] { return crawl.Number("SELECT count(*) FROM runs") == 2; }));
    running.Signal(SIGKILL);
    running.Wait();
  }
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Missing(crawl, TrapKind::kCalendar) == Words{});
  CHECK(crawl.PageCount() == crawl.Number(months) + 13 + 400);
  // Only what was out when the first kill came is asked again.
  CHECK(crawl.Number(months) <= before + 4);
  CHECK(crawl.Value("SELECT count(*) FROM events WHERE kind = 'trap'") == "1");
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'trap'") == 2);
  crawl.CheckWhole();
}

TEST_CASE("traps: counts go on where a killed crawl left them") {
  const auto server = StartTraps(1, milliseconds(2));
  Crawl crawl;
  {
    Process running = crawl.Start({Home(*server, TrapKind::kMaze), "--trap-budget", "400", "--connections", "2"});
    CHECK(running.WaitUntil([&] {
      return crawl.Files().count("crawl.db") > 0 &&
             std::stoll(AskShell(crawl.database(), "SELECT count(*) FROM v_pages")) > 20;
    }));
    running.Signal(SIGKILL);
    running.Wait();
  }
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Missing(crawl, TrapKind::kMaze) == Words{});
  CHECK(crawl.Number("SELECT count(*) FROM urls WHERE url LIKE '%sid=%'") < 700);
  crawl.CheckWhole();
}

TEST_CASE("traps: a released trap is asked, and not taken for one again") {
  const auto server = StartTraps();
  Crawl crawl;
  crawl.Run({Home(*server, TrapKind::kCalendar), "--trap-budget", "100"});
  CHECK(crawl.exit_code() == 0);
  const long long before = crawl.PageCount();
  crawl.Resume();
  CHECK(crawl.PageCount() == before);
  crawl.Resume({"--release-trap", "/other"});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.result().err.find("/traps/calendar/{date}/") != std::string::npos);
  CHECK(crawl.PageCount() == before);

  const std::string more = std::to_string(before + 200);
  crawl.Resume({"--release-trap", "/traps/calendar/{date}/", "--limit", more});
  CHECK_MESSAGE(crawl.exit_code() == 16, crawl.result().err);
  CHECK(crawl.PageCount() == before + 200);
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'trap'") == 0);
  crawl.Resume({"--limit", std::to_string(before + 300)});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.PageCount() == before + 300);
  crawl.CheckWhole();
}

TEST_CASE("traps: --traps off asks everything") {
  const auto server = StartTraps();
  Crawl crawl;
  crawl.Run({Home(*server, TrapKind::kCalendar), "--traps", "off", "--limit", "500"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'trap'") == 0);
}

TEST_CASE("traps: what a person names as a seed is asked, whatever its shape") {
  const auto server = StartTraps();
  Crawl crawl;
  const std::string far = Home(*server, TrapKind::kCalendar) + "2190/01/";
  std::string list = Home(*server, TrapKind::kCalendar) + "\n";
  crawl.Run({"-i", "-", "--trap-budget", "100"}, list);
  REQUIRE(crawl.exit_code() == 0);
  Crawl named;
  named.Run({"-i", "-", "--trap-budget", "100"}, list + far + "\n");
  CHECK(named.exit_code() == 0);
  CHECK(named.Pages("url = '" + far + "'") == Words{far});
}

TEST_CASE("traps: below the budget nothing changes") {
  const auto server = StartTraps(600);
  Crawl with;
  with.Run({server->site().UrlOf(0)});
  Crawl without;
  without.Run({server->site().UrlOf(0), "--traps", "off", "-w", "3"});
  CHECK(with.exit_code() == 0);
  CHECK_EQ(Difference(without.End(), with.End()), "");
}
}  // TEST_SUITE("integration/traps")

}  // namespace
}  // namespace spinneret::testing
