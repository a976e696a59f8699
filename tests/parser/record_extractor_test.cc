#include "parser/record_extractor.h"

#include <doctest/doctest.h>

#include "parser/parsed_page.h"

namespace spinneret {

TEST_SUITE("parser/record_extractor") {
namespace {
using Words = std::vector<std::string>;

ExtractedRecords Extract(std::string_view toml, std::string_view html,
                         std::string_view url = "https://shop.test/item/7?x=1") {
  const RecipeReading reading = ReadRecipe(toml, "test");
  REQUIRE_MESSAGE(reading.mistakes.empty(), reading.mistakes[0].message);
  ParsedPage page;
  page.Parse(html);
  const Url page_url = *Url::Parse(url);
  ExtractedRecords out;
  RecordExtractor(reading.recipe).Read(page.tree(), page_url, page_url, out);
  return out;
}
Words Records(std::string_view toml, std::string_view html) {
  return Extract(toml, html).records;
}
}  // namespace

TEST_CASE("one record for the page, fields in order, each as its type says") {
  CHECK(Records(R"(
[fields]
title = "h1"
price = { css = ".price", type = "number" }
added = { css = "time", type = "date" }
link = { css = "a", type = "url" }
picture = { css = "img", type = "url" }
stock = { css = ".in-stock", type = "bool" }
sold_out = { css = ".sold-out", type = "bool" }
data = { css = "script", type = "json" }
body = { css = ".body", type = "html" }
id = { from = "url", capture = 'item/(\d+)', type = "number" }
)",
                R"(<h1> A  <b>thing</b></h1><p class=price>EUR 1,299.50</p><time datetime=2024-03-12>long ago</time>
<a href="../b#c">b</a><img src=/i.png><i class=in-stock></i><script>{"a": [1,  2]}</script><div class=body><b>x</b></div>)") ==
        Words{R"({"title":"A thing","price":1299.5,"added":"2024-03-12","link":"https://shop.test/b#c",)"
              R"("picture":"https://shop.test/i.png","stock":true,"sold_out":false,"data":{"a":[1,2]},)"
              R"("body":"<b>x</b>","id":7})"});
}

TEST_CASE("each: a record for every element, and what is outside it is not its own") {
  CHECK(Records("each = 'li'\n[fields]\nname = 'b'\nprice = { css = 'i', type = 'number' }",
                "<b>no</b><ul><li><b>x</b><i>1</i><li><b>y</b><li></ul>") ==
        Words{R"({"name":"x","price":1})", R"({"name":"y","price":null})"});
}

TEST_CASE("lists, defaults, captures and several selectors") {
  CHECK(Records(R"(
[fields]
tags = { css = ".tag", list = true }
none = { css = ".nothing", list = true }
numbers = { css = ".n", type = "number", list = true }
color = { css = ".color", default = "black" }
sku = { css = "p", capture = 'SKU: (\w+)' }
whole = { css = "p", capture = '\d+' }
first = { css = [".nothing", ".empty", ".tag"] }
)",
                "<i class=tag>a</i><i class=tag>b</i><i class=empty> </i><i class=n>1</i><i class=n>none</i>"
                "<i class=n>2</i><p>nothing here</p><p>SKU: AB12</p>") ==
        Words{R"({"tags":["a","b"],"none":[],"numbers":[1,2],"color":"black","sku":"AB12","whole":"12","first":"a"})"});
}

TEST_CASE("objects and lists of objects nest") {
  CHECK(Records(R"(
[fields]
name = "h1"
[fields.offers]
css = ".offer"
list = true
[fields.offers.fields]
seller = { css = "b", required = true }
[fields.offers.fields.where]
css = ".where"
[fields.offers.fields.where.fields]
city = "i"
[fields.maker]
[fields.maker.fields]
name = ".maker"
)",
                "<h1>T</h1><div class=offer><b>s1</b><p class=where><i>Bonn</i></p></div>"
                "<div class=offer>nobody</div><div class=offer><b>s2</b></div><u class=maker>M</u>") ==
        Words{R"({"name":"T","offers":[{"seller":"s1","where":{"city":"Bonn"}},{"seller":"s2","where":null}],)"
              R"("maker":{"name":"M"}})"});
}

TEST_CASE("required: a record without it is left out and counted, and one with nothing at all is none") {
  const ExtractedRecords out = Extract("each = 'li'\n[fields]\nname = { css = 'b', required = true }\nprice = 'i'",
                                       "<li><b>x</b><li><i>5</i><li><li><b>y</b><i>6</i>");
  CHECK(out.records == Words{R"({"name":"x","price":null})", R"({"name":"y","price":"6"})"});
  CHECK(out.incomplete == 1);
}

TEST_CASE("match: a page by its URL, or by what is on it") {
  constexpr std::string_view kPage = "<main class=product><h1>x</h1></main><a class=next href=n>n</a>";
  CHECK(Records("match.url = '/item/'\nfields.t = 'h1'", kPage).size() == 1);
  CHECK(Records("match.url = ['/shop/', '/other/']\nfields.t = 'h1'", kPage).empty());
  CHECK(Records("match.selector = '.product'\nfields.t = 'h1'", kPage).size() == 1);
  const ExtractedRecords out = Extract("match.selector = '.article'\nfollow = 'a'\nfields.t = 'h1'", kPage);
  CHECK(out.records.empty());
  CHECK(out.follow.empty());
}

TEST_CASE("follow: absolute, without fragment and secrets, each once, and nothing that is not fetched") {
  CHECK(Extract("follow = ['a.next', '[data-next]::attr(data-next)', 'link[rel=next]']",
                "<link rel=next href=/p/2><a class=next href='?p=2#top'>n</a><a class=next href='?p=2'>n</a>"
                "<a class=next href='mailto:a@b'>m</a><div data-next='//u:p@shop.test/p/3'></div>")
            .follow == Words{"https://shop.test/item/7?p=2", "https://shop.test/p/3", "https://shop.test/p/2"});
}

TEST_CASE("numbers and dates are read in the page's language, unless the recipe says another") {
  constexpr std::string_view kPage = "<html lang=de><i>1.234</i><b>12. Januar 2024</b>";
  CHECK(Records("[fields]\nn = {css='i', type='number'}\nd = {css='b', type='date'}", kPage) ==
        Words{R"({"n":1234,"d":"2024-01-12"})"});
  CHECK(Records("locale='en'\n[fields]\nn = {css='i', type='number'}", kPage) == Words{R"({"n":1.234})"});
  CHECK(Records("locale='en'\n[fields]\nn = {css='i', type='number', locale='fr'}", kPage) == Words{R"({"n":1234})"});
}

TEST_CASE("an XPath finds what a selector would, and gives attributes, texts, numbers and truths as they are") {
  constexpr std::string_view kPage = R"(<html lang=de><h1> A  <b>thing</b></h1><p class=price>1.299,50 EUR</p>
<time datetime=2024-03-12>long ago</time><a href="../b#c">b</a><img src=/i.png><i class=in-stock></i>
<script>{"a": [1,  2]}</script><div class=body><b>x</b></div><meta itemprop=sku content=S7>
<table><tr><th>Weight<td>2,5 kg<tr><th>Color<td>red</table>)";
  constexpr std::string_view kCss = R"([fields]
title = "h1"
price = { css = ".price", type = "number" }
added = { css = "time", type = "date" }
link = { css = "a", type = "url" }
picture = { css = "img", type = "url" }
stock = { css = ".in-stock", type = "bool" }
sold_out = { css = ".sold-out", type = "bool" }
data = { css = "script", type = "json" }
body = { css = ".body", type = "html" }
sku = "[itemprop=sku]"
cells = { css = "td", list = true }
)";
  constexpr std::string_view kXPath = R"([fields]
title = { xpath = "//h1" }
price = { xpath = "//*[@class='price']", type = "number" }
added = { xpath = "//time", type = "date" }
link = { xpath = "//a", type = "url" }
picture = { xpath = "//img", type = "url" }
stock = { xpath = "//*[@class='in-stock']", type = "bool" }
sold_out = { xpath = "//*[@class='sold-out']", type = "bool" }
data = { xpath = "//script", type = "json" }
body = { xpath = "//*[@class='body']", type = "html" }
sku = { xpath = "//*[@itemprop='sku']" }
cells = { xpath = "//td", list = true }
)";
  CHECK(Records(kXPath, kPage).size() == 1);
  CHECK(Records(kXPath, kPage) == Records(kCss, kPage));
  CHECK(Records(R"toml([fields]
weight = { xpath = "//th[. = 'Weight']/following-sibling::td", type = "number" }
link = { xpath = ["//nothing", "//a/@href"], type = "url" }
text = { xpath = "//h1/text()" }
cells = { xpath = "count(//td)", type = "number" }
half = { xpath = "1234.567", type = "number" }
several = { xpath = "count(//td) > 1", type = "bool" }
many = { xpath = "count(//td) > 9", type = "bool" }
digits = { xpath = "string(//td[1])", capture = '\d' }
none = { xpath = "number(//h1)", type = "number", default = 0 }
)toml",
                kPage) ==
        Words{R"({"weight":2.5,"link":"https://shop.test/b#c","text":" A  ","cells":2,"half":1234.567,)"
              R"("several":true,"many":false,"digits":"2","none":0})"});
}

TEST_CASE("XPath in each, objects, match and follow") {
  constexpr std::string_view kPage =
      "<ul><li><b>x</b><p><i>1</i><u>a</u></p><p><i>2</i></p><li><b>y</b></ul><a class=next href='?p=2'>n</a><a "
      "href=z>z</a>";
  constexpr std::string_view kFields = R"(
[fields]
name = { xpath = "b" }
first = { xpath = "(.//i)[1]", type = "number" }
place = { xpath = "count(preceding-sibling::li) + 1", type = "number" }
[fields.parts]
xpath = "p"
list = true
[fields.parts.fields]
i = { xpath = "i", type = "number" }
u = "u"
)";
  const Words records = {R"({"name":"x","first":1,"place":1,"parts":[{"i":1,"u":"a"},{"i":2,"u":null}]})",
                         R"({"name":"y","first":null,"place":2,"parts":[]})"};
  CHECK(Records("each = { xpath = '//li[b]' }" + std::string(kFields), kPage) == records);
  CHECK(Records("each = 'li'\nmatch.xpath = 'count(//li) = 2'" + std::string(kFields), kPage) == records);
  CHECK(Records("each = 'li'\nmatch.xpath = '//li/@class'" + std::string(kFields), kPage).empty());
  CHECK(Records("match.selector = 'ul'\nmatch.xpath = '//ol'\nfields.t = 'b'", kPage).empty());
  const Words next = {"https://shop.test/item/7?p=2"};
  const Words both = {"https://shop.test/item/7?p=2", "https://shop.test/item/z"};
  CHECK(Extract("follow = { xpath = '//a[@class]' }", kPage).follow == next);
  CHECK(Extract("follow = { xpath = ['//a[@class]/@href', '//a'] }", kPage).follow == both);
  CHECK(Extract("follow = ['.next', { xpath = '//a' }]", kPage).follow == both);
}

TEST_CASE("an XPath that is too much work on a page finds nothing there, and is counted") {
  std::string many;
  for (int i = 0; i < 10'000; ++i) {
    many += "<p>x<b>y</b>";
  }
  const ExtractedRecords out = Extract(
      "[fields]\na = { xpath = '//p[count(preceding::b) = count(//b)]' }\nb = { xpath = 'count(//p)', type = 'number' "
      "}",
      many);
  CHECK(out.xpath_stopped == 1);
  CHECK(out.records == Words{R"({"a":null,"b":10000})"});
}

TEST_CASE("what a page claims is bounded") {
  std::string many;
  for (int i = 0; i < 120'000; ++i) {
    many += "<li>x";
  }
  const ExtractedRecords out = Extract("each = 'li'\nfields.t = { css = 'li' }", many);
  CHECK(out.records.size() == kRecordsPerPage);
  CHECK(out.cut);
  std::string deep;
  for (int i = 0; i < 300; ++i) {
    deep += "<div>";
  }
  deep += std::string(1U << 20U, 'x');
  const ExtractedRecords nested = Extract("each = 'div'\nfields.t = { css = ':scope' }", deep);
  CHECK(nested.cut);
  CHECK(nested.records.size() < 40);
}
}

}  // namespace spinneret
