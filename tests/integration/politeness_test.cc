// Politeness as the crawled server sees it: judged by its access log, not by what the crawler says of itself.
//
// The log notes the end of a response when the last byte was handed to the kernel, on a thread that may be held up; the
// client may have had it by then. kLogSlack is that, no more.
#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLogSlack{25};

using Entries = std::vector<simweb::AccessEntry>;

// Each host's requests in order of arrival.
std::map<std::string, Entries> ByHost(const simweb::AccessLog& log) {
  std::map<std::string, Entries> hosts;
  for (simweb::AccessEntry& entry : log.Snapshot()) {
    hosts[entry.host].push_back(std::move(entry));
  }
  for (auto& [host, entries] : hosts) {
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.arrived < b.arrived; });
  }
  return hosts;
}

milliseconds Gap(const simweb::AccessEntry& earlier, const simweb::AccessEntry& later) {
  return std::chrono::duration_cast<milliseconds>(later.arrived - earlier.ended);
}

// No host was asked within `delay` after the end of its previous response.
void CheckGaps(const simweb::AccessLog& log, milliseconds delay) {
  for (const auto& host : ByHost(log)) {
    const Entries& entries = host.second;
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const milliseconds gap = Gap(entries[i - 1], entries[i]);
      CHECK_MESSAGE(gap + kLogSlack >= delay, host.first, ": ", entries[i].target, " came ", gap.count(), " ms after ",
                    entries[i - 1].target);
    }
  }
}

TEST_SUITE("integration/politeness") {
TEST_CASE("politeness: no host is asked within the delay after its last response: robots, redirects and retries too") {
  const auto server = StartRough();
  Words arguments = {"-w", "3", "--host-delay", "300ms"};
  for (const std::string host : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) {
    const std::string flaky = "/flaky?times=1&amp;key=" + host;
    server->AddPage("/start", LinkPage({"/one", "/redirect-to?url=/two", flaky}), "text/html", {}, host);
    server->AddPage("/one", LinkPage({"/start", "/missing"}), "text/html", {}, host);
    server->AddPage("/two", LinkPage({"/one"}), "text/html", {}, host);
    arguments.push_back(server->Url("/start", host));
  }
  Crawl crawl(Crawl::Polite());
  crawl.Run(arguments);
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CheckGaps(server->log(), milliseconds(300));
  // robots.txt, start, one, missing, the redirect, two, and the flaky page twice, on each host
  CHECK(server->log().total() == 3 * 8);
  const std::map<std::string, Entries> hosts = ByHost(server->log());
  CHECK(hosts.size() == 3);
  for (const auto& [host, entries] : hosts) {
    CHECK(entries.front().target == "/robots.txt");
  }
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE attempt > 1") == 3);
}

TEST_CASE("politeness: a slow response counts from its end") {
  const auto server = StartRough();
  server->AddPage("/start", LinkPage({"/slow?ms=400", "/drip?ms=20&amp;n=15", "/ok"}));
  Crawl crawl(Crawl::Polite());
  crawl.Run({server->Url("/start"), "--host-delay", "250ms", "--adaptive-delay", "off", "-d", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().total() == 5);
  CheckGaps(server->log(), milliseconds(250));
}

TEST_CASE("politeness: Crawl-delay wins when it is the larger") {
  const auto server = StartRough();
  server->SetRobots({200, "User-agent: *\nCrawl-delay: 0.7\n", {}, {}});
  server->AddPage("/start", LinkPage({"/a"}));
  server->AddPage("/a", LinkPage({"/start"}));
  Crawl crawl(Crawl::Polite());
  crawl.Run({server->Url("/start"), "--host-delay", "100ms"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().total() == 3);
  CheckGaps(server->log(), milliseconds(700));
  CHECK(crawl.Value("SELECT crawl_delay_ms FROM v_hosts") == "700");
}

TEST_CASE("politeness: --host-delay wins when it is the larger") {
  const auto server = StartRough();
  server->SetRobots({200, "User-agent: *\nCrawl-delay: 0.05\n", {}, {}});
  server->AddPage("/start", LinkPage({"/a"}));
  server->AddPage("/a", LinkPage({}));
  Crawl crawl(Crawl::Polite());
  crawl.Run({server->Url("/start"), "--host-delay", "500ms"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().total() == 3);
  CheckGaps(server->log(), milliseconds(500));
}

TEST_CASE("politeness: the delay of one host does not hold up another") {
  const auto server = StartRough();
  server->AddPage("/start", LinkPage({"/a", "/b", "/c"}));
  for (const char* path : {"/a", "/b", "/c"}) {
    server->AddPage(path, LinkPage({}));
  }
  Words arguments = {"-w", "1", "--host-delay", "300ms"};
  for (int host = 1; host <= 20; ++host) {
    arguments.push_back(server->Url("/start", "127.0.0." + std::to_string(host)));
  }
  Crawl crawl(Crawl::Polite());
  crawl.Run(arguments);
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 80);
  CheckGaps(server->log(), milliseconds(300));
  // Every host has had its second request before any has its last: they advance side by side.
  auto last_second = simweb::AccessEntry{}.arrived;
  auto first_last = ByHost(server->log()).begin()->second.back().arrived;
  for (const auto& [host, entries] : ByHost(server->log())) {
    REQUIRE(entries.size() == 5);
    last_second = std::max(last_second, entries[1].arrived);
    first_last = std::min(first_last, entries[4].arrived);
  }
  CHECK(last_second < first_last);
}

TEST_CASE("politeness: Retry-After is waited out by the whole host") {
  const auto server = StartRough();
  server->AddPage("/start", LinkPage({"/429?after=2&amp;times=1&amp;key=x", "/a", "/b"}));
  server->AddPage("/a", LinkPage({}));
  server->AddPage("/b", LinkPage({}));
  Crawl crawl;
  crawl.Run({server->Url("/start"), "--host-connections", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const Entries entries = ByHost(server->log()).begin()->second;
  CHECK(entries.size() == 6);  // robots.txt, start, a, b, and the page that asks for patience twice
  const auto refused = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.status == 429; });
  REQUIRE(refused != entries.end());
  REQUIRE(refused + 1 != entries.end());
  CHECK(Gap(*refused, *(refused + 1)) + kLogSlack >= std::chrono::seconds(2));
  CHECK(crawl.Number("SELECT status FROM v_pages WHERE url LIKE '%/429%'") == 200);
}

TEST_CASE("politeness: without a delay a host may be asked several times at once, and no more than --connections") {
  const auto server = StartRough();
  Words hrefs;
  for (int i = 0; i < 12; ++i) {
    hrefs.push_back("/slow?ms=200&amp;i=" + std::to_string(i));
  }
  server->AddPage("/start", LinkPage(hrefs));
  Crawl crawl;
  crawl.Run({server->Url("/start"), "--connections", "4", "-w", "2", "-d", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 13);
  // The most that were open at one moment.
  std::size_t most = 0;
  const Entries entries = server->log().Snapshot();
  for (const auto& at : entries) {
    most = std::max(most, static_cast<std::size_t>(std::count_if(entries.begin(), entries.end(), [&](const auto& e) {
                      return e.arrived <= at.arrived && at.arrived + kLogSlack < e.ended;
                    })));
  }
  CHECK(most > 1);
  CHECK(most <= 4);
}

TEST_CASE("politeness: every request says who crawls") {
  const auto server = StartRough();
  server->AddPage("/start", LinkPage({"/a"}));
  server->AddPage("/a", "end");
  Crawl crawl;
  crawl.Run({server->Url("/start")});
  CHECK(server->log().total() == 3);
  for (const auto& entry : server->log().Snapshot()) {
    CHECK_MESSAGE(entry.user_agent.starts_with("spinneret/"), entry.user_agent);
    CHECK_MESSAGE(entry.user_agent.find("http") != std::string::npos, entry.user_agent);
  }
  Crawl named;
  named.Run({server->Url("/start"), "-U", "example-bot/2 (+https://bot.example/)"});
  for (const auto& entry : server->log().Snapshot()) {
    if (!entry.user_agent.starts_with("spinneret/")) {
      CHECK(entry.user_agent == "example-bot/2 (+https://bot.example/)");
    }
  }
  CHECK(server->log().total() == 6);
}
}  // TEST_SUITE("integration/politeness")

}  // namespace
}  // namespace spinneret::testing
