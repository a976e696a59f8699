// One crawl by several agents on a PostgreSQL server comes to the same end as a crawl into a file.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/clock.h"
#include "storage/named_queries.h"
#include "tests/integration/agents.h"
#include "tests/support/free_port.h"
#include "tests/support/scripted_server.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

TEST_SUITE("integration/postgres") {
TEST_CASE("--store: one, two and four agents come to the end of a crawl into a file") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(SizeOf<std::uint64_t>(4'000, 400, 100), 8);
  PostgresServer postgres;
  struct Case {
    std::string name;
    Words arguments;
  };
  const std::string seed = web->site().UrlOf(0);
  for (const Case& one : {Case{"everything", {seed, "--scope", "any", "--host-delay", "0"}},
                          Case{"a depth", {seed, "--scope", "any", "--host-delay", "0", "-d", "3"}},
                          Case{"one host", {seed, "--host-delay", "0"}}}) {
    CAPTURE(one.name);
    Crawl alone(Words{"--allow-private", "--progress", "none"});
    alone.Run(one.arguments);
    REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
    for (const std::string ends : {"0", "0 0", "0 0 0 0"}) {
      CAPTURE(ends);
      const std::string url = postgres.NewDatabase();
      Agents agents(url, one.arguments);
      for (std::size_t i = 0; i < ends.size(); i += 2) {
        agents.Start();
      }
      CHECK_MESSAGE(agents.Ends() == ends, agents.said());
      CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
      CheckWhole(agents);
    }
  }
}

TEST_CASE("--store: an agent that is killed, and one that is stopped past its lease and goes on, change nothing") {
  if (SkipPostgres()) {
    return;
  }
  constexpr milliseconds kLatency{2}, kDelay{50};
  const auto web = StartPages(SizeOf<std::uint64_t>(2'000, 300, 100), 6, kLatency);
  PostgresServer postgres;
  const Words arguments = {web->site().UrlOf(0), "--scope", "any", "--host-delay", "50ms", "--adaptive-delay", "off"};
  Crawl alone(Words{"--allow-private", "--progress", "none"});
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  web->log().Clear();

  const std::string url = postgres.NewDatabase();
  Agents agents(url, arguments);
  const Words lease = {"--lease", "2s"};
  Process& killed = agents.Start(lease);
  // Alone it leases every host, so that its death is felt.
  REQUIRE(killed.WaitUntil([&] { return web->log().total() > 30; }));
  Process& stopped = agents.Start(lease);
  killed.Signal(SIGKILL);
  REQUIRE(stopped.WaitUntil([&] { return agents.Number("SELECT count(*) FROM public.hosts WHERE owner = 2") > 0; }));
  agents.Start(lease);
  const SteadyTime stopped_at = SystemClock().Now();
  stopped.Signal(SIGSTOP);
  // Until the third has its hosts.
  std::this_thread::sleep_for(milliseconds(2'500));
  const SteadyTime continued_at = SystemClock().Now();
  stopped.Signal(SIGCONT);
  CHECK_MESSAGE(agents.Ends() == "killed 0 0", agents.said());
  CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
  CheckWhole(agents);

  // By the web's own log no host was asked within its delay, whoever asked. No answer ends before its request has come
  // and the web's latency has passed; when its last byte went, a busy web may note late.
  // What is left is said in docs/postgresql.md: each of the two workers that was stopped between the look at its lease
  // and the sending of a request sends that one when it goes on.
  std::map<std::string, simweb::AccessEntry> last;
  std::set<SteadyTime> left;
  int asked = 0;
  std::string too_early;
  const auto on_waking = [continued_at](SteadyTime time) {
    return time >= continued_at && time < continued_at + milliseconds(20);
  };
  const auto since_stop = [stopped_at](SteadyTime time) {
    return std::chrono::duration<double, std::milli>(time - stopped_at).count();
  };
  for (const simweb::AccessEntry& entry : web->log().Snapshot()) {
    if (const auto before = last.find(entry.host); before != last.end()) {
      ++asked;
      if (entry.arrived < before->second.arrived + kLatency + kDelay) {
        const bool waking = on_waking(entry.arrived);
        if (waking || on_waking(before->second.arrived)) {
          left.insert(waking ? entry.arrived : before->second.arrived);
          continue;
        }
        for (const simweb::AccessEntry& one : {before->second, entry}) {
          too_early += fmt::format("{}{} on connection {} from {:.1f} to {:.1f} ms after the stop\n", one.host,
                                   one.target, one.connection, since_stop(one.arrived), since_stop(one.ended));
        }
      }
    }
    last.insert_or_assign(entry.host, entry);
  }
  CHECK(asked > 80);
  CHECK_MESSAGE(too_early.empty(), too_early);
  CHECK(left.size() <= 2);
}

TEST_CASE("--store: the page limit is the whole crawl's, exactly, and resume goes on under another") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(200, 5);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  Agents agents(url, {web->site().UrlOf(0), "--scope", "any", "--host-delay", "0", "--limit", "77"});
  agents.Start();
  agents.Start();
  agents.Start();
  CHECK_MESSAGE(agents.Ends() == "16 16 16", agents.said());
  const std::string pages = "SELECT count(*) FROM v_pages WHERE redirect_to IS NULL";
  CHECK(agents.Number(pages) == 77);
  CHECK(agents.Number("SELECT count(*) FROM v_skipped WHERE reason = 'limit'") > 0);
  const ProcessResult more = Spinneret({"resume", url, "--limit", "100", "--progress", "none"});
  CHECK_MESSAGE(more.exit_code == 16, more.err);
  CHECK(agents.Number(pages) == 100);
  const ProcessResult rest = Spinneret({"resume", url, "--limit", "1000", "--progress", "none"});
  CHECK_MESSAGE(rest.exit_code == 0, rest.err);
  CHECK(agents.Number(pages) == 200);
  CHECK(agents.Number("SELECT count(*) FROM v_skipped") == 0);
  // A crawl that is done is done for who comes late.
  const ProcessResult late = Spinneret({"resume", url, "--progress", "none"});
  CHECK_MESSAGE(late.exit_code == 0, late.err);
}

TEST_CASE("--store: a server that goes away, cleanly or not, is waited for") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(200, 4, milliseconds(3));
  PostgresServer postgres;
  const Words arguments = {web->site().UrlOf(0), "--scope", "any", "--host-delay", "10ms", "--adaptive-delay", "off"};
  Crawl alone(Words{"--allow-private", "--progress", "none"});
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  const std::string url = postgres.NewDatabase();
  Agents agents(url, arguments);
  agents.Start();
  agents.Start();
  for (const int signal : {SIGINT, SIGQUIT}) {
    const std::uint64_t before = web->log().total();
    REQUIRE(agents.any().WaitUntil([&] { return web->log().total() > before + 40; }));
    postgres.Stop(signal);
    postgres.Start();
  }
  CHECK_MESSAGE(agents.Ends() == "0 0", agents.said());
  CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
  CheckWhole(agents);
}

TEST_CASE("--store: Ctrl-C frees an agent's hosts for the others at once") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(150, 3, milliseconds(5));
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  Agents agents(url, {web->site().UrlOf(0), "--scope", "any", "--host-delay", "0", "--connections", "2"});
  Process& leaves = agents.Start();
  REQUIRE(leaves.WaitUntil([&] { return web->log().total() > 20; }));
  leaves.Signal(SIGINT);
  agents.Start();
  CHECK_MESSAGE(agents.Ends() == "11 0", agents.said());
  CHECK(agents.Number("SELECT count(*) FROM v_pages") == 150);
  CheckWhole(agents);
}

TEST_CASE("--store: a seed's redirect to another host, and robots.txt that lies on another, whoever has the hosts") {
  if (SkipPostgres()) {
    return;
  }
  // 127.0.0.1 redirects to 127.0.0.2, where robots.txt leads to 127.0.0.3; pages link across.
  std::atomic<int> port{0};  // the server's threads read it
  ScriptedServer web([&port](ScriptedConnection& connection) {
    while (true) {
      const std::string head = connection.ReadRequest();
      if (head.empty()) {
        return;
      }
      const std::string target = head.substr(4, head.find(' ', 4) - 4);
      const auto host = [&head](int n) { return head.find("Host: 127.0.0." + std::to_string(n)) != std::string::npos; };
      const auto url = [&port](int n, const std::string& path) {
        return "http://127.0.0." + std::to_string(n) + ":" + std::to_string(port) + path;
      };
      std::string status = "200 OK", fields = "Content-Type: text/html\r\n", body;
      if (target == "/robots.txt" && host(2)) {
        status = "302 Found";
        fields = "Location: " + url(3, "/rules") + "\r\n";
      } else if (target == "/robots.txt") {
        status = "404 Not Found";
      } else if (target == "/rules") {
        fields = "Content-Type: text/plain\r\n";
        body = "User-agent: *\nDisallow: /secret\n";
      } else if (host(1)) {
        status = "301 Moved Permanently";
        fields = "Location: " + url(2, "/home") + "\r\n";
      } else if (target == "/home") {
        body = LinkPage({"/a", "/secret", url(3, "/b")});
      } else {
        body = LinkPage({url(2, "/home"), url(2, "/c"), url(3, "/b")});
      }
      connection.Send("HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body);
    }
  });
  port = web.port();
  PostgresServer postgres;
  for (const char* const scope : {"host", "any"}) {
    CAPTURE(scope);
    const Words arguments = {web.Url("/"), "--scope", scope, "--host-delay", "0"};
    Crawl alone(Words{"--allow-private", "--progress", "none"});
    alone.Run(arguments);
    REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
    const std::string url = postgres.NewDatabase();
    Agents agents(url, arguments);
    agents.Start();
    agents.Start();
    agents.Start();
    CHECK_MESSAGE(agents.Ends() == "0 0 0", agents.said());
    CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
    CheckWhole(agents);
  }
}

TEST_CASE("pull: one file that is the crawl, and resume goes on with it") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(120, 4);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const Words arguments = {web->site().UrlOf(0), "--scope", "any", "--host-delay", "0"};
  Words limited = arguments;
  limited.insert(limited.end(), {"--limit", "50"});
  Agents agents(url, limited);
  agents.Start();
  agents.Start();
  CHECK_MESSAGE(agents.Ends() == "16 16", agents.said());
  Crawl file;
  const Words pull = {"pull", "--store", url, "-o", file.database()};
  ProcessResult pulled = Spinneret(pull);
  REQUIRE_MESSAGE(pulled.exit_code == 0, pulled.err);
  EndState shared = EndStateOf(url), pulled_state = file.End();
  for (EndState* const state : {&shared, &pulled_state}) {
    std::ranges::sort(state->links);  // their order is that of a plan
  }
  CHECK_EQ(Difference(shared, pulled_state), "");
  file.CheckWhole();
  CHECK(Spinneret(pull).exit_code == 2);

  // What a query finds in a file it finds here: every table and column, and the queries by name.
  for (const Row& column : Query(file.database(),
                                 "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name)"
                                 " AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'")) {
    CHECK_NOTHROW(Query(url, "SELECT " + column[1] + " FROM " + column[0] + " LIMIT 1"));
  }
  for (const NamedQuery& query : NamedQueries()) {
    CAPTURE(query.name);
    // Two are in SQLite's language, two want a URL, and the rows of one are times.
    if (query.name != "hreflang" && query.name != "near-duplicates" && query.sql.find("?1") == std::string_view::npos &&
        query.name != "slow") {
      CHECK(Query(url, query.sql).empty() == Query(file.database(), query.sql).empty());
    }
  }
  // What takes a file takes the URL, by a file that goes away.
  TempDir scratch;
  ProcessOptions there;
  there.environment = {"TMPDIR=" + scratch.path().string()};
  const auto run = [&](Words words) {
    const ProcessResult done = Spinneret(words, there);
    CHECK_MESSAGE(done.exit_code == 0, done.err);
    CHECK(std::filesystem::is_empty(scratch.path()));
    return done;
  };
  CHECK(run({"export", url, "pages"}).out.size() == run({"export", file.database(), "pages"}).out.size());
  CHECK(run({"export", url, "links"}).out.size() > 10'000);
  CHECK(run({"report", url}).out.find("<title>Crawl report") != std::string::npos);
  const ProcessResult same = run({"diff", url, file.database()});
  CHECK_MESSAGE(same.out.find(web->site().UrlOf(0)) == std::string::npos, same.out);
  CHECK(run({"explain", web->site().UrlOf(1), "--db", url}).out.find(web->site().UrlOf(1)) != std::string::npos);
  CHECK(Spinneret({"export", url + "_none", "pages"}, there).exit_code == 3);

  const Words inlinks = {"inlinks", web->site().UrlOf(1), "-f", "csv"};
  Words of_file = {"query", file.database()}, of_store = {"query", url};
  of_file.insert(of_file.end(), inlinks.begin(), inlinks.end());
  of_store.insert(of_store.end(), inlinks.begin(), inlinks.end());
  const ProcessResult in_store = Spinneret(of_store);
  CHECK_MESSAGE(in_store.exit_code == 0, in_store.err);
  CHECK(in_store.out.size() == Spinneret(of_file).out.size());

  Crawl alone(Words{"--allow-private", "--progress", "none"});
  alone.Run(arguments);
  file.Resume({"--limit", "1000"});
  CHECK_MESSAGE(file.exit_code() == 0, file.result().err);
  CHECK_EQ(Difference(alone.End(), file.End()), "");

  const ProcessResult stats = Spinneret({"stats", url});
  CHECK_MESSAGE(stats.exit_code == 0, stats.err);
  const ProcessResult who = Spinneret({"agents", "--store", url, "-f", "csv"});
  CHECK_MESSAGE(who.exit_code == 0, who.err);
  CHECK(who.out.find(",limit,0,") != std::string::npos);
}

TEST_CASE("--store: what cannot be is refused by its name, and no password is shown") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(3, 1);
  const std::string seed = web->site().UrlOf(0);
  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  const Words fast = {"--allow-private", "--host-delay", "0", "--progress", "none"};
  const auto crawl = [&](Words arguments) {
    arguments.insert(arguments.begin(), "crawl");
    arguments.insert(arguments.end(), fast.begin(), fast.end());
    return Spinneret(arguments);
  };
  const auto says = [](const ProcessResult& result, std::string_view text) {
    return result.err.find(text) != std::string::npos;
  };
  CHECK(Spinneret({"resume", url}).exit_code == 2);
  ProcessResult result = crawl({seed, "--store", url});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  result = crawl({seed, "--store", url, "-d", "1"});
  CHECK(result.exit_code == 2);
  CHECK_MESSAGE(says(result, "depth"), result.err);
  result = crawl({seed, "--store", url, "--sitemaps", "auto"});
  CHECK(result.exit_code == 2);
  CHECK_MESSAGE(says(result, "sitemaps"), result.err);
  CHECK(crawl({seed, "--store", url, "-o", "file.db"}).exit_code == 2);
  CHECK(crawl({seed, "--store", "crawl.db"}).exit_code == 2);

  const std::string port = std::to_string(FreeLoopbackPort());
  result = crawl({seed, "--store", "postgresql://crawler:sesame@127.0.0.1:" + port + "/crawl"});
  CHECK(result.exit_code == 3);
  CHECK_MESSAGE(says(result, port), result.err);
  CHECK_FALSE(says(result, "sesame"));

  const ProcessResult asked = Spinneret({"query", url, "SELECT count(*) AS pages FROM v_pages", "-f", "csv"});
  CHECK_EQ(asked.out, "pages\r\n3\r\n");
  CHECK(Spinneret({"query", url, "DELETE FROM urls"}).exit_code == 2);
  CHECK(Spinneret({"query", url, "pages"}).exit_code == 0);
}
}
}  // namespace
}  // namespace spinneret::testing
