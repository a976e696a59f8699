#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/crawl_options.h"

namespace spinneret {
namespace {

using std::chrono::milliseconds;

CrawlOptions FullOptions() {
  CrawlOptions options;
  options.seeds = {{SeedSource::Kind::kUrl, "https://ann:secret-seed@shop.example/a"},
                   {SeedSource::Kind::kFile, "/seeds/list.txt"},
                   {SeedSource::Kind::kStdin, "-"}};
  options.scope = ScopeKind::kDomain;
  options.include = {"[a-z]+", "b\"c"};
  options.exclude = {"\\?sort="};
  options.max_depth = 0;
  options.max_redirects = 7;
  options.sitemaps_from_robots = true;
  options.sitemaps_only = true;
  options.sitemap_urls = {"https://site.example/sitemap.xml"};
  options.sitemap_from_ms = 1577836800000;
  options.max_url_length = 1000;
  options.canonical = {{"utm_*", "sid"}, {"q"}, true, TrailingSlash::kIgnore};
  options.limit = 12;
  options.host_limit = 3;
  options.size_limit_bytes = std::numeric_limits<std::uint64_t>::max();
  options.time_limit = milliseconds{90'000};
  options.workers = 3;
  options.auto_workers = true;
  options.connections = 99;
  options.host_connections = 4;
  options.host_delay = milliseconds{0};
  options.adaptive_delay = false;
  options.retries = 0;
  options.robots = RobotsMode::kIgnore;
  options.nofollow = NofollowMode::kAll;
  options.user_agent = "bot/1 (+https://bot.example/)";
  options.timeout = milliseconds{1};
  options.max_body_bytes = 5;
  options.accept = {"text/html"};
  options.headers = {"Authorization: Bearer secret-header"};
  options.user = "ann:secret-user";
  options.proxies = {"http://pia:secret-proxy@proxy.example:3128", "socks5h://b.example:1080"};
  options.resolve = {"shop.example:443:192.0.2.7"};
  options.allow_private = true;
  options.allow_net = {"10.0.0.0/8"};
  options.deny_net = {"192.0.2.1", "2001:db8::/32"};
  options.insecure = true;
  options.ca_file = "/etc/ca.pem";
  options.cert = "/etc/me.pem";
  options.key = "/etc/me.key";
  options.cert_password = "secret-cert";
  options.cookies = false;
  options.load_cookies = "/tmp/secret-jar.txt";
  options.save_cookies = "/tmp/jar.txt";
  options.store_body = StoreBody::kZstd;
  return options;
}

TEST_SUITE("crawler/crawl_options") {
TEST_CASE("settings: every option that is no secret comes back as it was") {
  const CrawlOptions options = FullOptions();
  const Result<StoredSettings> stored = SettingsFromJson(SettingsToJson(options));
  REQUIRE(stored);
  const CrawlOptions& back = stored->options;
  REQUIRE(back.seeds.size() == 3);
  CHECK(back.seeds[0].value == "https://shop.example/a");
  CHECK(back.seeds[1].kind == SeedSource::Kind::kFile);
  CHECK(back.seeds[1].value == "/seeds/list.txt");
  CHECK(back.seeds[2].kind == SeedSource::Kind::kStdin);
  CHECK(back.scope == options.scope);
  CHECK(back.include == options.include);
  CHECK(back.exclude == options.exclude);
  CHECK(back.max_depth == options.max_depth);
  CHECK(back.max_redirects == options.max_redirects);
  CHECK(back.sitemaps_from_robots);
  CHECK(back.sitemaps_only);
  CHECK(back.sitemap_urls == options.sitemap_urls);
  CHECK(back.sitemap_from_ms == options.sitemap_from_ms);
  CHECK(back.max_url_length == options.max_url_length);
  CHECK(back.canonical == options.canonical);
  CHECK(back.limit == options.limit);
  CHECK(back.host_limit == options.host_limit);
  CHECK(back.size_limit_bytes == options.size_limit_bytes);
  CHECK(back.time_limit == options.time_limit);
  CHECK(back.workers == options.workers);
  CHECK(back.connections == options.connections);
  CHECK(back.host_connections == options.host_connections);
  CHECK(back.host_delay == options.host_delay);
  CHECK(back.adaptive_delay == options.adaptive_delay);
  CHECK(back.retries == options.retries);
  CHECK(back.robots == options.robots);
  CHECK(back.nofollow == options.nofollow);
  CHECK(back.user_agent == options.user_agent);
  CHECK(back.timeout == options.timeout);
  CHECK(back.max_body_bytes == options.max_body_bytes);
  CHECK(back.accept == options.accept);
  CHECK(back.proxies == std::vector<std::string>{"http://proxy.example:3128", "socks5h://b.example:1080"});
  CHECK(back.resolve == options.resolve);
  CHECK(back.allow_private == options.allow_private);
  CHECK(back.allow_net == options.allow_net);
  CHECK(back.deny_net == options.deny_net);
  CHECK(back.insecure == options.insecure);
  CHECK(back.ca_file == options.ca_file);
  CHECK(back.cert == options.cert);
  CHECK(back.key == options.key);
  CHECK(back.cookies == options.cookies);
  CHECK(back.save_cookies == options.save_cookies);
  CHECK(back.store_body == options.store_body);
}

TEST_CASE("settings: no secret is stored, and those that are needed again are named") {
  const std::string json = SettingsToJson(FullOptions());
  CHECK(json.find("secret-") == std::string::npos);
  const Result<StoredSettings> stored = SettingsFromJson(json);
  REQUIRE(stored);
  CHECK(stored->needs_again == std::vector<std::string>{"--header", "--user", "--proxy", "--cert", "--load-cookies"});
  CHECK(stored->options.headers.empty());
  CHECK(stored->options.user.empty());
  CHECK(stored->options.cert_password.empty());
  CHECK(stored->options.load_cookies.empty());
}

TEST_CASE("settings: defaults come back as defaults, and need no secret") {
  const Result<StoredSettings> stored = SettingsFromJson(SettingsToJson(CrawlOptions{}));
  REQUIRE(stored);
  CHECK(stored->needs_again.empty());
  CHECK_FALSE(stored->options.limit.has_value());
  CHECK_FALSE(stored->options.time_limit.has_value());
  CHECK(stored->options.host_delay == milliseconds{1000});
  CHECK(stored->options.ca_file.empty());
  REQUIRE(SettingsFromJson("{}"));
  CHECK(SettingsFromJson("{\"of_a_later_version\": [1]}").has_value());
}

TEST_CASE("settings: what is no JSON, of the wrong type or out of range is an error that names it") {
  struct Row {
    const char* json;
    const char* named;
  };
  for (const Row& row :
       {Row{"", "JSON"}, Row{"[]", "JSON"}, Row{"{\"workers\":", "JSON"}, Row{"{\"workers\":-1}", "workers"},
        Row{"{\"workers\":4294967296}", "workers"}, Row{"{\"workers\":\"2\"}", "workers"},
        Row{"{\"timeout_ms\":1e300}", "timeout_ms"}, Row{"{\"time_limit_ms\":18446744073709551615}", "time_limit_ms"},
        Row{"{\"scope\":\"galaxy\"}", "scope"}, Row{"{\"scope\":5}", "scope"}, Row{"{\"robots\":\"maybe\"}", "robots"},
        Row{"{\"nofollow\":true}", "nofollow"}, Row{"{\"include\":[1]}", "include"},
        Row{"{\"include\":\"a\"}", "include"}, Row{"{\"seeds\":{}}", "seeds"},
        Row{"{\"seeds\":[{\"kind\":\"moon\"}]}", "seeds"}, Row{"{\"seeds\":[{\"value\":\"x\"}]}", "seeds"},
        Row{"{\"insecure\":1}", "insecure"}}) {
    CAPTURE(std::string(row.json));
    const Result<StoredSettings> stored = SettingsFromJson(row.json);
    REQUIRE_FALSE(stored.has_value());
    CHECK(stored.error().code == ErrorCode::kStorageCorrupt);
    CHECK(stored.error().message.find(row.named) != std::string::npos);
  }
}

TEST_CASE("settings: arguments that are not UTF-8 still give JSON") {
  CrawlOptions options;
  options.user_agent = "caf\xE9";
  CHECK(SettingsFromJson(SettingsToJson(options)).has_value());
}

TEST_CASE("WithoutCredentials: only what stands before the host is taken away") {
  CHECK(WithoutCredentials("https://a:b@h.example/p@q") == "https://h.example/p@q");
  CHECK(WithoutCredentials("https://a@b@h.example/") == "https://h.example/");
  CHECK(WithoutCredentials("https://h.example/?mail=a@b") == "https://h.example/?mail=a@b");
  CHECK(WithoutCredentials("u:p@proxy.example:80") == "proxy.example:80");
  CHECK(WithoutCredentials("https://") == "https://");
  CHECK(WithoutCredentials("").empty());
  CHECK(WithoutCredentials("https:///a@b") == "https:///a@b");
}

TEST_CASE(
    "effective values: one connection to a host that rests, all to one that does not, never more than there are") {
  CrawlOptions options;
  CHECK(options.effective_workers() >= 1);
  CHECK(options.effective_workers() <= 8);
  CHECK(options.effective_host_connections() == 1);
  options.host_delay = milliseconds{0};
  CHECK(options.effective_host_connections() == 64);
  options.host_connections = 100;
  CHECK(options.effective_host_connections() == 64);
  options.workers = 12;
  CHECK(options.effective_workers() == 12);
}

TEST_CASE("effective_user_agent: the default says who crawls, where to read more and how to stop it") {
  const std::string agent = CrawlOptions{}.effective_user_agent();
  CHECK(agent.starts_with("spinneret/"));
  CHECK(agent.find("+https://") != std::string::npos);
  CHECK(agent.find("robots.txt") != std::string::npos);
  CrawlOptions options;
  options.user_agent = "bot/1";
  CHECK(options.effective_user_agent() == "bot/1");
}

TEST_CASE("scope names: to and fro, and nothing else") {
  for (const ScopeKind kind :
       {ScopeKind::kPage, ScopeKind::kPrefix, ScopeKind::kHost, ScopeKind::kDomain, ScopeKind::kAny}) {
    CHECK(ScopeFromName(ScopeName(kind)) == kind);
  }
  CHECK_FALSE(ScopeFromName("Host").has_value());
}
}  // TEST_SUITE("crawler/crawl_options")

}  // namespace
}  // namespace spinneret
