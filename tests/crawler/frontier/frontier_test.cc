#include "crawler/frontier/frontier.h"

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <unistd.h>

#include "crawler/frontier/identity.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/crawler/frontier/fake_clock.h"

namespace spinneret {
namespace {

using std::chrono::milliseconds;

// What a site answers: its pages' links, and redirects. Paths are those of http://site.test; a link "!/x" is one that is
// not followed.
struct Site {
  std::map<std::string, std::vector<std::string>> pages;
  std::map<std::string, std::string> redirects;
  std::map<std::string, std::string> refreshes;  // of pages
};

std::string Absolute(const std::string& path) {
  return path.starts_with('/') ? "http://site.test" + path : path;
}

// A crawl without threads and sockets: the frontier on a real store, and a worker that answers from a Site.
class Simulation {
 public:
  Simulation(Site site, FrontierSettings settings, ScopeKind scope = ScopeKind::kHost)
      : site_(std::move(site)), directory_(MakeDirectory()) {
    settings.host_delay = milliseconds(0);
    settings.obey_robots = false;
    settings.split.batches = 4;
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Create(directory_ / "crawl.db", "{}");
    REQUIRE(store.has_value());
    store_ = std::move(*store);
    ScopeSettings scope_settings;
    scope_settings.kind = scope;
    keys_.emplace(store_->secret(), settings.canonical);
    settings_ = settings;
    frontier_.emplace(settings, std::move(*Scope::Make(scope_settings)), *store_, clock_);
  }
  ~Simulation() {
    frontier_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Seed(const std::string& path, std::optional<std::uint16_t> hops = std::nullopt) {
    frontier_->AddSeed(*Url::Parse(Absolute(path)), hops, {});
  }

  // Answers until nothing is left, taking what is out in an order drawn from `order`.
  void Run(std::uint32_t order = 1) {
    std::mt19937 random(order);
    std::vector<std::pair<FetchJob, std::uint32_t>> out;
    while (true) {
      while (Host* host = frontier_->PopReady(clock_.Now())) {
        bool empty = true;  // then the frontier has ended it already
        frontier_->MakeBatch(*host, 3, [&](Result<UrlBatch> batch) {
          REQUIRE(batch.has_value());
          for (FetchJob& job : batch->urls) {
            out.emplace_back(std::move(job), batch->host_index);
          }
          if (!batch->urls.empty()) {
            left_[batch->host_index] += batch->urls.size();
            empty = false;
          }
        });
        if (empty) {
          continue;
        }
        ++batches_out_[host->index];
        if (batches_out_[host->index] >= 4) {
          break;
        }
      }
      if (out.empty()) {
        return;
      }
      const std::size_t pick = random() % out.size();
      std::swap(out[pick], out.back());
      const auto [job, host_index] = std::move(out.back());
      out.pop_back();
      Answer(job, frontier_->HostAt(host_index));
      if (--left_[host_index] == 0) {
        for (; batches_out_[host_index] > 0; --batches_out_[host_index]) {
          frontier_->BatchEnded(frontier_->HostAt(host_index), 0, {});
        }
      }
    }
  }

  // Another frontier takes up what the store knows.
  void Restart(const std::vector<std::uint32_t>& drop_rules = {}) {
    store_->Commit([](Result<void> committed) { REQUIRE(committed.has_value()); });
    frontier_.emplace(settings_, std::move(*Scope::Make(ScopeSettings{})), *store_, clock_);
    REQUIRE(frontier_->DropStoredRules(drop_rules).has_value());
    REQUIRE(frontier_->Load().has_value());
  }

  // The details of what was skipped for `reason`.
  std::multiset<std::string> Skipped(std::string_view reason) {
    std::multiset<std::string> details;
    CHECK(
        store_->LoadSkipped(reason, [&](UrlHandle, std::string_view detail) { details.emplace(detail); }).has_value());
    return details;
  }

  // Every known URL with its admission.
  std::map<std::string, std::string> Verdicts() {
    std::map<std::string, std::string> verdicts;
    const Result<void> loaded = store_->LoadUrls(
        [&](const KnownUrl& url) { verdicts.emplace(url.url, std::to_string(static_cast<int>(url.admission))); });
    CHECK(loaded.has_value());
    return verdicts;
  }

  const std::multiset<std::string>& fetched() const { return fetched_; }
  Frontier& frontier() { return *frontier_; }

 private:
  static std::filesystem::path MakeDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "frontier_test.XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    return name;
  }

  Discovery Discover(const std::string& url, std::string& host) {
    const std::optional<Url> parsed = Url::Parse(url);
    REQUIRE(parsed.has_value());
    host = parsed->host_key_text();
    return {keys_->Fingerprint(url), keys_->Host(host), host, url};
  }

  void Answer(const FetchJob& job, Host& host) {
    const std::string path = job.text.starts_with("http://site.test") ? job.text.substr(16) : job.text;
    fetched_.insert(path);
    std::string target_host;
    FetchRow fetch;
    fetch.url = job.url;
    store_->AddFetch(fetch);
    if (const auto redirect = site_.redirects.find(path); redirect != site_.redirects.end()) {
      const std::string target = Absolute(redirect->second);
      Discovery discovery = Discover(target, target_host);
      discovery.respelling = keys_->FindRespelling(job.text, target);
      frontier_->Redirected(job.url, host, frontier_->AddRedirect(job.url, discovery, false));
      return;
    }
    store_->AddPage(PageRow{.url = job.url,
                            .title = {},
                            .description = {},
                            .h1 = {},
                            .lang = {},
                            .canonical = {},
                            .robots = {},
                            .cut = {}});
    std::vector<LinkRow> rows;
    for (const std::string& link : site_.pages[path]) {
      const bool nofollow = link.starts_with('!');
      const std::string target = Absolute(link.substr(nofollow ? 1 : 0));
      const UrlHandle to = frontier_->AddLink(job.url, Discover(target, target_host),
                                              nofollow ? Admission{AdmissionCode::kNofollow, "rel"} : Admission{});
      rows.push_back(LinkRow{to, {}, {}, "a", nofollow});
    }
    store_->AddLinks(job.url, rows);
    UrlHandle onward;
    if (const auto refresh = site_.refreshes.find(path); refresh != site_.refreshes.end()) {
      onward = frontier_->AddRefresh(job.url, Discover(Absolute(refresh->second), target_host));
    }
    frontier_->Fetched(job.url, host, onward);
  }

  Site site_;
  std::filesystem::path directory_;
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<KeyMaker> keys_;
  FrontierSettings settings_;
  std::optional<Frontier> frontier_;
  std::multiset<std::string> fetched_;
  std::map<std::uint32_t, std::size_t> left_, batches_out_;
};

using Paths = std::multiset<std::string>;

// Breadth first over the site, redirects costing nothing: what -d N means.
Paths WithinHops(const Site& site, const std::string& seed, int hops) {
  std::map<std::string, int> distance{{seed, 0}};
  std::vector<std::string> layer{seed};
  for (int depth = 0; depth <= hops && !layer.empty(); ++depth) {
    std::vector<std::string> next;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const std::string path = layer[i];
      if (const auto redirect = site.redirects.find(path); redirect != site.redirects.end()) {
        if (!distance.contains(redirect->second) || distance[redirect->second] > depth) {
          distance[redirect->second] = depth;
          layer.push_back(redirect->second);
        }
        continue;
      }
      if (const auto refresh = site.refreshes.find(path); refresh != site.refreshes.end()) {
        if (!distance.contains(refresh->second) || distance[refresh->second] > depth) {
          distance[refresh->second] = depth;
          layer.push_back(refresh->second);
        }
      }
      const auto page = site.pages.find(path);
      if (depth == hops || page == site.pages.end()) {
        continue;
      }
      for (const std::string& link : page->second) {
        if (!link.starts_with('!') && distance.emplace(link, depth + 1).second) {
          next.push_back(link);
        }
      }
    }
    layer = std::move(next);
  }
  Paths paths;
  for (const auto& [path, depth] : distance) {
    paths.insert(path);
  }
  return paths;
}

}  // namespace

TEST_SUITE("crawler/frontier/frontier") {
TEST_CASE("Frontier: everything in scope is asked once, however many links lead to it") {
  Site site;
  site.pages["/"] = {"/a", "/b", "/a", "http://other.test/"};
  site.pages["/a"] = {"/", "/b"};
  site.pages["/b"] = {"/a"};
  Simulation crawl(site, {});
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/a", "/b"});
  CHECK(crawl.frontier().totals().pending == 0);
  CHECK(crawl.frontier().totals().pages == 3);
}

TEST_CASE("Frontier: a depth limit is exact whatever the order in which pages arrive") {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    Site site;
    const int pages = 20;
    for (int i = 0; i < pages; ++i) {
      const std::string path = i == 0 ? "/" : "/" + std::to_string(i);
      if (i > 0 && random() % 6 == 0) {
        site.redirects[path] = "/" + std::to_string(1 + random() % (pages - 1));
        continue;
      }
      for (std::uint32_t k = 0; k < 1 + random() % 3; ++k) {
        const std::string nofollow = random() % 4 == 0 ? "!" : "";
        site.pages[path].push_back(nofollow + "/" + std::to_string(1 + random() % (pages - 1)));
      }
      if (random() % 6 == 0) {
        site.refreshes[path] = "/" + std::to_string(1 + random() % (pages - 1));
      }
    }
    FrontierSettings settings;
    settings.max_depth = random() % 5;
    Simulation crawl(site, settings);
    crawl.Seed("/");
    crawl.Run(static_cast<std::uint32_t>(round));
    CHECK(crawl.fetched() == WithinHops(site, "/", static_cast<int>(*settings.max_depth)));
  }
}

TEST_CASE("Frontier: a link that is not followed makes its target known, and never decides what becomes of it") {
  Site site;
  site.pages["/"] = {"!/only", "!/both", "!http://other.test/out", "!/deep", "/a", "/hop", "/b"};
  site.pages["/a"] = {"/both", "http://other.test/out", "!/only"};
  site.pages["/b"] = {"/c", "!/moved", "!http://other.test/only"};
  site.pages["/c"] = {"/deep"};
  site.pages["/both"] = {"/both/child", "!/a"};
  site.redirects["/hop"] = "/moved";
  FrontierSettings settings;
  settings.max_depth = 2;
  std::map<std::string, std::string> first;
  for (std::uint32_t order = 1; order <= 24; ++order) {
    CAPTURE(order);
    Simulation crawl(site, settings);
    crawl.Seed("/");
    crawl.Run(order);
    CHECK(crawl.fetched() == Paths{"/", "/a", "/b", "/both", "/c", "/hop", "/moved"});
    const std::map<std::string, std::string> verdicts = crawl.Verdicts();
    if (order == 1) {
      first = verdicts;
      CHECK(verdicts.at("http://site.test/only") == "10");
      CHECK(verdicts.at("http://other.test/only") == "10");
      CHECK(verdicts.at("http://other.test/out") == "1");
      CHECK(verdicts.at("http://site.test/deep") == "2");
      CHECK(verdicts.at("http://site.test/both/child") == "2");
    }
    CHECK(verdicts == first);
  }
}

TEST_CASE("Frontier: what only nofollow links lead to is still open to a path that a later run finds") {
  Site site;
  site.pages["/"] = {"!/x", "/a"};
  site.pages["/a"] = {"/x"};
  site.pages["/x"] = {"/y"};
  FrontierSettings settings;
  settings.max_depth = 0;
  Simulation crawl(site, settings);
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/"});
  crawl.Restart();
  crawl.Seed("/x", std::uint16_t{1});
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/x", "/y"});
  CHECK(crawl.frontier().totals().pending == 0);
}

TEST_CASE("Frontier: a seed's own depth holds in place of the crawl's") {
  Site site;
  site.pages["/a"] = {"/a1"};
  site.pages["/a1"] = {"/a2"};
  site.pages["/b"] = {"/b1"};
  site.pages["/b1"] = {"/b2"};
  FrontierSettings settings;
  settings.max_depth = 1;
  Simulation crawl(site, settings);
  crawl.Seed("/a", std::uint16_t{2});
  crawl.Seed("/b");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/a", "/a1", "/a2", "/b", "/b1"});
}

TEST_CASE("Frontier: a seed's redirect widens the scope, also for links that were refused before") {
  Site site;
  site.pages["/"] = {"http://www.test/early"};
  site.redirects["/moved"] = "http://hop.test/";
  site.redirects["http://hop.test/"] = "http://www.test/";
  site.pages["http://www.test/"] = {"http://www.test/late", "http://hop.test/not-final"};
  for (const std::uint32_t order : {1U, 2U, 3U, 4U, 5U}) {
    CAPTURE(order);
    Simulation crawl(site, {});
    crawl.Seed("/");
    crawl.Seed("/moved");
    crawl.Run(order);
    CHECK(crawl.fetched() == Paths{"/", "/moved", "http://hop.test/", "http://www.test/", "http://www.test/early",
                                   "http://www.test/late"});
    CHECK(crawl.frontier().widened_hosts() == std::vector<std::string>{"www.test"});
  }
}

TEST_CASE("Frontier: a URL that a link had refused for scope is asked once when a seed's redirect leads to it") {
  Site site;
  site.pages["/"] = {"http://www.test/x"};
  site.redirects["/moved"] = "http://www.test/x";
  site.pages["http://www.test/x"] = {"http://www.test/y"};
  for (std::uint32_t order = 1; order <= 12; ++order) {
    CAPTURE(order);
    Simulation crawl(site, {});
    crawl.Seed("/");
    crawl.Seed("/moved");
    crawl.Run(order);
    CHECK(crawl.fetched() == Paths{"/", "/moved", "http://www.test/x", "http://www.test/y"});
  }
}

TEST_CASE("Frontier: the redirect limit does not depend on which way to a URL is found first") {
  Site site;
  site.redirects["/r3"] = "/r2";
  site.redirects["/r2"] = "/r1";
  site.redirects["/r1"] = "/r0";
  site.pages["/"] = {"/r3", "/later"};
  site.pages["/later"] = {"/r2"};
  site.pages["/r0"] = {"/end"};
  FrontierSettings settings;
  settings.max_redirects = 2;
  for (std::uint32_t order = 1; order <= 12; ++order) {
    CAPTURE(order);
    Simulation crawl(site, settings);
    crawl.Seed("/");
    crawl.Run(order);
    CHECK(crawl.fetched() == Paths{"/", "/end", "/later", "/r0", "/r1", "/r2", "/r3"});
  }
}

TEST_CASE("Frontier: a redirect chain over the limit ends, and says so") {
  Site site;
  for (int i = 0; i < 10; ++i) {
    site.redirects["/r" + std::to_string(i)] = "/r" + std::to_string(i + 1);
  }
  site.pages["/"] = {"/r0"};
  FrontierSettings settings;
  settings.max_redirects = 3;
  Simulation crawl(site, settings);
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/r0", "/r1", "/r2", "/r3"});
}

TEST_CASE("Frontier: pages that refresh to each other are asked once, and those that go on and on end at the limit") {
  Site site;
  site.pages["/"] = {"/a", "/0"};
  site.pages["/a"] = {};
  site.refreshes["/a"] = "/b";
  site.refreshes["/b"] = "/a";
  for (int i = 0; i < 10; ++i) {
    site.refreshes["/" + std::to_string(i)] = "/" + std::to_string(i + 1);
  }
  FrontierSettings settings;
  settings.max_redirects = 3;
  Simulation crawl(site, settings);
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/0", "/1", "/2", "/3", "/a", "/b"});
  CHECK(crawl.frontier().totals().redirects == 0);
  CHECK(crawl.frontier().totals().pages == 7);
}

TEST_CASE("Frontier: a seed's refresh widens the scope as its redirect does") {
  Site site;
  site.redirects["/"] = "http://hop.test/";
  site.refreshes["http://hop.test/"] = "http://www.test/";
  site.pages["http://www.test/"] = {"http://www.test/late"};
  Simulation crawl(site, {});
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "http://hop.test/", "http://www.test/", "http://www.test/late"});
  CHECK(crawl.frontier().widened_hosts() == std::vector<std::string>{"hop.test", "www.test"});
}

TEST_CASE("Frontier: a redirect loop is asked once around") {
  Site site;
  site.redirects["/a"] = "/b";
  site.redirects["/b"] = "/a";
  Simulation crawl(site, {});
  crawl.Seed("/a");
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/a", "/b"});
  CHECK(crawl.frontier().totals().redirects == 2);
}

TEST_CASE("Frontier: --host-limit lets out that many pages and skips the rest at the end") {
  Site site;
  site.pages["/"] = {"/1", "/2", "/3", "/4", "/5"};
  FrontierSettings settings;
  settings.host_limit = 3;
  Simulation crawl(site, settings);
  crawl.Seed("/");
  crawl.Run();
  CHECK(crawl.fetched().size() == 3);
  CHECK(crawl.frontier().OnlyHostLimitsLeft());
  crawl.frontier().SkipBeyondHostLimits();
  CHECK(crawl.frontier().totals().pending == 0);
  CHECK(crawl.frontier().totals().skipped == 3);
}

// "/" leads to three pages of each kind, one of them later.
Site TwoKinds() {
  Site site;
  site.pages["/"] = {"/a1", "/b1", "/a2", "/b2"};
  site.pages["/a2"] = {"/b3"};
  return site;
}

TEST_CASE("Frontier: what a live rule hides is pending and unasked until the rule is dropped") {
  Simulation crawl(TwoKinds(), {});
  crawl.Seed("/");
  REQUIRE(crawl.frontier().AddRule(LiveRuleKind::kExclude, "/b").value_or(0) == 1);
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/a1", "/a2"});
  CHECK(crawl.frontier().hidden_count() == 3);
  CHECK(crawl.frontier().totals().pending == 3);
  CHECK(crawl.frontier().totals().skipped == 0);
  CHECK(crawl.frontier().OnlySetAsideLeft());
  CHECK_FALSE(crawl.frontier().Exhausted());

  const Result<LiveRuleLook> dropped = crawl.frontier().DropRule(1);
  REQUIRE(dropped.has_value());
  CHECK(dropped->hidden == 3);
  CHECK_FALSE(crawl.frontier().DropRule(1).has_value());
  CHECK_FALSE(crawl.frontier().OnlySetAsideLeft());
  CHECK_FALSE(crawl.frontier().BringBackHidden(2));
  CHECK(crawl.frontier().BringBackHidden(2));
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/a1", "/a2", "/b1", "/b2", "/b3"});
  CHECK(crawl.frontier().Exhausted());
}

TEST_CASE(
    "Frontier: live rules hold in a later run, name what they leave out at the end, and a run may begin without them") {
  Simulation crawl(TwoKinds(), {});
  crawl.Seed("/");
  REQUIRE(crawl.frontier().AddRule(LiveRuleKind::kExclude, "/nothing").has_value());
  REQUIRE(crawl.frontier().AddRule(LiveRuleKind::kExclude, "/b").has_value());
  REQUIRE(crawl.frontier().DropRule(1).has_value());
  crawl.Run();
  crawl.Restart();
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/a1", "/a2"});
  REQUIRE(crawl.frontier().rules().size() == 1);
  CHECK(crawl.frontier().rules()[0].number == 2);
  CHECK(crawl.frontier().rules()[0].hidden == 3);
  CHECK_FALSE(crawl.frontier().SkipSetAside(2));
  CHECK(crawl.frontier().SkipSetAside(2));
  CHECK(crawl.frontier().Exhausted());
  CHECK(crawl.Skipped("exclude") == Paths{"rule 2: /b", "rule 2: /b", "rule 2: /b"});

  crawl.Restart({2});
  CHECK(crawl.frontier().rules().empty());
  CHECK(crawl.frontier().AddRule(LiveRuleKind::kExclude, "/c").value_or(0) == 3);
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/a1", "/a2", "/b1", "/b2", "/b3"});
  CHECK(crawl.Skipped("exclude").empty());
}

TEST_CASE("Frontier: a seed and where it redirects to pass a live include") {
  Site site;
  site.redirects["/"] = "/home";
  site.pages["/home"] = {"/docs/1", "/other"};
  Simulation crawl(std::move(site), {});
  crawl.Seed("/");
  REQUIRE(crawl.frontier().AddRule(LiveRuleKind::kInclude, "/docs/").has_value());
  crawl.Run();
  CHECK(crawl.fetched() == Paths{"/", "/docs/1", "/home"});
  CHECK(crawl.frontier().SkipSetAside(10));
  CHECK(crawl.Skipped("include") == Paths{"rule 1: /docs/"});
}

TEST_CASE("Frontier: spellings that the canonical rules merge are asked once, by the first spelling seen") {
  FrontierSettings settings;
  settings.canonical = CanonicalRules({.strip_params = {"utm_*"}, .keep_params = {}, .sort_params = true});
  Site site;
  site.pages["/"] = {"/p?b=1&a=2&utm_source=x", "/p?a=2&b=1", "/p?utm_medium=y&a=2&b=1", "/p?a=3"};
  Simulation simulation(site, settings);
  simulation.Seed("/");
  simulation.Run();
  CHECK(simulation.fetched() == Paths{"/", "/p?b=1&a=2&utm_source=x", "/p?a=3"});
  CHECK(simulation.frontier().known_count() == 3);
}

TEST_CASE("Frontier: a redirect to another spelling of its own canonical key is followed") {
  FrontierSettings settings;
  settings.canonical =
      CanonicalRules({.strip_params = {"sid"}, .keep_params = {}, .trailing_slash = TrailingSlash::kIgnore});
  Site site;
  site.pages["/"] = {"/a", "/b/", "/a/", "/loop", "/s?sid=1"};
  site.redirects["/a"] = "/a/";        // a slash is added
  site.redirects["/b/"] = "/b";        // or taken away
  site.redirects["/loop"] = "/loop/";  // both
  site.redirects["/loop/"] = "/loop";
  site.redirects["/s?sid=1"] = "/s/?sid=1";
  site.redirects["/s/?sid=1"] = "/s?sid=1";
  Simulation simulation(site, settings);
  simulation.Seed("/");
  simulation.Run();
  const Paths all{"/", "/a", "/a/", "/b/", "/b", "/loop", "/loop/", "/s?sid=1", "/s/?sid=1"};
  CHECK(simulation.fetched() == all);

  // After a resume they are known by the same names: nothing is asked again, nor known twice.
  simulation.Restart();
  CHECK(simulation.frontier().known_count() == all.size());
  for (const char* path : {"/", "/a", "/a/", "/b", "/loop/", "/s?sid=2"}) {
    simulation.Seed(path);
  }
  simulation.Run();
  CHECK(simulation.frontier().known_count() == all.size());
  CHECK(simulation.fetched() == all);
}
}

}  // namespace spinneret
