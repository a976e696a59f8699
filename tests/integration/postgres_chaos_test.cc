// Agents whose connections to the server are cut at random, wherever a transaction stands, come to the end of an
// undisturbed crawl.
//
// What is random is drawn from one seed, which a failure shows; SPINNERET_CHAOS_SEED=N repeats it.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/integration/agents.h"
#include "tests/support/scripted_server.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

std::uint64_t ChaosSeed() {
  const char* const given = std::getenv("SPINNERET_CHAOS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

// Between agents and a server. Each connection is cut after a number of bytes that is drawn, in the middle of a question
// or of its answer; some go silent first, and some end by a reset.
class CuttingProxy {
 public:
  CuttingProxy(std::uint16_t port, std::uint64_t seed)
      : random_(seed), server_([this, port](ScriptedConnection& connection) {
          const Fate fate = Draw();
          if (connection.RelayTo(port, fate.bytes)) {
            ++cuts_;
            std::this_thread::sleep_for(fate.silence);
            if (fate.reset) {
              connection.Reset();
            }
          }
        }) {}

  // `url`, by way of the proxy.
  std::string Url(const std::string& url, std::uint16_t port) const {
    std::string through = url;
    const std::string place = ":" + std::to_string(port) + "/";
    return through.replace(through.find(place), place.size(), ":" + std::to_string(server_.port()) + "/");
  }
  int cuts() const { return cuts_.load(); }

 private:
  struct Fate {
    std::size_t bytes;
    milliseconds silence;
    bool reset;
  };
  Fate Draw() {
    const std::lock_guard lock(mutex_);
    const auto below = [this](std::size_t bound) { return random_() % bound; };
    // Of most of them what joining takes passes, and then some transactions, each of which is some ten kilobytes: one
    // that is larger than every connection would never pass.
    const std::size_t bytes = 1 + below(below(4) == 0 ? 15'000 : 300'000);
    return {bytes, milliseconds(below(4) == 0 ? below(200) : 0), below(2) == 0};
  }

  std::mutex mutex_;
  std::mt19937_64 random_;
  std::atomic<int> cuts_{0};
  ScriptedServer server_;  // last: its threads use the rest
};

TEST_SUITE("integration/postgres_chaos") {
TEST_CASE("chaos: agents whose connections are cut at random lose nothing, write nothing twice and ask no host early") {
  if (SkipPostgres()) {
    return;
  }
  const std::uint64_t seed = ChaosSeed();
  CAPTURE(seed);
  MESSAGE("SPINNERET_CHAOS_SEED=", seed);
  constexpr milliseconds kLatency{2}, kDelay{60};
  constexpr int kAgents = 3, kMostRestarts = 200;
  const auto web = StartPages(SizeOf<std::uint64_t>(6'000, 900, 300), 12, kLatency);
  const Words arguments = {web->site().UrlOf(0), "--scope", "any", "--host-delay", "60ms", "--adaptive-delay", "off"};
  Crawl alone(Crawl::Polite());
  alone.Run(arguments);
  REQUIRE_MESSAGE(alone.exit_code() == 0, alone.result().err);
  web->log().Clear();

  PostgresServer postgres;
  const std::string url = postgres.NewDatabase();
  CuttingProxy proxy(postgres.port(), seed);
  Agents agents(proxy.Url(url, postgres.port()), arguments);
  std::vector<Process*> running;
  for (int i = 0; i < kAgents; ++i) {
    running.push_back(&agents.Start({"--lease", "3s"}));
  }
  // One that could not join, or not be reached within its lease, is started again, as docs/postgresql.md says.
  int restarts = 0;
  for (std::size_t i = 0; i < running.size(); ++i) {
    while (restarts < kMostRestarts) {
      const ProcessResult end = running[i]->Wait(std::chrono::minutes(IsLong() ? 10 : 3));
      REQUIRE_MESSAGE(!end.timed_out, end.err);
      if (end.exit_code == 0) {
        break;
      }
      REQUIRE_MESSAGE(end.exit_code == 3, end.err);
      ++restarts;
      running[i] = &agents.Start({"--lease", "3s"});
    }
  }
  MESSAGE(proxy.cuts(), " connections cut, ", restarts, " agents started again");
  CHECK(restarts < kMostRestarts);
  CHECK(proxy.cuts() > 2);
  const Agents direct(url);
  CheckWhole(direct);
  CHECK_EQ(Difference(alone.End(), EndStateOf(url)), "");
  // What each agent says that it did adds up to what is there.
  CHECK(direct.Number("SELECT sum(pages) FROM public.runs") == direct.Number("SELECT count(*) FROM v_pages"));
  CHECK(direct.Number("SELECT count(*) FROM v_fetches") == direct.Number("SELECT count(*) FROM v_pages"));
  int asked = 0;
  CHECK_EQ(AskedEarly(web->log(), kLatency, kDelay, asked), "");
  CHECK(asked > 200);
}
}  // TEST_SUITE("integration/postgres_chaos")

}  // namespace
}  // namespace spinneret::testing
