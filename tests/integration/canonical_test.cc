// Which URLs are one (docs/canonical_url.md), from the command line to the rows, over a resume too.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// Pages that link to each other by many spellings; /list redirects to /list/, as a server does that has a folder.
std::unique_ptr<simweb::RoughServer> StartSpellings() {
  auto server = StartRough();
  server->AddPage("/", LinkPage({"/p?id=1&amp;utm_source=a", "/p?utm_source=b&amp;id=1", "/list"}));
  server->AddPage("/p", LinkPage({"/q?b=2&amp;a=1", "/q?a=1&amp;b=2", "/p?id=2&amp;utm_medium=c", "/p?id=1"}));
  server->AddPage("/q", LinkPage({"/list/", "/p?id=2"}));
  server->AddPage("/list", "", "text/html", {{"Location", "/list/"}}, {}, 301);
  server->AddPage("/list/", LinkPage({"/", "/list"}));
  return server;
}

const Words kFlags = {"--strip-params", "utm_*", "--sort-params", "--trailing-slash", "ignore"};
const Words kSpellings = {"/", "/list", "/list/", "/p?id=1&utm_source=a", "/p?id=2&utm_medium=c", "/q?b=2&a=1"};

Words Arguments(const std::string& seed, const Words& more) {
  Words arguments = {seed};
  arguments.insert(arguments.end(), kFlags.begin(), kFlags.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_SUITE("integration/canonical") {
TEST_CASE("canonical: spellings that the options merge are asked once, as the first was written") {
  const auto server = StartSpellings();
  Crawl crawl;
  crawl.Run(Arguments(server->Url("/"), {"-w", "1"}));
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == kSpellings);
  CHECK(crawl.Paths() == kSpellings);
  // Every link to any spelling leads to the first.
  CHECK(Query(crawl.database(), "SELECT to_url FROM v_links WHERE from_url LIKE '%/q?%'") ==
        Rows{{server->Url("/list")}, {server->Url("/p?id=2&utm_medium=c")}});
  CHECK(crawl.Value("SELECT final_url FROM v_pages WHERE url LIKE '%/list'") == server->Url("/list/"));
  crawl.CheckWhole();
}

TEST_CASE("canonical: a resumed crawl knows URLs by the same keys") {
  const auto server = StartSpellings();
  Crawl crawl;
  for (int pages = 1; pages <= 5; ++pages) {
    const std::string limit = std::to_string(pages);
    if (pages == 1) {
      crawl.Run(Arguments(server->Url("/"), {"-w", "1", "--limit", limit}));
    } else {
      crawl.Resume({"--limit", limit});
    }
    CHECK_MESSAGE(crawl.exit_code() == (pages < 5 ? 16 : 0), crawl.result().err);
  }
  CHECK(Asked(server->log()) == kSpellings);
  CHECK(crawl.Paths() == kSpellings);
  crawl.CheckWhole();
}

TEST_CASE("url: shows the key under the options, for one URL and for many") {
  const std::string one = Spinneret({"url", "http://a.test/x/?b=1&a=2&utm_x=3", "--strip-params", "utm_*",
                                     "--sort-params", "--trailing-slash", "ignore"})
                              .out;
  CHECK(one.find("http://a.test/x/?b=1&a=2&utm_x=3\n") != std::string::npos);
  CHECK(one.find("http://a.test/x?a=2&b=1\n") != std::string::npos);
  ProcessOptions options;
  options.input = "{\"url\": \"http://a.test/?b&a\"}\n{\"url\": \"?c\", \"base\": \"http://a.test/\"}\n";
  const ProcessResult many = Spinneret({"url", "--jsonl", "--keep-params", "a"}, options);
  CHECK(many.exit_code == 0);
  CHECK(many.out ==
        "{\"canonical\":\"http://a.test/?a\",\"href\":\"http://a.test/?b&a\"}\n"
        "{\"canonical\":\"http://a.test/\",\"href\":\"http://a.test/?c\"}\n");
}
}  // TEST_SUITE("integration/canonical")

}  // namespace spinneret::testing
