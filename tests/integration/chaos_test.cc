// A crawl that is killed again and again, by workers of changing number, against a server that fails at random, ends with
// the database of an undisturbed one.
//
// What is random is drawn from one seed, which a failure shows; SPINNERET_CHAOS_SEED=N repeats it.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "simweb/record_sites.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kHosts = 3;

std::uint64_t ChaosSeed() {
  const char* const given = std::getenv("SPINNERET_CHAOS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed) {}

  int Below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }
  std::string Workers() { return std::to_string(1 + Below(4)); }

 private:
  std::mt19937_64 random_;
};

struct Sizes {
  std::uint64_t pages;
  std::uint32_t records;
  int kills;
};

std::unique_ptr<simweb::PageServer> StartWeb(const Sizes& sizes) {
  simweb::PageServerOptions options;
  options.site.hosts = kHosts;
  options.site.pages = sizes.pages;
  options.site.links = 12;
  options.site.page_size = 3000;
  options.records = sizes.records;
  options.latency = milliseconds(15);  // 16 connections get a thousand pages a second at most: a kill finds work left
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

// What is crawled, and how; the same for every run.
Words Arguments(const simweb::PageServer& server) {
  Words words = {"--retries", "3", "--connections", "16", "-w", "2", "--store-body", "zstd", "--time-limit", "10m"};
  for (const char* const name : {"shop", "blog", "jobs"}) {
    words.insert(words.end(), {"--recipe", std::string(SPINNERET_RECIPES) + "/" + name + ".toml"});
  }
  for (std::uint32_t host = 0; host < kHosts; ++host) {
    words.push_back(server.site().UrlOf(host));
  }
  words.push_back("http://" + server.site().HostName(0) + std::string(simweb::kRecordRoot));
  return words;
}

bool Exists(const Crawl& crawl) {
  return crawl.Files().count("crawl.db") > 0;
}
long long Committed(const Crawl& crawl) {
  return Exists(crawl) ? std::stoll(AskShell(crawl.database(), "SELECT count(*) FROM outcomes")) : 0;
}

// Waits for a moment that is drawn: after so many answers of the server, wherever the crawl is then, or a little after the
// next commit; at most until the crawl ends by itself.
void AwaitMoment(Process& running, Crawl& crawl, simweb::PageServer& server, const Sizes& sizes, Chaos& chaos) {
  if (chaos.Below(3) == 0) {
    const long long before = Committed(crawl);
    if (running.WaitUntil([&] { return Committed(crawl) > before; })) {
      std::this_thread::sleep_for(milliseconds(chaos.Below(40)));
    }
  } else {
    const auto answers = static_cast<std::uint64_t>(chaos.Below(static_cast<int>(sizes.pages) / sizes.kills));
    const std::uint64_t before = server.log().total();
    // The very first moments are those of the database's birth, before anything is asked.
    if (answers % 5 == 0) {
      std::this_thread::sleep_for(milliseconds(chaos.Below(30)));
    } else {
      running.WaitUntil([&] { return server.log().total() >= before + answers; });
    }
  }
}

TEST_SUITE("integration/chaos") {
TEST_CASE("chaos: killed at random moments on a web that fails at random, a crawl ends as an undisturbed one does") {
  const std::uint64_t seed = ChaosSeed();
  CAPTURE(seed);
  MESSAGE("SPINNERET_CHAOS_SEED=", seed);
  Chaos chaos(seed);
  const Sizes sizes = IsLong() ? Sizes{20'000, 1'000, 50} : kSanitized ? Sizes{400, 20, 5} : Sizes{1'500, 60, 5};
  const auto server = StartWeb(sizes);
  const Words arguments = Arguments(*server);
  Crawl whole;
  whole.Run(arguments);
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);
  whole.CheckFinished();
  REQUIRE(whole.Paths("status <> 200").empty());
  REQUIRE(whole.PageCount() > static_cast<long long>(sizes.pages + 3 * sizes.records));

  server->faults().Set(seed, 2);
  Crawl crawl;
  int kills = 0;
  while (kills < sizes.kills) {
    CAPTURE(kills);
    Process running = Exists(crawl) ? crawl.StartResume({"-w", chaos.Workers()}) : crawl.Start(arguments);
    AwaitMoment(running, crawl, *server, sizes, chaos);
    running.Signal(SIGKILL);
    const ProcessResult end = running.Wait();
    if (end.signal != SIGKILL) {  // the moments that were drawn were long, and it came to its end
      REQUIRE_MESSAGE(end.exit_code == 0, end.err);
      break;
    }
    ++kills;
    if (Exists(crawl)) {
      crawl.CheckWhole();
    }
  }
  CHECK(kills >= sizes.kills / 2);
  MESSAGE(kills, " kills, ", Committed(crawl), " of ", whole.Number("SELECT count(*) FROM outcomes"),
          " outcomes committed, ", server->faults().given(), " answers that failed so far");
  if (Exists(crawl)) {
    crawl.Resume({"-w", chaos.Workers()});
  } else {
    crawl.Run(arguments);
  }
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  crawl.CheckFinished();
  const EndState expected = whole.End();
  CHECK_EQ(Difference(expected, crawl.End()), "");
  CHECK(server->faults().given() > sizes.pages / 2);
  // Attempts are numbered through, whatever was lost with a kill, and the bodies of all pages are there.
  CHECK(crawl.Number("SELECT count(*) - count(DISTINCT url_id || ' ' || attempt) FROM fetches") == 0);
  CHECK(crawl.Number("SELECT max(attempt) FROM fetches") > 1);
  const std::string bodies = "SELECT count(*) || ' ' || sum(size) FROM bodies";
  CHECK(crawl.Value(bodies) == whole.Value(bodies));
  CHECK(
      crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200 AND digest NOT IN (SELECT lower(hex(digest)) FROM "
                   "bodies)") == 0);

  // A finished crawl is killed while a resume drops and builds its indexes.
  for (int i = 0; i < std::max(2, sizes.kills / 5); ++i) {
    Process running = crawl.StartResume();
    std::this_thread::sleep_for(milliseconds(chaos.Below(60)));
    running.Signal(SIGKILL);
    running.Wait();
    crawl.CheckWhole();
  }
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  crawl.CheckFinished();
  CHECK_EQ(Difference(expected, crawl.End()), "");
}
}  // TEST_SUITE("integration/chaos")

}  // namespace
}  // namespace spinneret::testing
