// `spinneret ctl`: a running crawl that is spoken to.
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

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

struct Running {
  std::unique_ptr<simweb::RoughServer> server = StartChain(5000);
  Crawl crawl{Crawl::Polite()};
  Process process;

  Running() : process(crawl.Start({server->Url("/"), "--host-delay", "50ms"})) {
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
  for (const Words& arguments :
       {Words{"fly"}, Words{"delay"}, Words{"delay", "5"}, Words{"pause", "now"}, Words{"host"},
        Words{"host", "a.example", "stand"}, Words{"add-seed", "mailto:a@b.example"}, Words{"add-seed", "http://["}}) {
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
}  // TEST_SUITE("integration/control")

}  // namespace
}  // namespace spinneret::testing
