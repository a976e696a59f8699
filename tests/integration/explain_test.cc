// spinneret explain: the rule and its line, from a database and from options alone.
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using Json = nlohmann::json;

Json Explain(Words arguments) {
  arguments.insert(arguments.begin(), {"explain", "--json"});
  const ProcessResult result = Spinneret(arguments);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  const Json json = Json::parse(result.out, nullptr, false);
  REQUIRE_MESSAGE(json.is_object(), result.out);
  return json;
}

}  // namespace

TEST_SUITE("integration/explain") {
TEST_CASE("explain --db: what became of a URL, by which rule, and who led to it") {
  const auto server = StartRough();
  server->AddPage("/robots.txt", "User-agent: *\nDisallow: /closed\n", "text/plain");
  server->AddPage("/", LinkPage({"/a", "/closed/x", "http://else.test/", "/no?sort=1"}));
  server->AddPage("/a", "", "text/html", {{"Location", "/b"}}, {}, 301);
  server->AddPage("/b", LinkPage({"/gone"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--exclude", "sort="});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const auto explain = [&](const std::string& url) { return Explain({url, "--db", crawl.database()}); };

  const Json gone = explain(server->Url("/gone"));
  CHECK(gone["verdict"] == "fetched, with status 404");
  CHECK(gone["scope_seed"] == server->Url("/"));
  REQUIRE(gone["known"]["parents"].size() == 3);
  CHECK(gone["known"]["via"] == "link");
  CHECK(gone["known"]["parents"][0]["url"] == server->Url("/b"));
  CHECK(gone["known"]["parents"][0]["via"] == "redirect");
  CHECK(gone["known"]["parents"][2]["via"] == "seed");
  CHECK(gone["known"]["attempts"].size() == 1);
  CHECK(gone["robots"]["allowed"] == true);

  const Json closed = explain(server->Url("/closed/x"));
  CHECK(closed["verdict"] == "not asked: robots: line 2: Disallow: /closed");
  CHECK(closed["robots"]["line"] == 2);
  CHECK(explain("http://else.test/")["verdict"] == "not asked: scope");
  CHECK(explain(server->Url("/no?sort=1"))["verdict"] == "not asked: exclude: sort=");
  CHECK(explain(server->Url("/a"))["verdict"] == "fetched: status 301 redirects to " + server->Url("/b"));

  const Json unknown = explain(server->Url("/closed/never-seen"));
  CHECK(unknown["known"].is_null());
  CHECK(unknown["verdict"].get<std::string>().find("would not be asked: robots: line 2") != std::string::npos);
  const std::string text = Spinneret({"explain", server->Url("/"), "--db", crawl.database()}).out;
  CHECK(text.find("as a seed") != std::string::npos);
}

TEST_CASE("explain --db: another spelling of a known canonical key is that URL") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/p?b=1&amp;a=2&amp;utm_source=x"}));
  server->AddPage("/p", "a page");
  Crawl crawl;
  crawl.Run({server->Url("/"), "--strip-params", "utm_*", "--sort-params"});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const Json json = Explain({server->Url("/p?a=2&utm_medium=y&b=1"), "--db", crawl.database()});
  CHECK(json["canonical"] == server->Url("/p?a=2&b=1"));
  CHECK(json["known"]["url"] == server->Url("/p?b=1&a=2&utm_source=x"));
  CHECK(json["verdict"] == "fetched, with status 200");
}

TEST_CASE("explain --db: a URL that a limit left waiting says so") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/a", "/b"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--limit", "1"});
  REQUIRE(crawl.exit_code() == 16);
  const Json json = Explain({server->Url("/a"), "--db", crawl.database()});
  CHECK(json["verdict"].get<std::string>().find("the last run ended first (limit)") != std::string::npos);
}

TEST_CASE("explain without a database: what the options say") {
  const TempDir folder;
  std::ofstream(folder / "robots.txt") << "User-agent: spinneret\nAllow: /a/open\nDisallow: /a\n";
  CHECK(Explain({"http://www.shop.test/", "--seed", "http://shop.test/"})["verdict"] == "would not be asked: scope");
  const Json domain = Explain({"http://www.shop.test/", "--seed", "http://shop.test/", "--scope", "domain"});
  CHECK(domain["verdict"] == "would be asked");
  CHECK(domain["scope_seed"] == "http://shop.test/");
  const Json closed = Explain({"http://shop.test/a/x", "--robots-file", folder / "robots.txt"});
  CHECK(closed["verdict"] == "would not be asked: robots: line 3: Disallow: /a");
  CHECK(closed["is_seed"] == true);
  const Json open = Explain({"http://shop.test/a/open", "--robots-file", folder / "robots.txt"});
  CHECK(open["robots"]["line"] == 2);
  CHECK(open["verdict"] == "would be asked");
  const Json included = Explain(
      {"http://shop.test/x1", "--seed", "shop.test", "--scope", "any", "--include", "y", "--include", "x[0-9]"});
  CHECK(included["matched_include"] == "x[0-9]");
  CHECK(Explain({"http://shop.test/z", "--seed", "http://shop.test/", "--include", "y"})["admission"] == "include");
  CHECK(Explain({"http://127.0.0.1/"})["admission"] == "private_address");
}

TEST_CASE("explain: a database and options contradict each other, and a URL is needed: exit 2") {
  CHECK(Spinneret({"explain"}).exit_code == 2);
  CHECK(Spinneret({"explain", "http://a.test/", "--db", "no-such.db"}).exit_code == 2);
  for (const char* option : {"--seed=http://a.test/", "--scope=any", "--sort-params", "--robots-file=x"}) {
    CHECK(Spinneret({"explain", "http://a.test/", "--db", "x.db", option}).exit_code == 2);
  }
}
}  // TEST_SUITE("integration/explain")

}  // namespace spinneret::testing
