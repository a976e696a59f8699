#include "parser/page_meta.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "parser/page_tables.h"
#include "parser/parsed_page.h"

namespace spinneret {
namespace {

using Texts = std::vector<std::string>;

PageMeta MetaOf(std::string_view html) {
  ParsedPage page;
  page.Parse(html);
  return ReadPageMeta(MarkupOf(page.tree()), *Url::Parse("https://a.example/d/"));
}

// "tag href" for each.
Texts ResourcesOf(std::string_view html) {
  ParsedPage page;
  page.Parse(html);
  Texts resources;
  for (const PageResource& resource : ReadPageResources(page.tree(), *Url::Parse("https://a.example/"))) {
    resources.push_back(resource.tag + " " + resource.href);
  }
  return resources;
}

PageTables TablesOf(std::string_view html, const TableLimits& limits = {}) {
  ParsedPage page;
  page.Parse(html);
  return ReadPageTables(page.tree(), limits);
}

TEST_SUITE("parser/page_meta") {
TEST_CASE("PageMeta: names are lower case, and the first of a name holds") {
  const PageMeta meta = MetaOf("<meta name=Author content=A><meta name=author content=B><meta name=x>");
  REQUIRE(meta.names.size() == 1);
  CHECK(meta.names.front() == std::pair<std::string, std::string>("author", "A"));
}

TEST_CASE("PageMeta: OpenGraph properties keep all their values, by property or by name") {
  const PageMeta meta = MetaOf(
      "<meta property=og:image content=1><meta name=og:title content=T><meta property=OG:image content=2>"
      "<meta name=twitter:card content=c><meta property=twitter:site content=s>");
  CHECK(meta.opengraph == NamedValues{{"og:image", {"1", "2"}}, {"og:title", {"T"}}});
  CHECK(meta.twitter == NamedValues{{"twitter:card", {"c"}}, {"twitter:site", {"s"}}});
}

TEST_CASE("PageMeta: feeds and translations are absolute") {
  const PageMeta meta = MetaOf(
      "<html lang=de><link rel=canonical href=c><link rel='alternate home' type='application/rss+xml' href=f title=F>"
      "<link rel=alternate hreflang=fr href=/fr><link rel='alternate stylesheet' hreflang=x href=s>");
  REQUIRE(meta.feeds.size() == 1);
  CHECK(meta.feeds.front().href == "https://a.example/d/f");
  CHECK(meta.feeds.front().title == "F");
  REQUIRE(meta.translations.size() == 1);
  CHECK(meta.translations.front().href == "https://a.example/fr");
  CHECK(meta.translations.front().hreflang == "fr");
}

TEST_CASE("PageResources: what a browser fetches to show the page, every size of an image") {
  CHECK(ResourcesOf("<link rel=stylesheet href=a.css><link rel=next href=n><script src=b.js></script>"
                    "<img src=c.png srcset='d.png 1x, e.png?a,b 2x'><video poster=f.png></video><img src=data:x>") ==
        Texts{"link https://a.example/a.css", "script https://a.example/b.js", "img https://a.example/c.png",
              "img https://a.example/d.png", "img https://a.example/e.png?a,b", "video https://a.example/f.png"});
}
}

TEST_SUITE("parser/page_tables") {
TEST_CASE("PageTables: rows, a header of headings, a caption") {
  const PageTables found =
      TablesOf("<table><caption>C</caption><tr><th>a<th>b<tr><td>1<td> 2  3<tr><th>4<td>5</table>");
  REQUIRE(found.tables.size() == 1);
  CHECK(found.tables[0].caption == "C");
  CHECK(found.tables[0].header == Texts{"a", "b"});
  CHECK(found.tables[0].rows == std::vector<Texts>{{"1", "2 3"}, {"4", "5"}});
}

TEST_CASE("PageTables: a cell over several columns or rows stands in each") {
  const PageTables found = TablesOf(
      "<table><tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td rowspan=0>d<tr><td>e<td>f<tbody><tr><td>g</table>");
  REQUIRE(found.tables.size() == 1);
  CHECK(found.tables[0].header.empty());
  CHECK(found.tables[0].rows == std::vector<Texts>{{"a", "b", "b"}, {"a", "c", "d"}, {"e", "f", "d"}, {"g"}});
}

TEST_CASE("PageTables: a table in a cell is one of its own") {
  const PageTables found = TablesOf("<table><tr><td><table><tr><td>x</table></table>");
  REQUIRE(found.tables.size() == 2);
  CHECK(found.tables[0].rows == std::vector<Texts>{{"x"}});
  CHECK(found.tables[1].rows == std::vector<Texts>{{"x"}});
}

TEST_CASE("PageTables: spans that multiply are cut") {
  std::string html = "<table><tr>";
  for (int i = 0; i < 50; ++i) {
    html += "<td colspan=1000 rowspan=65534>x";
  }
  for (int i = 0; i < 5000; ++i) {
    html += "<tr><td>y";
  }
  const PageTables found = TablesOf(html);
  CHECK(found.cut);
  REQUIRE_FALSE(found.tables.empty());
  CHECK(found.tables[0].rows[0].size() == TableLimits().columns);
}
}

}  // namespace
}  // namespace spinneret
