// `spinneret ctl`: a running crawl that is spoken to.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using nlohmann::json;

// Pages that link to the next, so that a crawl goes on for as long as it is let.
std::unique_ptr<simweb::RoughServer> StartChain(int pages) {
  auto server = StartRough();
  for (int i = 0; i < pages; ++i) {
    const std::string path = i == 0 ? "/" : "/p" + std::to_string(i);
    server->AddPage(path, LinkPage({"/p" + std::to_string(i + 1)}));
  }
  server->AddPage("/p" + std::to_string(pages), "the end");
  server->AddPage("/other", "another place");
  return server;
}

// "/" leads to /a0, /b0, /a1, /b1 ..., and each /aN to /late/bN.
std::unique_ptr<simweb::RoughServer> StartTwoKinds(int each) {
  auto server = StartRough();
  Words links;
  for (int i = 0; i < each; ++i) {
    const std::string number = std::to_string(i);
    links.insert(links.end(), {"/a" + number, "/b" + number});
    server->AddPage("/a" + number, LinkPage({"/late/b" + number}));
    server->AddPage("/b" + number, "b" + number);
    server->AddPage("/late/b" + number, "late " + number);
  }
  server->AddPage("/", LinkPage(links));
  return server;
}

std::size_t CountWith(const Words& paths, std::string_view part) {
  return static_cast<std::size_t>(std::count_if(
      paths.begin(), paths.end(), [part](const std::string& path) { return path.find(part) != std::string::npos; }));
}

struct Running {
  std::unique_ptr<simweb::RoughServer> server;
  Crawl crawl{Crawl::Polite()};
  Process process;

  explicit Running(std::unique_ptr<simweb::RoughServer> web = StartChain(5000), const std::string& delay = "50ms")
      : server(std::move(web)), process(crawl.Start({server->Url("/"), "--host-delay", delay})) {
    REQUIRE(process.WaitUntil([this] { return Ctl({"status"}).exit_code == 0; }));
  }
  ProcessResult Ctl(const Words& arguments) const {
    Words line = {"ctl", crawl.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return Spinneret(line);
  }
  json Status() const {
    const ProcessResult done = Ctl({"status"});
    REQUIRE_MESSAGE(done.exit_code == 0, done.err);
    return json::parse(done.out);
  }
  std::size_t Asked() const { return server->log().total(); }
};

TEST_SUITE("integration/control") {
TEST_CASE("ctl: a crawl says what it does, pauses, goes on, takes a seed and stops, and can be resumed") {
  Running running;
  struct stat status {};
  REQUIRE(::stat((running.crawl.database() + "-ctl").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  CHECK(running.Status()["paused"] == false);
  REQUIRE(running.process.WaitUntil([&] { return running.Asked() > 3; }));

  CHECK(running.Ctl({"pause"}).out == "paused\n");
  CHECK(running.Status()["paused"] == true);
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["in_flight"].get<int>() <= 32; }));
  // What was under way has ended when two looks, the program's own answer between them, see the same.
  REQUIRE(running.process.WaitUntil([&] {
    const std::size_t before = running.Asked();
    running.Status();
    running.Status();
    return running.Asked() == before;
  }));
  const std::size_t paused_at = running.Asked();
  running.Status();
  CHECK(running.Asked() == paused_at);

  const ProcessResult seed = running.Ctl({"add-seed", running.server->Url("/other")});
  CHECK(seed.out == "added\n");
  CHECK(running.Ctl({"add-seed", running.server->Url("/other")}).out == "known already\n");
  CHECK(running.Asked() == paused_at);
  // It is in the database already.
  CHECK(running.crawl.Number("SELECT count(*) FROM urls WHERE url LIKE '%/other' AND via = 0") == 1);

  CHECK(running.Ctl({"delay", "10ms"}).exit_code == 0);
  CHECK(running.Ctl({"resume"}).out == "goes on\n");
  REQUIRE(running.process.WaitUntil([&] { return running.Asked() > paused_at + 3; }));
  CHECK(running.Ctl({"stop"}).exit_code == 0);
  const ProcessResult done = running.process.Wait();
  CHECK(done.exit_code == 11);
  CHECK(running.crawl.Files() == std::set<std::string>{"crawl.db"});
  CHECK(running.crawl.Resume({"--limit", "40"}).exit_code == 16);
  CHECK(running.crawl.Number("SELECT count(*) FROM v_pages WHERE url LIKE '%/other'") == 1);
  running.crawl.CheckWhole();
}

TEST_CASE("ctl: a host that is paused is left alone until it goes on") {
  Running running;
  const std::string host = "127.0.0.1:" + std::to_string(running.server->port());
  CHECK(running.Ctl({"host", host, "pause"}).out == "paused\n");
  // The batch that was out ends; then the only host has nothing in flight, and the crawl waits.
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["in_flight"] == 0; }));
  const std::size_t at = running.Asked();
  running.Status();
  CHECK(running.Asked() == at);
  CHECK(running.process.running());
  CHECK(running.Ctl({"host", host, "resume"}).out == "goes on\n");
  REQUIRE(running.process.WaitUntil([&] { return running.Asked() > at + 1; }));
  CHECK(running.Ctl({"host", "nowhere.example", "pause"}).exit_code == 2);
}

TEST_CASE("ctl: what cannot be done is exit 2 and says why, and what is no request harms nobody") {
  Running running;
  for (const Words& arguments : {Words{"rate", "0"},
                                 Words{"rate", "fast"},
                                 Words{"rate", "-1"},
                                 Words{"rate", "1e3"},
                                 Words{"workers", "0"},
                                 Words{"workers", "257"},
                                 Words{"workers", "two"},
                                 Words{"workers", "65"},
                                 Words{"exclude"},
                                 Words{"exclude", "("},
                                 Words{"exclude", ""},
                                 Words{"include", "[z-a]"},
                                 Words{"drop-rule", "1"},
                                 Words{"drop-rule", "x"},
                                 Words{"rules", "now"},
                                 Words{"fly"},
                                 Words{"delay"},
                                 Words{"delay", "5"},
                                 Words{"pause", "now"},
                                 Words{"host"},
                                 Words{"host", "a.example", "stand"},
                                 Words{"add-seed", "mailto:a@b.example"},
                                 Words{"add-seed", "http://["}}) {
    const ProcessResult done = running.Ctl(arguments);
    CAPTURE(arguments.front());
    CHECK(done.exit_code == 2);
    CHECK_FALSE(done.err.empty());
  }
  // Strangers' bytes, and one who connects and says nothing.
  const ProcessResult rude =
      Run({"python3", "-c",
           "import socket, sys\n"
           "def connect():\n"
           "  s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(sys.argv[1]); return s\n"
           "silent = connect()\n"
           "for line in (b'\\n', b'{}\\n', b'[]\\n', b'{\"command\": 7}\\n', b'\\xff\\x00\\n', b'{' * 1000 + b'\\n'):\n"
           "  s = connect(); s.sendall(line); assert b'\"ok\":false' in s.recv(4096), line\n"
           "s = connect()\n"
           "try:\n"
           "  s.sendall(b'x' * 1000000)\n"
           "except OSError: pass\n",
           running.crawl.database() + "-ctl"});
  CHECK_MESSAGE(rude.exit_code == 0, rude.err);
  CHECK(running.Status()["paused"] == false);
  CHECK(Spinneret({"ctl", running.crawl.folder() / "none.db"}).exit_code == 2);
  CHECK(Spinneret({"ctl"}).exit_code == 2);
}

TEST_CASE("ctl: the socket that a killed crawl left is gone when a resume has ended, however short that was") {
  Running running;
  running.process.Signal(SIGKILL);
  CHECK(running.process.Wait().signal == SIGKILL);
  CHECK(running.crawl.Files().count("crawl.db-ctl") == 1);
  running.server->AddPage("/p1", "the end");
  CHECK(running.Ctl({"status"}).exit_code == 2);
  const ProcessResult resumed = Spinneret({"resume", running.crawl.database(), "--limit", "1"});
  CHECK_MESSAGE(resumed.exit_code == 16, resumed.err);
  CHECK(running.crawl.Files().count("crawl.db-ctl") == 0);
}
TEST_CASE("ctl: a rate holds all hosts back together, and goes away again") {
  Running running;
  CHECK(running.Ctl({"rate"}).out == "no bound on pages a second\n");
  // One page may go at once, and the next in a quarter of an hour.
  CHECK(running.Ctl({"rate", "0.001"}).out == "0.001 pages a second at most, for this run\n");
  CHECK(running.Status()["rate"] == 0.001);
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["in_flight"] == 0; }));
  running.Status();
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["in_flight"] == 0; }));
  const std::size_t at = running.Asked();
  running.Status();
  running.Status();
  CHECK(running.Asked() == at);
  CHECK(running.Ctl({"rate", "off"}).exit_code == 0);
  REQUIRE(running.process.WaitUntil([&] { return running.Asked() > at + 3; }));
}

TEST_CASE(
    "ctl: a rule hides queued URLs over kill -9 and resume, names what it left out, and can be withdrawn after the "
    "end") {
  constexpr int kEach = 250;
  Running running(StartTwoKinds(kEach), "10ms");
  CHECK(running.Ctl({"exclude", "/b"}).out == "rule 1\n");
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["hidden"] > 0; }));
  // The only host has one batch out at a time, and this one was made under the rule.
  const std::size_t asked = CountWith(Asked(running.server->log()), "/b");
  CHECK(running.Status()["skipped"] == 0);
  CHECK(running.Status()["queued"] >= running.Status()["hidden"]);
  const std::size_t total = running.Asked();
  REQUIRE(running.process.WaitUntil([&] { return running.Asked() > total + 20; }));
  running.process.Signal(SIGKILL);
  CHECK(running.process.Wait().signal == SIGKILL);
  CHECK(CountWith(Asked(running.server->log()), "/b") == asked);

  Process resumed = running.crawl.StartResume();
  REQUIRE(resumed.WaitUntil([&] { return running.Ctl({"rules"}).out.find("1  exclude  /b  hides ") == 0; }));
  const ProcessResult done = resumed.Wait();
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(CountWith(Asked(running.server->log()), "/b") == asked);
  CHECK(running.crawl.Number("SELECT count(*) FROM v_pages WHERE url LIKE '%/a%'") == kEach);
  const long long left_out = running.crawl.Number("SELECT count(*) FROM v_skipped WHERE detail = 'rule 1: /b'");
  CHECK(left_out > kEach);
  CHECK(running.crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'exclude'") == left_out);
  CHECK(running.crawl.Number("SELECT count(*) FROM v_pages") + left_out == 1 + 3 * kEach);
  running.crawl.CheckFinished();

  running.crawl.Resume({"--drop-rule", "7"});
  CHECK(running.crawl.exit_code() == 2);
  CHECK(running.crawl.result().err.find("1 (exclude /b)") != std::string::npos);
  running.crawl.Resume({"--drop-rule", "1"});
  CHECK_MESSAGE(running.crawl.exit_code() == 0, running.crawl.result().err);
  Crawl whole;
  whole.Run({running.server->Url("/")});
  CHECK_EQ(Difference(whole.End(), running.crawl.End()), "");
  running.crawl.CheckFinished();
}

TEST_CASE(
    "ctl: what a rule hid is asked once when it is dropped while the crawl goes on, or when another include wants it") {
  constexpr int kEach = 400;  // far more than are asked before the last rule is given
  Running running(StartTwoKinds(kEach), "10ms");
  CHECK(running.Ctl({"exclude", "/b"}).out == "rule 1\n");
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["hidden"] > 3; }));
  CHECK(running.Ctl({"drop-rule", "1"}).out.find("rule 1 dropped; it hid ") == 0);
  CHECK(running.Ctl({"rules"}).out == "no rules\n");
  CHECK(running.Ctl({"drop-rule", "1"}).exit_code == 2);
  CHECK(running.Ctl({"include", "/a"}).out == "rule 2\n");
  REQUIRE(running.process.WaitUntil([&] { return running.Status()["hidden"] > 3; }));
  CHECK(running.Ctl({"include", "/b"}).out == "rule 3\n");
  CHECK(running.Ctl({"delay", "0"}).exit_code == 0);
  const ProcessResult done = running.process.Wait();
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(running.crawl.Skipped() == Words{});
  running.crawl.CheckFinished();
  const Words asked = Asked(running.server->log());
  CHECK(asked.size() == 1 + 3 * kEach);
  CHECK(std::set<std::string>(asked.begin(), asked.end()).size() == asked.size());
  CHECK(running.crawl.Number("SELECT count(*) FROM events WHERE kind = 'rule'") == 4);
}

TEST_CASE("ctl: workers come and go while the crawl goes on, and the end is that of an undisturbed crawl") {
  simweb::PageServerOptions web;
  web.site.pages = IsLong() ? 20'000 : 2'000;
  web.site.hosts = 3;
  web.site.links = 10;
  web.site.page_size = 2048;
  web.latency = std::chrono::milliseconds(20);
  const Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(web);
  REQUIRE(server.has_value());
  const Words arguments = {(*server)->site().UrlOf(0), "--scope", "any", "--connections", "16", "-w", "2"};
  Crawl whole;
  whole.Run(arguments);
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);
  const std::size_t once = Asked((*server)->log()).size();

  Crawl crawl;
  Process process = crawl.Start(arguments);
  const auto ctl = [&](const Words& words) {
    Words line = {"ctl", crawl.database()};
    line.insert(line.end(), words.begin(), words.end());
    return Spinneret(line);
  };
  REQUIRE(process.WaitUntil([&] { return ctl({"workers"}).out == "2 workers\n"; }));
  // Threads are counted once a second; slow enough that these looks are over before the crawl is.
  CHECK(ctl({"rate", "100"}).exit_code == 0);
  for (const std::size_t number : {7U, 1U, 16U}) {
    CHECK(ctl({"workers", std::to_string(number)}).exit_code == 0);
    CHECK(process.WaitUntil([&] {
      const ProcessResult status = ctl({"status"});
      return status.exit_code == 0 && json::parse(status.out)["worker_utilization"].size() == number;
    }));
  }
  CHECK(ctl({"rate", "off"}).exit_code == 0);
  int changes = 0;
  for (std::size_t i = 0; process.running(); ++i) {
    static constexpr std::size_t kNumbers[] = {3, 2, 9, 1};
    changes += ctl({"workers", std::to_string(kNumbers[i % std::size(kNumbers)])}).exit_code == 0 ? 1 : 0;
  }
  const ProcessResult done = process.Wait();
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(changes >= 3);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
  crawl.CheckFinished();
  // Nothing twice, nothing left out: as often as by the crawl before.
  CHECK(Asked((*server)->log()).size() == 2 * once);
  CHECK(crawl.Number("SELECT max(attempt) FROM v_fetches") == 1);
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}
}  // TEST_SUITE("integration/control")

}  // namespace
}  // namespace spinneret::testing
