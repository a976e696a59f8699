#include "cli/crawl_flags.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;
using Words = std::vector<std::string>;
using Command = CrawlFlags::Command;

// The options that `words` give, or the message of what is wrong with them.
struct Parsed {
  CrawlOptions options;
  std::string error;
};

Parsed Parse(const Words& words, const StoredSettings* stored = nullptr) {
  CLI::App app;
  CrawlFlags flags;
  flags.AddTo(app, stored == nullptr ? Command::kCrawl : Command::kResume);
  Words reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return {{}, error.what()};
  }
  Result<CrawlOptions> options = stored == nullptr ? flags.Build() : flags.Overlay(*stored);
  if (!options) {
    return {{}, options.error().message};
  }
  return {std::move(*options), {}};
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("cli/crawl_flags") {
TEST_CASE("crawl flags: each option reaches its setting") {
  const Parsed parsed = Parse({"https://shop.example/",
                               "--scope",
                               "domain",
                               "--include",
                               "[a-z]",
                               "--include",
                               "b",
                               "--exclude",
                               "[0-9]",
                               "-d",
                               "3",
                               "--strip-params",
                               "utm_*,sid",
                               "--strip-params",
                               "a%2Cb",
                               "--keep-params",
                               "q",
                               "--sort-params",
                               "--trailing-slash",
                               "ignore",
                               "--limit",
                               "10",
                               "--host-limit",
                               "4",
                               "--time-limit",
                               "1.5s",
                               "--size-limit",
                               "2G",
                               "--max-body",
                               "1k",
                               "--max-redirects",
                               "0",
                               "--max-url-length",
                               "100",
                               "-w",
                               "3",
                               "--connections",
                               "9",
                               "--host-connections",
                               "2",
                               "--host-delay",
                               "0",
                               "--adaptive-delay",
                               "off",
                               "--robots",
                               "ignore",
                               "--retries",
                               "0",
                               "-U",
                               "bot/1",
                               "-H",
                               "A: 1",
                               "-H",
                               "B: 2",
                               "--user",
                               "a:b",
                               "--proxy",
                               "p.example:80",
                               "--timeout",
                               "5s",
                               "--accept",
                               "Text/HTML, image/*",
                               "--accept",
                               "text/css",
                               "--resolve",
                               "shop.example:443:192.0.2.7",
                               "--allow-private",
                               "--insecure",
                               "-o",
                               "x.db",
                               "--store-body",
                               "zstd"});
  REQUIRE(parsed.error == "");
  const CrawlOptions& options = parsed.options;
  REQUIRE(options.seeds.size() == 1);
  CHECK(options.scope == ScopeKind::kDomain);
  CHECK(options.include == Words{"[a-z]", "b"});
  CHECK(options.exclude == Words{"[0-9]"});
  CHECK(options.max_depth == 3U);
  CHECK(options.canonical == CanonicalOptions{{"utm_*", "sid", "a%2Cb"}, {"q"}, true, TrailingSlash::kIgnore});
  CHECK(options.limit == 10U);
  CHECK(options.host_limit == 4U);
  CHECK(options.time_limit == milliseconds{1500});
  CHECK(options.size_limit_bytes == 2ULL << 30U);
  CHECK(options.max_body_bytes == 1024);
  CHECK(options.max_redirects == 0);
  CHECK(options.max_url_length == 100);
  CHECK(options.workers == 3);
  CHECK(options.connections == 9);
  CHECK(options.host_connections == 2U);
  CHECK(options.host_delay == milliseconds{0});
  CHECK_FALSE(options.adaptive_delay);
  CHECK(options.robots == RobotsMode::kIgnore);
  CHECK(options.retries == 0);
  CHECK(options.user_agent == "bot/1");
  CHECK(options.headers == Words{"A: 1", "B: 2"});
  CHECK(options.user == "a:b");
  CHECK(options.proxies == Words{"p.example:80"});
  CHECK(options.timeout == milliseconds{5000});
  CHECK(options.accept == Words{"text/html", "image/*", "text/css"});
  CHECK(options.resolve == Words{"shop.example:443:192.0.2.7"});
  CHECK(options.allow_private);
  CHECK(options.insecure);
  CHECK(options.database == "x.db");
  CHECK(options.store_body == StoreBody::kZstd);
}

TEST_CASE("crawl flags: without options the defaults of CrawlOptions hold") {
  const Parsed parsed = Parse({"shop.example", "other.example"});
  REQUIRE(parsed.error == "");
  CHECK(parsed.options.seeds.size() == 2);
  CHECK(SettingsToJson(parsed.options) == [] {
    CrawlOptions options;
    options.seeds = {{SeedSource::Kind::kUrl, "https://shop.example"},
                     {SeedSource::Kind::kUrl, "https://other.example"}};
    return SettingsToJson(options);
  }());
}

TEST_CASE("crawl flags: a list option takes one value each time, so that seeds may follow it") {
  const testing::TempDir folder;
  std::ofstream(folder / "list") << "\n";
  const Parsed parsed = Parse({"-i", folder / "list", "shop.example", "-H", "A: 1", "other.example"});
  REQUIRE(parsed.error == "");
  CHECK(parsed.options.seeds.size() == 3);
  CHECK(parsed.options.headers == Words{"A: 1"});
}

TEST_CASE("crawl flags: given twice, the last one holds") {
  CHECK(Parse({"a.example", "-w", "2", "-w", "5", "--timeout", "1s", "--timeout", "2s"}).options.workers == 5);
  CHECK(Parse({"a.example", "--scope", "any", "--scope", "page"}).options.scope == ScopeKind::kPage);
}

TEST_CASE("crawl flags: a flag wins over the environment, which wins over the default") {
  setenv("SPINNERET_WORKERS", "7", 1);
  CHECK(Parse({"a.example"}).options.workers == 7);
  CHECK(Parse({"a.example", "-w", "2"}).options.workers == 2);
  setenv("SPINNERET_WORKERS", "many", 1);
  CHECK(Has(Parse({"a.example"}).error, "many"));
  unsetenv("SPINNERET_WORKERS");
  CHECK(Parse({"a.example"}).options.workers == 0);
}

TEST_CASE("crawl flags: values that cannot be used are refused with the option's name") {
  for (const auto& row : std::vector<std::pair<std::string, std::string>>{
           {"--host-delay", "5"},     {"--host-delay", "-1s"},  {"--timeout", "0"},
           {"--time-limit", "0s"},    {"--limit", "0"},         {"--limit", "-1"},
           {"--limit", "1e3"},        {"--workers", "0"},       {"--workers", "257"},
           {"--max-redirects", "51"}, {"--size-limit", "0"},    {"--max-body", "12q"},
           {"--scope", "galaxy"},     {"--robots", "maybe"},    {"--adaptive-delay", "yes"},
           {"--include", "("},        {"--header", "no colon"}, {"--user", "ann"},
           {"--proxy", "ftp://p"},    {"--resolve", "x"},       {"--ca-file", "/no/such/file"},
           {"--store-body", "brick"}, {"--accept", "html"},     {"--progress", "loud"},
           {"--output", ""}}) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    CHECK(Has(Parse({"a.example", row.first, row.second}).error, row.first));
  }
}

TEST_CASE("crawl flags: options that contradict each other are both named") {
  struct Row {
    Words words;
    const char* first;
    const char* second;
  };
  const testing::TempDir folder;
  std::ofstream(folder / "ca.pem") << "\n";
  for (const Row& row :
       {Row{{"-q", "-v"}, "--quiet", "--verbose"}, Row{{"-q", "--progress", "tty"}, "--quiet", "--progress"},
        Row{{"--insecure", "--ca-file", folder / "ca.pem"}, "--insecure", "--ca-file"},
        Row{{"--user", "a:b", "-H", "AUTHORIZATION: x"}, "--user", "-H"},
        Row{{"--scope", "page", "-d", "2"}, "--scope", "--depth"},
        Row{{"--connections", "2", "--host-connections", "3"}, "--connections", "--host-connections"}}) {
    Words words = {"a.example"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const std::string error = Parse(words).error;
    CAPTURE(error);
    CHECK(Has(error, row.first));
    CHECK(Has(error, row.second));
  }
  CHECK(Parse({"a.example", "--scope", "page", "-d", "0", "-q", "--progress", "none"}).error.empty());
}

TEST_CASE("crawl flags: no seeds, and stdin twice, are refused") {
  CHECK(Has(Parse({}).error, "spinneret crawl https://"));
  CHECK(Has(Parse({"-i", "-", "-i", "-"}).error, "stdin"));
}

TEST_CASE("resume flags: what is given changes the stored settings, the rest stays") {
  StoredSettings stored;
  stored.options.limit = 5;
  stored.options.workers = 2;
  stored.options.time_limit = milliseconds{1000};
  stored.options.exclude = {"x"};
  const Parsed parsed = Parse({"--limit", "9", "--connections", "3"}, &stored);
  REQUIRE(parsed.error == "");
  CHECK(parsed.options.limit == 9U);
  CHECK(parsed.options.connections == 3);
  CHECK(parsed.options.workers == 2);
  CHECK(parsed.options.time_limit == milliseconds{1000});
  CHECK(parsed.options.exclude == Words{"x"});
  CHECK(Parse({}, &stored).options.connections == 64);
}

TEST_CASE("resume flags: secrets that are not stored are needed again, all of them, and are named") {
  StoredSettings stored;
  stored.needs_again = {"--header", "--user", "--proxy"};
  CHECK(Has(Parse({}, &stored).error, "--header, --user, --proxy"));
  CHECK(Has(Parse({"-H", "A: 1", "--user", "a:b"}, &stored).error, "again: --proxy"));
  const Parsed parsed = Parse({"-H", "A: 1", "--user", "a:b", "--proxy", "p.example:1"}, &stored);
  CHECK(parsed.error == "");
  CHECK(parsed.options.user == "a:b");
  CHECK(parsed.options.proxies == Words{"p.example:1"});
}

TEST_CASE("crawl flags: names of parameters that cannot be are refused") {
  CHECK(Has(Parse({"a.example", "--strip-params", "a,,b"}).error, "--strip-params: a name in it is empty"));
  CHECK(Has(Parse({"a.example", "--strip-params", ""}).error, "a name in it is empty"));
  CHECK(Has(Parse({"a.example", "--keep-params", "a=1"}).error, "%3D"));
  CHECK(Has(Parse({"a.example", "--trailing-slash", "strip"}).error, "keep, ignore"));
}

TEST_CASE("crawl flags: which URLs are one is not changed by a resume") {
  const StoredSettings stored;
  for (const char* flag : {"--sort-params", "--strip-params=a", "--keep-params=a", "--trailing-slash=keep"}) {
    CHECK(Parse({flag}, &stored).error != "");
  }
}
}

}  // namespace
}  // namespace spinneret::cli
