// One crawl on several PostgreSQL servers comes to the same end as a crawl into a file, whoever dies in between.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tests/integration/agents.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

Words Flags() {
  return {"--allow-private", "--progress", "none"};
}

// The pages' headings as records, so that there are some.
std::string HeadingRecipe(const TempDir& folder) {
  const std::string path = folder / "heading.toml";
  std::ofstream(path) << "name = \"heading\"\nmatch.url = '/'\n[fields]\nheading = \"h1\"\n";
  return path;
}

std::string NewDatabases(PostgresServer& postgres, int count) {
  std::string store;
  for (int i = 0; i < count; ++i) {
    store += (i == 0 ? "" : " ") + postgres.NewDatabase();
  }
  return store;
}

// What the servers hold together, as one file, is the crawl `alone`; and nothing is left open on them.
void CheckEqual(const Crawl& alone, const Agents& agents, const std::string& store) {
  Crawl file;
  const ProcessResult pulled = Spinneret({"pull", "--store", store, "-o", file.database()});
  REQUIRE_MESSAGE(pulled.exit_code == 0, pulled.err);
  CHECK_EQ(Difference(alone.End(), file.End()), "");
  file.CheckWhole();
  file.CheckFinished();
  CHECK(file.Number("SELECT count(*) FROM bodies") == alone.Number("SELECT count(*) FROM bodies"));
  CHECK(agents.Sum("SELECT count(*) FROM public.arrivals") == 0);
  CHECK(agents.Sum("SELECT count(*) FROM public.hosts WHERE owner IS NOT NULL") == 0);
  CHECK(agents.Sum("SELECT count(*) FROM urls") == alone.Number("SELECT count(*) FROM urls"));
}

TEST_SUITE("integration/several_servers") {
TEST_CASE("several servers: one agent and four come to the end of a crawl into a file") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(SizeOf<std::uint64_t>(4'000, 400, 100), 8);
  PostgresServer postgres;
  TempDir folder;
  struct Case {
    std::string name;
    int servers;
    Words arguments;
  };
  const std::string seed = web->site().UrlOf(0);
  for (const Case& one :
       {Case{"everything",
             2,
             {seed, "--scope", "any", "--host-delay", "0", "--recipe", HeadingRecipe(folder), "--store-body", "zstd"}},
        Case{"a depth", 3, {seed, "--scope", "any", "--host-delay", "0", "-d", "3"}},
        Case{"one host", 2, {seed, "--host-delay", "0"}}}) {
    CAPTURE(one.name);
    Crawl alone(Flags());
    alone.Run(one.arguments);
    REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
    for (const std::string ends : {"0", "0 0 0 0"}) {
      CAPTURE(ends);
      const std::string store = NewDatabases(postgres, one.servers);
      Agents agents(store, one.arguments);
      for (std::size_t i = 0; i < ends.size(); i += 2) {
        agents.Start();
      }
      CHECK_MESSAGE(agents.Ends() == ends, agents.said());
      CheckEqual(alone, agents, store);
    }
  }
}

TEST_CASE("several servers: an agent that is killed and a server that goes away in between change nothing") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(SizeOf<std::uint64_t>(2'000, 400, 150), 9, milliseconds(2));
  PostgresServer first, second;
  const Words arguments = {
      web->site().UrlOf(0), "--scope", "any", "--host-delay", "15ms", "--adaptive-delay", "off", "-d", "6"};
  Crawl alone(Flags());
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  // Each time another server goes, cleanly or not.
  for (const int signal : {SIGINT, SIGQUIT}) {
    CAPTURE(signal);
    web->log().Clear();
    const std::string store = first.NewDatabase() + " " + second.NewDatabase();
    Agents agents(store, arguments);
    Process& killed = agents.Start({"--lease", "4s"});
    REQUIRE(killed.WaitUntil([&] { return web->log().total() > 40; }));
    Process& other = agents.Start({"--lease", "4s"});
    agents.Start({"--lease", "4s"});
    agents.Start({"--lease", "4s"});
    // All have joined on both.
    REQUIRE(other.WaitUntil([&] { return agents.Sum("SELECT count(*) FROM public.runs WHERE alive") == 8; }));
    killed.Signal(SIGKILL);
    PostgresServer& gone = signal == SIGINT ? second : first;
    gone.Stop(signal);
    gone.Start();
    CHECK_MESSAGE(agents.Ends() == "killed 0 0 0", agents.said());
    CheckEqual(alone, agents, store);
  }
}

TEST_CASE("several servers: wherever an agent is killed, no URL is lost and none is there twice") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(SizeOf<std::uint64_t>(1'000, 200, 100), 7);
  PostgresServer postgres;
  const Words arguments = {
      web->site().UrlOf(0), "--scope", "any", "--host-delay", "5ms", "--adaptive-delay", "off", "-d", "5"};
  Crawl alone(Flags());
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  const std::string store = NewDatabases(postgres, 2);
  const Words lease = {"--lease", "2s"};
  std::string ends;
  Agents agents(store, arguments);
  for (int i = 0; i < SizeOf(20, 5, 2); ++i) {
    const std::uint64_t before = web->log().total();
    Process& killed = agents.Start(lease);
    // Its commits are 0.2 s apart; it asks some 20 pages between two.
    REQUIRE(killed.WaitUntil([&, i] { return web->log().total() > before + 3 + 7 * static_cast<unsigned>(i % 4); }));
    killed.Signal(SIGKILL);
    ends += "killed ";
  }
  agents.Start(lease);
  agents.Start(lease);
  CHECK_MESSAGE(agents.Ends() == ends + "0 0", agents.said());
  CheckEqual(alone, agents, store);
}

TEST_CASE("several servers: of a commit that ends between two servers, all that was found is known") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(300, 8, milliseconds(2));
  PostgresServer postgres;
  const Words arguments = {
      web->site().UrlOf(0), "--scope", "any", "--host-delay", "10ms", "--adaptive-delay", "off", "-d", "5"};
  Crawl alone(Flags());
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  // The server that writes no verdicts from some moment on: the last one that commits, and the first.
  for (const std::size_t failing : {0U, 1U}) {
    CAPTURE(failing);
    web->log().Clear();
    const std::vector<std::string> servers = {postgres.NewDatabase(), postgres.NewDatabase()};
    const std::string store = servers[0] + " " + servers[1];
    Agents agents(store, arguments);
    Process& agent = agents.Start({"--lease", "2s"});
    REQUIRE(agent.WaitUntil([&] { return web->log().total() > 90; }));
    PostgresServer::Execute(servers[failing], "ALTER TABLE outcomes RENAME TO outcomes_away");
    CHECK(agents.Ends() == "3");
    PostgresServer::Execute(servers[failing], "ALTER TABLE outcomes_away RENAME TO outcomes");
    std::set<std::string> found, known;
    for (const std::size_t server : {0U, 1U}) {
      found.merge(agents.Column(server, "SELECT encode(to_id, 'hex') FROM links"));
      known.merge(agents.Column(server,
                                "SELECT encode(id, 'hex') FROM urls UNION SELECT encode(url_id, 'hex')"
                                " FROM public.arrivals"));
    }
    CHECK(found.size() > 40);
    CHECK(std::ranges::includes(known, found));
    Agents heirs(store, arguments);
    heirs.Start({"--lease", "2s"});
    CHECK_MESSAGE(heirs.Ends() == "0", heirs.said());
    CheckEqual(alone, heirs, store);
  }
}

TEST_CASE("several servers: the page limit is exact, also when an agent is killed, and resume goes on") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(200, 6, milliseconds(2));
  PostgresServer postgres;
  const std::string store = NewDatabases(postgres, 2);
  Agents agents(store, {web->site().UrlOf(0), "--scope", "any", "--host-delay", "10ms", "--adaptive-delay", "off",
                        "--limit", "110", "--lease", "2s"});
  Process& killed = agents.Start();
  agents.Start();
  agents.Start();
  REQUIRE(killed.WaitUntil([&] { return web->log().total() > 40; }));
  killed.Signal(SIGKILL);
  CHECK_MESSAGE(agents.Ends() == "killed 16 16", agents.said());
  const std::string pages = "SELECT count(*) FROM v_pages WHERE redirect_to IS NULL";
  CHECK(agents.Sum(pages) == 110);
  CHECK(agents.Sum("SELECT sum(pages) FROM public.runs") == 110);
  const ProcessResult more = Spinneret({"resume", store, "--limit", "130", "--progress", "none"});
  CHECK_MESSAGE(more.exit_code == 16, more.err);
  CHECK(agents.Sum(pages) == 130);
  const ProcessResult rest = Spinneret({"resume", store, "--limit", "1000", "--progress", "none"});
  CHECK_MESSAGE(rest.exit_code == 0, rest.err);
  CHECK(agents.Sum(pages) == 200);
}

TEST_CASE("several servers: another number, another order and another crawl's server are refused with what to do") {
  if (SkipPostgres()) {
    return;
  }
  const auto web = StartPages(30, 4);
  PostgresServer postgres;
  const std::string a = postgres.NewDatabase(), b = postgres.NewDatabase(), c = postgres.NewDatabase();
  const auto crawl = [&](const Words& stores) {
    Words arguments = {"crawl", web->site().UrlOf(0), "--scope", "any", "--allow-private", "--host-delay",
                       "0",     "--progress",         "none"};
    for (const std::string& store : stores) {
      arguments.insert(arguments.end(), {"--store", store});
    }
    return Spinneret(arguments);
  };
  ProcessResult result = crawl({a, b});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  const auto refused = [](const ProcessResult& of, std::string_view text) {
    CHECK(of.exit_code == 2);
    CHECK_MESSAGE(of.err.find(text) != std::string::npos, of.err);
    CHECK_MESSAGE(of.err.find("all of them, in the same order") != std::string::npos, of.err);
  };
  refused(crawl({a}), "lies on 2 servers, and 1 is named");
  refused(crawl({a, b, c}), "lies on 2 servers, and 3 are named");
  refused(crawl({b, a}), "server 2 of the crawl, and was named as server 1");
  refused(crawl({c, a}), "there is no crawl in this database, and one in");
  refused(crawl({a, c}), "the crawl's tables are not in this database");
  result = crawl({c, c});
  CHECK(result.exit_code == 2);
  CHECK_MESSAGE(result.err.find("named twice") != std::string::npos, result.err);
  CHECK(crawl({c}).exit_code == 0);
  refused(crawl({a, c}), "another crawl is in this database");
  refused(Spinneret({"pull", "--store", b, "--store", a, "-o", "never.db"}), "server 2");
  refused(Spinneret({"agents", "--store", a}), "lies on 2 servers");
  refused(Spinneret({"query", b, "pages"}), "lies on 2 servers");

  // What is asked of all of them.
  const std::string store = a + " " + b;
  ProcessResult asked = Spinneret({"query", store, "SELECT count(*) AS pages FROM v_pages", "-f", "csv"});
  CHECK_EQ(asked.out, "pages\r\n30\r\n");
  asked = Spinneret({"agents", "--store", a, "--store", b, "-f", "csv"});
  CHECK_MESSAGE(asked.out.find(",done,0,30,") != std::string::npos, (asked.out + asked.err));
  for (const Words& words : {Words{"stats", store}, Words{"report", store}, Words{"export", store, "pages"},
                             Words{"explain", web->site().UrlOf(1), "--db", store}}) {
    asked = Spinneret(words);
    CHECK_MESSAGE(asked.exit_code == 0, asked.err);
    CHECK(!asked.out.empty());
  }
  CHECK(Spinneret({"diff", store, store}).exit_code == 0);
}
}
}  // namespace
}  // namespace spinneret::testing
