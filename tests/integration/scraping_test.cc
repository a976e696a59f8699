// What is taken from pages besides their links, while they are crawled and again from what was stored.
#include <fstream>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

constexpr const char* kItems = R"(name = "item"
match.url = '/item/'
follow = "a.next"
[fields]
title = "h1"
price = { css = ".price", type = "number", required = true }
tag = { css = ".tag" }
)";

// The same with another title and without tags.
constexpr const char* kOtherItems = R"(name = "item"
match.url = '/item/'
[fields]
title = ".name"
price = { css = ".price", type = "number" }
colour = ".colour"
)";

std::string Item(int number, const std::string& rest) {
  const std::string n = std::to_string(number);
  return "<html lang=en><title>Item " + n + "</title><meta property=og:title content='OG " + n + "'><h1>Item " + n +
         "</h1><p class=name>Name " + n + "</p><main><p>The pinot number" + n +
         " is a long paragraph about grapes, barrels and the harvest of the year, with words enough to be the text.</p>"
         "<p>Another paragraph follows it, so that the main content of this page is easy to tell.</p></main>" +
         rest;
}

std::unique_ptr<simweb::RoughServer> StartShop() {
  auto server = StartRough();
  server->AddPage("/", LinkPage({"/item/1", "/other"}));
  server->AddPage("/item/1", Item(1, "<b class=price>1.50</b><i class=tag>red</i><a class=next href=/item/2>next</a>"));
  server->AddPage("/item/2", Item(2, "<b class=price>2.50</b><a class=next href=/item/3>next</a>"));
  server->AddPage("/item/3", Item(3, "<b>no price</b>"));
  server->AddPage("/other", LinkPage({"/far"}));
  server->AddPage("/far", "<p>far");
  return server;
}

std::string Write(const TempDir& folder, const std::string& name, const std::string& text) {
  const std::string path = folder / name;
  std::ofstream(path) << text;
  return path;
}

Words Records(const Crawl& crawl) {
  Words rows;
  for (const Row& row : Query(crawl.database(), "SELECT url, json FROM v_records ORDER BY url, json")) {
    rows.push_back(row[0].substr(row[0].rfind("/item/")) + " " + row[1]);
  }
  return rows;
}

TEST_SUITE("integration/scraping") {
TEST_CASE("crawl: --follow recipes goes on with what recipes follow and with nothing else") {
  const auto server = StartShop();
  Crawl crawl;
  const std::string recipe = Write(crawl.folder(), "item.toml", kItems);
  crawl.Run({server->Url("/item/1"), "--recipe", recipe, "--follow", "recipes"});
  CHECK(crawl.exit_code() == 0);
  CHECK(crawl.Paths() == Words{"/item/1", "/item/2", "/item/3"});

  Crawl from_home;
  from_home.Run({server->Url("/"), "--recipe", recipe, "--follow", "recipes"});
  CHECK(from_home.Paths() == Words{"/"});
  CHECK(from_home.Skipped() == Words{"/item/1 include", "/other include"});
  CHECK(from_home.Resume().exit_code == 0);
  CHECK(from_home.Paths() == Words{"/"});
}

TEST_CASE("crawl: --follow recipes without a recipe that follows is exit 2, before anything is fetched") {
  Crawl crawl;
  crawl.Run({"http://127.0.0.1:1/", "--follow", "recipes"});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.result().err.find("follow = ") != std::string::npos);
}

TEST_CASE("crawl: --extract keeps what pages say of themselves, and their text") {
  const auto server = StartShop();
  Crawl crawl;
  crawl.Run({server->Url("/item/1"), "--extract", "og,text", "--extract", "markdown,tables"});
  REQUIRE(crawl.exit_code() == 0);
  CHECK(QueryColumn(crawl.database(), "SELECT kind FROM v_extracts WHERE url LIKE '%/item/1' ORDER BY kind") ==
        Words{"markdown", "opengraph", "text"});
  CHECK(crawl.Value("SELECT value FROM v_extracts WHERE kind = 'opengraph' AND url LIKE '%/2'") ==
        R"({"og:title":["OG 2"]})");
  CHECK(crawl.Value("SELECT value FROM v_extracts WHERE kind = 'text' AND url LIKE '%/1'").find("pinot number1") !=
        std::string::npos);
  Crawl wrong;
  wrong.Run({server->Url("/"), "--extract", "og,colours"});
  CHECK(wrong.exit_code() == 2);
  CHECK(wrong.result().err.find("colours: no such kind; there are meta") != std::string::npos);
}

TEST_CASE("crawl: --index text finds pages by their words, best first, and a resume goes on with it") {
  const auto server = StartShop();
  Crawl crawl;
  crawl.Run({server->Url("/"), "--index", "text", "--limit", "2"});
  REQUIRE(crawl.exit_code() == 16);
  crawl.Resume({"--limit", "100"});
  REQUIRE(crawl.exit_code() == 0);
  const auto search = [&](const std::string& words) {
    return Spinneret({"query", crawl.database(), "--search", words, "--format", "jsonl"}).out;
  };
  CHECK(search("number2").find("/item/2") != std::string::npos);
  CHECK(search("number2").find("[number2]") != std::string::npos);
  CHECK(search("grapes num*").find("/item/3") != std::string::npos);
  CHECK(search("\"barrels and the harvest\" number1").find("/item/1") != std::string::npos);
  CHECK(search("\"harvest and the barrels\"").empty());
  CHECK(search("grapes NEAR( AND * \" -x").empty());
  CHECK(Spinneret({"query", crawl.database(), "--search", " * "}).exit_code == 2);

  Crawl without;
  without.Run({server->Url("/far")});
  const ProcessResult none = Spinneret({"query", without.database(), "--search", "x"});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("--index text") != std::string::npos);
}

TEST_CASE("extract DB: the same recipe gives the crawl's own records, another says what changed") {
  const auto server = StartShop();
  Crawl crawl;
  const std::string recipe = Write(crawl.folder(), "item.toml", kItems);
  crawl.Run({server->Url("/"), "--recipe", recipe, "--store-body", "zstd"});
  REQUIRE(crawl.exit_code() == 0);
  const Words records = Records(crawl);
  CHECK(records == Words{R"(/item/1 {"title":"Item 1","price":1.5,"tag":"red"})",
                         R"(/item/2 {"title":"Item 2","price":2.5,"tag":null})"});
  CHECK(crawl.result().err.find("2 of item") != std::string::npos);
  CHECK(crawl.result().err.find("tag 50 %") != std::string::npos);

  for (const char* const workers : {"1", "3"}) {
    const ProcessResult same = Spinneret({"extract", crawl.database(), "--recipe", recipe, "-w", workers});
    CHECK(same.exit_code == 0);
    CHECK(same.err.find("0 added, 0 gone, 0 different, 2 the same") != std::string::npos);
    CHECK(Records(crawl) == records);
  }

  const std::string other = Write(crawl.folder(), "other.toml", kOtherItems);
  const ProcessResult changed = Spinneret({"extract", crawl.database(), "--recipe", other});
  CHECK(changed.exit_code == 0);
  CHECK(changed.err.find("1 added, 0 gone, 2 different, 0 the same") != std::string::npos);
  CHECK(changed.err.find("title in 2") != std::string::npos);
  CHECK(Records(crawl) == Words{R"(/item/1 {"title":"Name 1","price":1.5,"colour":null})",
                                R"(/item/2 {"title":"Name 2","price":2.5,"colour":null})",
                                R"(/item/3 {"title":"Name 3","price":null,"colour":null})"});
  CHECK(QueryColumn(crawl.database(), "SELECT title FROM v_item ORDER BY page_url") ==
        Words{"Name 1", "Name 2", "Name 3"});
  CHECK(AskShell(crawl.database(), "PRAGMA integrity_check") == "ok");
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db", "item.toml", "other.toml"});

  const Rows coverage =
      Query(crawl.database(),
            "SELECT field, filled, records FROM coverage WHERE pass = (SELECT max(pass) FROM coverage)"
            " AND shape = '' ORDER BY id");
  CHECK(coverage == Rows{{"", "3", "3"}, {"title", "3", "3"}, {"price", "2", "3"}, {"colour", "0", "3"}});
}

TEST_CASE("extract DB: extracts and the search index are made anew as the crawl would have made them") {
  const auto server = StartShop();
  Crawl crawl;
  crawl.Run({server->Url("/"), "--extract", "text,og", "--index", "text", "--store-body", "zstd"});
  REQUIRE(crawl.exit_code() == 0);
  const std::string all =
      "SELECT group_concat(url || kind || value) FROM (SELECT * FROM v_extracts ORDER BY url, kind)";
  const std::string texts =
      "SELECT group_concat(rowid || title || text) FROM (SELECT rowid, * FROM page_text ORDER BY 1)";
  const std::string before = AskShell(crawl.database(), all), text_before = AskShell(crawl.database(), texts);
  const ProcessResult again =
      Spinneret({"extract", crawl.database(), "--extract", "og,text", "--index", "text", "-w", "2"});
  CHECK(again.exit_code == 0);
  CHECK(AskShell(crawl.database(), all) == before);
  CHECK(AskShell(crawl.database(), texts) == text_before);
  CHECK(text_before.find("number3") != std::string::npos);
}

TEST_CASE("extract DB: a crawl without bodies, one in use, and a call without a rule are exit 2 and say what to do") {
  const auto server = StartShop();
  Crawl crawl;
  const std::string recipe = Write(crawl.folder(), "item.toml", kItems);
  crawl.Run({server->Url("/"), "--recipe", recipe});
  const ProcessResult none = Spinneret({"extract", crawl.database(), "--recipe", recipe});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("--store-body zstd") != std::string::npos);
  CHECK(Records(crawl).size() == 2);
  const ProcessResult no_rule = Spinneret({"extract", crawl.database()});
  CHECK(no_rule.exit_code == 2);
  CHECK(no_rule.err.find("--recipe FILE") != std::string::npos);
  CHECK(Spinneret({"extract", recipe, "-w", "2"}).exit_code == 2);
}

TEST_CASE("fail-on: a gate that fails is exit 10 and named, and one about nothing is exit 2") {
  const auto server = StartShop();
  Crawl crawl;
  const std::string recipe = Write(crawl.folder(), "item.toml", kItems);
  crawl.Run({server->Url("/"), "--recipe", recipe, "--store-body", "zstd", "--fail-on", "coverage:tag<0.9", "--fail-on",
             "records:item<3", "--fail-on", "coverage:item.title<1"});
  CHECK(crawl.exit_code() == 10);
  CHECK(crawl.result().err.find("coverage:tag<0.9: 1 of 2 records of item have tag (0.500)") != std::string::npos);
  CHECK(crawl.result().err.find("records:item<3: item has 2 records") != std::string::npos);
  CHECK(crawl.result().err.find("coverage:item.title") == std::string::npos);
  const auto extract = [&](const std::string& gate) {
    return Spinneret({"extract", crawl.database(), "--recipe", recipe, "--fail-on", gate}).exit_code;
  };
  CHECK(extract("coverage:tag<0.9") == 10);
  CHECK(extract("coverage:tag<0.5") == 0);
  CHECK(extract("coverage:tag<=0.5") == 10);
  CHECK(extract("coverage:colour<0.5") == 2);
  CHECK(extract("coverage:tag") == 2);
  CHECK(extract("coverage:tag<x") == 2);
}

TEST_CASE("extract: one page by a recipe, from a file or from the web, and its text alone") {
  const auto server = StartShop();
  const TempDir folder;
  const std::string recipe = Write(folder, "item.toml", kItems);
  const std::string page = Write(folder, "page.html", Item(7, "<b class=price>7</b>"));
  const std::string record = "{\"title\":\"Item 7\",\"price\":7,\"tag\":null}\n";
  CHECK(Spinneret({"extract", page, "--recipe", recipe, "--base", "http://a.example/item/7"}).out == record);
  const ProcessResult other_url = Spinneret({"extract", page, "--recipe", recipe});
  CHECK(other_url.out.empty());
  CHECK(other_url.err.find("match.url does not want file:") != std::string::npos);
  const ProcessResult fetched = Spinneret({"extract", server->Url("/item/1"), "--allow-private", "--recipe", recipe});
  CHECK(fetched.exit_code == 0);
  CHECK(fetched.out == "{\"title\":\"Item 1\",\"price\":1.5,\"tag\":\"red\"}\n");
  const ProcessResult refused = Spinneret({"extract", server->Url("/item/1"), "--recipe", recipe});
  CHECK(refused.exit_code != 0);
  CHECK(refused.err.find("spinneret fetch") != std::string::npos);
  const ProcessResult text = Spinneret({"extract", page, "--extract", "text"});
  CHECK(text.out.find("The pinot number7") != std::string::npos);
  CHECK(text.out.find('{') == std::string::npos);
}
}  // TEST_SUITE("integration/scraping")

}  // namespace
}  // namespace spinneret::testing
