// Frontier: what is done about robots.txt over time: copies, failures, redirects, and a resume.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/frontier/frontier.h"
#include "crawler/frontier/identity.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/crawler/frontier/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace spinneret {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Words = std::vector<std::string>;

struct Answer {
  int status = 200;  // 0: the connection is reset
  std::string text;  // the file, or of a 3xx the target
  std::string cache_control;
};

// A frontier on a real store, and a web on which every page is there and robots.txt is what a test says.
class World {
 public:
  World() {
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Create(path_, "{}");
    REQUIRE(store.has_value());
    REQUIRE((*store)->Publish().has_value());
    Use(std::move(*store));
  }
  ~World() { frontier_.reset(); }

  // The file at this URL from now on.
  void Robots(const std::string& url, Answer answer) { robots_[url] = std::move(answer); }
  void Seed(const std::string& url) { frontier_->AddSeed(*Url::Parse(url), std::nullopt, {}); }
  void Advance(milliseconds by) { clock_.Advance(by); }

  // Everything that is due; what was asked for, in order.
  Words Run() {
    Words asked;
    while (Host* host = frontier_->PopReady(clock_.Now())) {
      frontier_->MakeBatch(*host, 16, [&](Result<UrlBatch> batch) {
        REQUIRE(batch.has_value());
        if (batch->robots) {
          asked.push_back(batch->robots->url);
          TakeRobots(*batch->robots);
        }
        for (const FetchJob& job : batch->urls) {
          asked.push_back(job.text);
          store_->AddFetch({.url = job.url, .status = 200});
          frontier_->Fetched(job.url, *host);
        }
        if (batch->robots || !batch->urls.empty()) {
          frontier_->BatchEnded(*host, 0, {});
        }
      });
    }
    return asked;
  }
  Words Run(const std::string& seed) {
    Seed(seed);
    return Run();
  }

  // The process ends, and another takes the crawl up.
  void Restart() {
    store_->Commit([](const Result<void>& done) { REQUIRE(done.has_value()); });
    frontier_.reset();
    store_.reset();
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(path_);
    REQUIRE(store.has_value());
    Use(std::move(*store));
    REQUIRE(frontier_->Load().has_value());
  }

  // Skips so far.
  std::uint64_t skipped() const { return frontier_->totals().skipped; }
  milliseconds CrawlDelay(const std::string& host) {
    for (std::uint32_t i = 0; i < frontier_->host_count(); ++i) {
      if (frontier_->HostAt(i).name == host) {
        return frontier_->HostAt(i).crawl_delay;
      }
    }
    return milliseconds(-2);
  }

 private:
  void Use(std::unique_ptr<SqliteStore> store) {
    store_ = std::move(store);
    store_->BeginRun("{}", clock_.WallTimeMs());
    FrontierSettings settings;
    settings.host_delay = milliseconds(0);
    settings.retries = 0;
    ScopeSettings scope;
    scope.kind = ScopeKind::kAny;
    frontier_.emplace(settings, std::move(*Scope::Make(scope)), *store_, clock_);
  }

  void TakeRobots(const RobotsJob& job) {
    const auto known = robots_.find(job.url);
    const Answer said = known == robots_.end() ? Answer{404, {}, {}} : known->second;
    Frontier::RobotsAnswer answer;
    std::string host;
    if (said.status == 0) {
      answer.result.error = ErrorCode::kReset;
    }
    answer.result.status = said.status;
    answer.lifetime = RobotsLifetime(said.cache_control);
    if (said.status / 100 == 3) {
      const std::optional<Url> target = Url::Parse(said.text);
      REQUIRE(target.has_value());
      host = target->host_key_text();
      answer.location =
          Discovery{FingerprintOf(said.text, store_->secret()), HostKeyOf(host, store_->secret()), host, said.text};
    } else if (said.status == 200) {
      answer.rules = RobotsTxt::Parse(said.text, kRobotsAgent);
      answer.body = said.text;
    }
    frontier_->TakeRobots(job, std::move(answer));
  }

  testing::TempDir folder_;
  const std::string path_ = folder_ / "crawl.db";
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<Frontier> frontier_;
  std::map<std::string, Answer> robots_;
};

const char kRobotsUrl[] = "http://a.test/robots.txt";
const Answer kClosed{200, "User-agent: *\nDisallow: /closed\n", {}};
Answer WithLifetime(Answer answer, const char* cache_control) {
  answer.cache_control = cache_control;
  return answer;
}

TEST_SUITE("crawler/frontier/frontier_robots") {
TEST_CASE("Frontier: robots.txt is asked for once a day and origin") {
  World world;
  world.Robots(kRobotsUrl, kClosed);
  CHECK(world.Run("http://a.test/1") == Words{kRobotsUrl, "http://a.test/1"});
  world.Advance(hours(24) - milliseconds(1));
  CHECK(world.Run("http://a.test/2") == Words{"http://a.test/2"});
  CHECK(world.Run("https://a.test/2") == Words{"https://a.test/robots.txt", "https://a.test/2"});
  world.Advance(milliseconds(1));
  CHECK(world.Run("http://a.test/3") == Words{kRobotsUrl, "http://a.test/3"});
  CHECK(world.Run("http://a.test/closed").empty());
  CHECK(world.skipped() == 1);
}

TEST_CASE("Frontier: Cache-Control makes a robots.txt expire sooner, but not within an hour") {
  World world;
  world.Robots(kRobotsUrl, WithLifetime(kClosed, "public, max-age=7200"));
  world.Robots("http://b.test/robots.txt", WithLifetime(kClosed, "no-store"));
  world.Run("http://a.test/1");
  world.Run("http://b.test/1");
  world.Advance(minutes(59));
  CHECK(world.Run("http://b.test/2") == Words{"http://b.test/2"});
  world.Advance(minutes(1));
  CHECK(world.Run("http://b.test/3") == Words{"http://b.test/robots.txt", "http://b.test/3"});
  CHECK(world.Run("http://a.test/2") == Words{"http://a.test/2"});
  world.Advance(hours(1));
  CHECK(world.Run("http://a.test/3") == Words{kRobotsUrl, "http://a.test/3"});
}

TEST_CASE(
    "Frontier: where an expired robots.txt cannot be fetched again, its copy holds for a day after it was fetched") {
  for (const int failure : {503, 429, 0}) {
    CAPTURE(failure);
    World world;
    world.Robots(kRobotsUrl, WithLifetime(kClosed, "max-age=3600"));
    world.Run("http://a.test/1");
    world.Robots(kRobotsUrl, Answer{failure, {}, {}});
    world.Advance(hours(2));
    CHECK(world.Run("http://a.test/2") == Words{kRobotsUrl, "http://a.test/2"});
    CHECK(world.Run("http://a.test/closed").empty());
    CHECK(world.Run("http://a.test/3") == Words{"http://a.test/3"});  // the server is left alone for an hour
    world.Advance(hours(22) - milliseconds(1));
    CHECK(world.Run("http://a.test/4") == Words{kRobotsUrl, "http://a.test/4"});
    CHECK(world.skipped() == 1);
    world.Advance(milliseconds(1));
    CHECK(world.Run("http://a.test/5") == Words{kRobotsUrl});
    CHECK(world.Run("http://a.test/6").empty());
    CHECK(world.skipped() == 3);
  }
}

TEST_CASE("Frontier: without a copy an unreachable robots.txt closes its origin for the run, and the next asks again") {
  World world;
  world.Robots(kRobotsUrl, Answer{500, {}, {}});
  CHECK(world.Run("http://a.test/1") == Words{kRobotsUrl});
  CHECK(world.Run("https://a.test/1") == Words{"https://a.test/robots.txt", "https://a.test/1"});
  world.Advance(hours(30));
  CHECK(world.Run("http://a.test/2").empty());
  CHECK(world.skipped() == 2);
  world.Restart();
  world.Robots(kRobotsUrl, kClosed);
  CHECK(world.Run("http://a.test/3") == Words{kRobotsUrl, "http://a.test/3"});
}

TEST_CASE("Frontier: a resume takes up a copy that is fresh, asks again for an expired one, and falls back on it") {
  World world;
  world.Robots(kRobotsUrl, WithLifetime(kClosed, "max-age=7200"));
  world.Run("http://a.test/1");
  world.Advance(hours(1));
  world.Restart();
  CHECK(world.Run("http://a.test/2") == Words{"http://a.test/2"});
  CHECK(world.Run("http://a.test/closed/2").empty());
  world.Advance(hours(1));
  world.Robots(kRobotsUrl, Answer{503, {}, {}});
  world.Restart();
  CHECK(world.Run("http://a.test/3") == Words{kRobotsUrl, "http://a.test/3"});
  CHECK(world.Run("http://a.test/closed/3").empty());
  world.Restart();  // the failed look did not cover the copy
  CHECK(world.Run("http://a.test/4") == Words{kRobotsUrl, "http://a.test/4"});
  world.Advance(hours(22));
  world.Restart();
  CHECK(world.Run("http://a.test/5") == Words{kRobotsUrl});
}

TEST_CASE("Frontier: that there is no robots.txt is an answer too, which is kept") {
  World world;
  CHECK(world.Run("http://a.test/1") == Words{kRobotsUrl, "http://a.test/1"});
  world.Restart();
  CHECK(world.Run("http://a.test/2") == Words{"http://a.test/2"});
  world.Advance(hours(24));
  CHECK(world.Run("http://a.test/3") == Words{kRobotsUrl, "http://a.test/3"});
}

TEST_CASE(
    "Frontier: five redirects of a robots.txt are followed from host to host, and a sixth means that there is none") {
  World world;
  const auto hop = [](int n) { return "http://hop" + std::to_string(n) + ".test/robots.txt"; };
  world.Robots(kRobotsUrl, Answer{301, hop(1), {}});
  for (int n = 1; n < 5; ++n) {
    world.Robots(hop(n), Answer{302, hop(n + 1), {}});
  }
  world.Robots(hop(5), kClosed);
  CHECK(world.Run("http://a.test/closed") == Words{kRobotsUrl, hop(1), hop(2), hop(3), hop(4), hop(5)});
  CHECK(world.skipped() == 1);
  // The rules are the first origin's; those it led over have their own.
  CHECK(world.Run("http://hop5.test/closed") == Words{hop(5)});
  world.Robots("http://b.test/robots.txt", Answer{301, kRobotsUrl, {}});
  CHECK(world.Run("http://b.test/closed").back() == "http://b.test/closed");
}

TEST_CASE("Frontier: a redirect of robots.txt that ends nowhere makes the first origin unreachable, not the last") {
  World world;
  world.Robots(kRobotsUrl, Answer{307, "http://dead.test/r", {}});
  world.Robots("http://dead.test/r", Answer{0, {}, {}});
  CHECK(world.Run("http://a.test/1") == Words{kRobotsUrl, "http://dead.test/r"});
  CHECK(world.skipped() == 1);
  CHECK(world.Run("http://dead.test/1") == Words{"http://dead.test/robots.txt", "http://dead.test/1"});
}

TEST_CASE("Frontier: a new robots.txt may ask for a shorter Crawl-delay, and a host keeps the longest of its origins") {
  World world;
  world.Robots(kRobotsUrl, WithLifetime(Answer{200, "User-agent: *\nCrawl-delay: 9\n", {}}, "max-age=3600"));
  world.Robots("https://a.test/robots.txt", Answer{200, "User-agent: *\nCrawl-delay: 2\n", {}});
  world.Run("http://a.test/1");
  CHECK(world.CrawlDelay("a.test") == milliseconds(9000));
  world.Run("https://a.test/1");
  CHECK(world.CrawlDelay("a.test") == milliseconds(9000));
  world.Advance(hours(1));
  world.Robots(kRobotsUrl, kClosed);
  world.Run("http://a.test/2");
  CHECK(world.CrawlDelay("a.test") == milliseconds(2000));
}
}  // TEST_SUITE("crawler/frontier/frontier_robots")

}  // namespace
}  // namespace spinneret
