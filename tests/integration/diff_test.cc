// `spinneret diff` and `spinneret report` over crawls of a site that changes.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/crawl_runner.h"
#include "tests/support/json_lines.h"

namespace spinneret::testing {
namespace {

using nlohmann::json;

constexpr const char* kRecipe = R"(name = "shop"
match.url = '/item'
each = ".item"
[fields]
name = "b"
price = { css = "i", type = "number" }
)";

// About 200 words; `word` stands once among them.
std::string Prose(const std::string& word) {
  std::string text = "<p>";
  for (int i = 0; i < 200; ++i) {
    text += "word" + std::to_string(i * 7 % 200) + " ";
  }
  return text + word;
}

struct Crawls {
  std::unique_ptr<simweb::RoughServer> server = StartRough();
  Crawl older, newer;

  Crawls() {
    server->AddPage("/", LinkPage({"/same", "/noise", "/rewritten", "/title", "/gone", "/moves", "/item"}));
    server->AddPage("/same", Prose("same"));
    server->AddPage("/noise", Prose("monday"));
    server->AddPage("/rewritten", Prose("x"));
    server->AddPage("/title", "<title>Old</title>");
    server->AddPage("/gone", "here");
    server->AddPage("/moves", "<p>here");
    server->AddPage("/item", "<div class=item><b>A</b><i>1.50</i></div><div class=item><b>B</b><i>2</i></div>");
    CrawlInto(older);
    server->AddPage("/", LinkPage({"/same", "/noise", "/rewritten", "/title", "/new", "/moves", "/item"}));
    server->AddPage("/noise", Prose("tuesday"));
    server->AddPage("/rewritten",
                    "<p>Nothing of what was here before is left in what is here now, which is about other "
                    "things in other words, as many as it takes to tell it from the page before.");
    server->AddPage("/title", "<title>New \x1B[31m<b></title>");
    server->AddPage("/new", "<title>=1+1</title>");
    server->AddPage("/moves", "", "text/html", {{"Location", "/same"}}, {}, 301);
    server->AddPage("/item", "<div class=item><b>A</b><i>1.75</i></div>");
    CrawlInto(newer);
  }

  void CrawlInto(Crawl& crawl) const {
    WriteFile(crawl.folder() / "shop.toml", kRecipe);
    crawl.Run({server->Url("/"), "--recipe", crawl.folder() / "shop.toml"});
    REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  }
  ProcessResult Diff(const Words& arguments = {}) const {
    Words line = {"diff", older.database(), newer.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return Spinneret(line);
  }
};

TEST_SUITE("integration/diff") {
TEST_CASE("diff: pages added, gone and changed, and records by field, and nothing of what is the same or noise") {
  const Crawls crawls;
  const ProcessResult done = crawls.Diff({"--format", "jsonl"});
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  CHECK(done.err == "1 added, 1 gone, 5 changed, 2 records changed\n");
  Words told;
  for (const json& row : ReadJsonLines(done.out)) {
    std::string line = row["change"].get<std::string>() + " " + PathOf(row["url"]);
    line += row.contains("changed") ? " " + row["changed"].dump() : "";
    line += row.contains("fields") ? " " + row["fields"].dump() : "";
    told.push_back(line);
  }
  CHECK(Difference(Words{"changed / [\"content\"]", "gone /gone", "changed /item [\"content\"]",
                         "changed /moves [\"status\",\"redirect\",\"content\"]", "added /new",
                         "changed /rewritten [\"content\"]", "changed /title [\"title\",\"content\"]",
                         "record /item {\"price\":{\"new\":1.75,\"old\":1.5}}",
                         "record /item {\"name\":{\"old\":\"B\"},\"price\":{\"old\":2}}"},
                   told)
            .empty());
  // The same bodies to the bit.
  const ProcessResult strict = crawls.Diff({"--format", "jsonl", "--distance", "0"});
  CHECK(strict.out.find("/noise") != std::string::npos);
  const ProcessResult none = Spinneret({"diff", crawls.older.database(), crawls.older.database()});
  CHECK(none.exit_code == 0);
  CHECK(none.err == "0 added, 0 gone, 0 changed, 0 records changed\n");
}

TEST_CASE("diff: as a table and as a page, with what the web said made harmless") {
  const Crawls crawls;
  const ProcessResult table = crawls.Diff();
  REQUIRE(table.exit_code == 0);
  CHECK(table.out.find("\x1B") == std::string::npos);
  CHECK(table.out.find("redirect nothing -> " + crawls.server->Url("/same")) != std::string::npos);
  CHECK(table.out.find("shop: price 1.5 -> 1.75") != std::string::npos);
  const std::string path = crawls.newer.folder() / "changes.html";
  REQUIRE(crawls.Diff({"--format", "html", "-o", path}).exit_code == 0);
  const std::string page = ReadFile(path);
  CHECK(page.find("<td class=\"gone\">gone</td>") != std::string::npos);
  CHECK(page.find("&lt;b&gt;") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
}

TEST_CASE("diff: what is no database of a crawl is exit 2, whichever of the two it is") {
  const Crawls crawls;
  const std::string text = crawls.older.folder() / "text.db";
  WriteFile(text, "no database");
  for (const Words& arguments :
       {Words{}, Words{crawls.older.database()}, Words{crawls.older.database(), text},
        Words{text, crawls.older.database()}, Words{crawls.older.database(), crawls.older.folder() / "none.db"}}) {
    Words line = {"diff"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const ProcessResult done = Spinneret(line);
    CHECK(done.exit_code == 2);
    CHECK_FALSE(done.err.empty());
  }
}

TEST_CASE("report: one page that loads nothing, holds what the crawl found, and runs no text of the web") {
  auto server = StartRough();
  server->AddPage("/", "<title></script><script>alert(1)</script></title>" +
                           LinkPage({"/gone", "/'onerror=alert(1)", "/r1", "/same1", "/same2"}));
  server->AddPage("/r1", "", "text/html", {{"Location", "/r2"}}, {}, 301);
  server->AddPage("/r2", "", "text/html", {{"Location", "/same1"}}, {}, 302);
  server->AddPage("/same1", "<p>the same");
  server->AddPage("/same2", "<p>the same");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  REQUIRE(crawl.exit_code() == 0);
  const std::string path = crawl.folder() / "report.html";
  const ProcessResult done = Spinneret({"report", crawl.database(), "-o", path});
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  const std::string page = ReadFile(path);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("<script>alert") == std::string::npos);
  // Nothing is asked of another place: no src, no link element, no url() in the style; hrefs are those of the tables.
  const std::string head = page.substr(0, page.find("</style>"));
  CHECK(head.find("url(") == std::string::npos);
  CHECK(page.find(" src=") == std::string::npos);
  CHECK(page.find("<link") == std::string::npos);
  for (const std::string id :
       {"hosts", "broken-links", "redirect-chains", "duplicates", "skipped-examples", "coverage"}) {
    CHECK_MESSAGE(page.find("<section id=\"" + id + "\"") != std::string::npos, id);
  }
  const std::size_t broken = page.find("<section id=\"broken-links\"");
  const std::string section = page.substr(broken, page.find("</section>", broken) - broken);
  CHECK(section.find("<a href=\"" + server->Url("/gone") + "\"") != std::string::npos);
  CHECK(section.find("404") != std::string::npos);
  CHECK(section.find("/&apos;onerror=alert(1)") != std::string::npos);
  const std::size_t data = page.find("id=\"data\">") + 10;
  const json numbers = json::parse(page.substr(data, page.find("</script>", data) - data));
  CHECK(numbers["statuses"]["labels"] == json{200, 301, 302, 404});
  CHECK(numbers["statuses"]["values"] == json{3, 1, 1, 2});
  CHECK(numbers["times"]["labels"].size() == 11);
  CHECK(Spinneret({"report", crawl.folder() / "none.db", "-o", path}).exit_code == 2);
  CHECK(Spinneret({"report", crawl.database(), "-o", crawl.folder() / "no/such.html"}).exit_code == 2);
}
}  // TEST_SUITE("integration/diff")

}  // namespace
}  // namespace spinneret::testing
