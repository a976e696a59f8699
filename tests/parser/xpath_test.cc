#include "parser/xpath.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>

#include "parser/parsed_page.h"
#include "parser/selector.h"

namespace spinneret {

TEST_SUITE("parser/xpath") {
namespace {
using Words = std::vector<std::string>;

constexpr std::string_view kPage = R"(<!doctype html><html lang=de><head><title>T</title><meta name=a content=b></head>
<body><h1 id=top class="big x">Head <b>line</b></h1>
<table><tr><th>Weight</th><td>2 kg</td></tr><tr><th>Color</th><td>red</td></tr></table>
<ul id=list><li class=item data-n=1><a href=/1>one</a> <i>5</i></li><li class="item last"><a href=/2>two</a> <i>7</i></li></ul>
<p lang=en-GB>Mr &amp; Mrs &lt;x&gt;</p><P ID=second>b<!-- c -->d</P>
<svg viewBox="0 0 1 1"><linearGradient/><a xlink:href="#s">s</a></svg></body></html>)";

// Elements as "<name>", else the value.
Words Found(std::string_view html, std::string_view expression, NodeIndex scope = 0) {
  ParsedPage page;
  page.Parse(html);
  const Result<XPath> xpath = XPath::Compile(expression);
  REQUIRE_MESSAGE(xpath, xpath.error().message);
  XPathEngine engine;
  engine.SetPage(&page.tree());
  Words words;
  for (const XPathFind& find : engine.Find(*xpath, scope).finds) {
    words.push_back(find.element == kNoNode ? find.text : "<" + std::string(page.tree().name(find.element)) + ">");
  }
  CHECK(engine.stopped() == 0);
  return words;
}
Words OnPage(std::string_view expression) {
  return Found(kPage, expression);
}
std::string Mistake(std::string_view expression) {
  const Result<XPath> xpath = XPath::Compile(expression);
  return xpath ? "" : xpath.error().message;
}
std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}
}  // namespace

TEST_CASE("elements by every axis, in document order") {
  CHECK(OnPage("//h1") == Words{"<h1>"});
  CHECK(OnPage("/html/body/ul/li/a") == Words{"<a>", "<a>"});
  CHECK(OnPage("//i/ancestor::*") == Words{"<html>", "<body>", "<ul>", "<li>", "<li>"});
  CHECK(OnPage("//i/preceding-sibling::a/text()") == Words{"one", "two"});
  CHECK(OnPage("//th[. = 'Color']/following-sibling::td/text()") == Words{"red"});
  CHECK(OnPage("//td[preceding::td]/text()") == Words{"red"});
  CHECK(OnPage("//h1/following::i/text()") == Words{"5", "7"});
  CHECK(OnPage("//b/..") == Words{"<h1>"});
  CHECK(OnPage("//li/descendant-or-self::*") == Words{"<li>", "<a>", "<i>", "<li>", "<a>", "<i>"});
  CHECK(OnPage("//i | //h1 | //b") == Words{"<h1>", "<b>", "<i>", "<i>"});
  CHECK(OnPage("(//i)[2]/text()") == Words{"7"});
  CHECK(OnPage("//li[last()]/a/@href") == Words{"/2"});
  CHECK(OnPage("//li[position() < 2]/a/@href") == Words{"/1"});
  CHECK(OnPage("//li[contains(concat(' ', @class, ' '), ' last ')]//text()") == Words{"two", " ", "7"});
  CHECK(OnPage("/") == Words{"<html>"});
  CHECK(OnPage("//self::node()[self::h1]/ancestor-or-self::node()") == Words{"<html>", "<body>", "<h1>"});
  CHECK(OnPage("//comment()").empty());
  CHECK(OnPage("//namespace::*").empty());
}

TEST_CASE("attributes give their value, texts their text, everything else one value") {
  CHECK(OnPage("//a/@href") == Words{"/1", "/2"});
  CHECK(OnPage("//li[1]/@*") == Words{"item", "1"});
  CHECK(OnPage("//p/text()") == Words{"Mr & Mrs <x>", "bd"});
  CHECK(OnPage("string(//h1)") == Words{"Head line"});
  CHECK(OnPage("normalize-space('  a   b ')") == Words{"a b"});
  CHECK(OnPage("count(//li)") == Words{"2"});
  CHECK(OnPage("sum(//i) div 5") == Words{"2.4"});
  CHECK(OnPage("number('x')").empty());
  CHECK(OnPage("count(//li) = 2") == Words{"true"});
  CHECK(OnPage("boolean(//video)") == Words{"false"});
  CHECK(OnPage("translate(substring-after('a:bc', ':'), 'b', 'B')") == Words{"Bc"});
  CHECK(OnPage("concat(//i[1], '-', substring-before('x-y', '-'), substring('12345', 2, 3))") == Words{"5-x234"});
  CHECK(OnPage("string-length(//title) + string-length('\xC3\xA4')") == Words{"2"});
  CHECK(OnPage("local-name(//*[@id='top'])") == Words{"h1"});
  CHECK(OnPage("//*[starts-with(@class, 'item')][@data-n = 1]") == Words{"<li>"});
}

TEST_CASE("names are HTML's: lower case, SVG as it is written, prefixes for xlink and xml alone") {
  CHECK(OnPage("//LI").empty());
  CHECK(OnPage("//p[@id='second']") == Words{"<p>"});
  CHECK(OnPage("//svg/linearGradient") == Words{"<linearGradient>"});
  CHECK(OnPage("//svg/@viewBox") == Words{"0 0 1 1"});
  CHECK(OnPage("//svg/a/@xlink:href") == Words{"#s"});
  CHECK(OnPage("//svg/a/@href").empty());
  CHECK(OnPage("id('top')") == Words{"<h1>"});
  CHECK(OnPage("id('list top')/@id") == Words{"top", "list"});
  CHECK(OnPage("//p[lang('en')]/@lang") == Words{"en-GB"});
  CHECK(OnPage("count(//p[lang('DE')])") == Words{"1"});
}

TEST_CASE("relative to the element that is looked in") {
  ParsedPage page;
  page.Parse(kPage);
  XPathEngine engine;
  engine.SetPage(&page.tree());
  const std::vector<NodeIndex> items = engine.Elements(*XPath::Compile("//li"));
  REQUIRE(items.size() == 2);
  const XPath inside = *XPath::Compile(".//a/text()");
  CHECK(engine.Find(inside, items[0]).finds.at(0).text == "one");
  CHECK(engine.Find(inside, items[1]).finds.at(0).text == "two");
  CHECK(engine.Elements(*XPath::Compile("."), items[1]) == std::vector<NodeIndex>{items[1]});
  CHECK(engine.Find(*XPath::Compile("//a"), items[1]).finds.size() == 3);
  CHECK(engine.Find(*XPath::Compile("@class"), items[1]).finds.at(0).text == "item last");
}

TEST_CASE("the same elements as CSS selectors find, page after page") {
  constexpr std::pair<const char*, const char*> kSame[] = {
      {"a", "//a"},
      {"*", "//*"},
      {"li > a", "//li/a"},
      {"div p", "//div//p"},
      {"[href]", "//*[@href]"},
      {"p:first-child", "//p[not(preceding-sibling::*)]"},
      {"h1 + p, h2 + p", "//p[preceding-sibling::*[1][self::h1 or self::h2]]"},
      {"h2 ~ p", "//h2/following-sibling::p"},
      {"div:has(> p)", "//div[p]"},
      {"td:nth-of-type(2)", "//td[2]"},
  };
  std::vector<std::string> pages = {std::string(kPage), "", "<p>a<div><p>b</div>"};
  for (const auto& file : std::filesystem::directory_iterator(SPINNERET_TEST_DATA "/html")) {
    std::ifstream in(file.path(), std::ios::binary);
    pages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  pages.push_back(Repeated("<div><h2>x</h2><p>y<p>z<ul><li><a href=a>b</a></ul><table><td>1<td>2</table></div>", 200));
  ParsedPage page;
  XPathEngine engine;
  for (const std::string& html : pages) {
    page.Parse(html);
    engine.SetPage(&page.tree());
    for (const auto& [css, expression] : kSame) {
      CAPTURE(expression);
      CHECK(engine.Elements(*XPath::Compile(expression)) ==
            SelectorMatcher(*Selector::Compile(css), page.tree()).Elements());
    }
  }
}

TEST_CASE("paths that are evaluated in parts find what they do as one") {
  const std::string page = std::string(kPage) +
                           Repeated("<div id=d><div><p>a<b>b</b></p></div><p title=t>c</p></div>", 3) +
                           "<section><h2>x</h2><p>1<p>2<h2>y</h2><p>3</section>";
  for (const char* expression : {
           "//p/following-sibling::p",
           "//div[@id]//p[1]",
           "//div[p]//b/ancestor::div",
           "//h2/following-sibling::*[1]/preceding-sibling::h2[1]/text()",
           "//p[1]/..//b/../..",
           "//@title/..",
           "//@title/..//node()",
           "//div//self::p",
           "//following::b",
           ".//ancestor::div[@id]//text()",
           "//p[1] | //b[1] | /html | /",
           "//p[b]/parent::node()/ancestor-or-self::node()",
           "//h2 [ . = 'y' ] / preceding :: p // text()",
           "/descendant::p/ancestor::*[2]",
           "(//p)[2]/preceding::p",
           "id('d')//b/ancestor::div | //h2/..",
           "//p//following::text()[1]",
           "//div/descendant::p/@title/../preceding::*//b",
           "//b/ancestor::node()//h2",
           ".//.",
           "//div//p//b",
       }) {
    CAPTURE(expression);
    // In brackets, an expression is left whole.
    CHECK(Found(page, expression) == Found(page, "(" + std::string(expression) + ")"));
    CHECK_FALSE(Found(page, expression).empty());
  }
}

TEST_CASE("mistakes are told with their column, in characters") {
  CHECK(Mistake("").starts_with("column 1: the expression ends too early"));
  CHECK(Mistake("//a[") == "column 4: this \"[\" is not closed");
  CHECK(Mistake("//a]") == "column 4: nothing is open that this \"]\" would close");
  CHECK(Mistake("//a[(1]").starts_with("column 7: "));
  CHECK(Mistake("//a[@x='y]").starts_with("column 8: the text that begins with this '"));
  CHECK(Mistake("//a/").starts_with("column 5: the expression ends too early"));
  CHECK(Mistake("'\xC3\xA4\xC3\xB6' = = 'x'").starts_with("column 8: "));
  CHECK(Mistake("//a[matches(., 'x')]") == "column 5: XPath 1.0 has no function matches()");
  CHECK(Mistake("contains('a')") == "column 9: contains() takes 2 arguments, not 1");
  CHECK(Mistake("//a[last(1)]") == "column 9: last() takes 0 arguments, not 1");
  CHECK(Mistake("concat('a')") == "column 7: concat() takes at least 2 arguments, not 1");
  CHECK(Mistake("//a[$x]") == "column 5: there are no variables here");
  CHECK(Mistake("//svg:a").starts_with("column 3: the prefix svg: is not known"));
  CHECK(Mistake("//a[1] b").starts_with("column 8: \"b\" stands where an operator"));
  CHECK(Mistake("//a[foo::b]").starts_with("column "));
  CHECK(Mistake("count(1)").find("type") != std::string::npos);
  CHECK(Mistake("a|").starts_with("column 3: the expression ends too early"));
  CHECK(Mistake("'x' 'y'").starts_with("column 5: "));
  CHECK(Mistake("#id").starts_with("column 1: "));
  CHECK(Mistake("a > ").starts_with("column "));
  CHECK(Mistake("\xFF").find("UTF-8") != std::string::npos);
  CHECK(Mistake(std::string("a\0b", 3)).find("UTF-8") != std::string::npos);
  CHECK(Mistake(Repeated("(", 100)).starts_with("column 65: brackets"));
  CHECK(Mistake(Repeated("-", 10'000) + "1").empty());
  CHECK(Mistake(std::string(20'000, 'a')).find("16 KiB") != std::string::npos);
  CHECK(Mistake("div div div").empty());  // the operator, between two names
  CHECK(Mistake("* * *").empty());
  CHECK(Mistake("//a [ position( ) = 1 ] / text ( )").empty());
}

TEST_CASE("what never finds an element is known before a page is read") {
  const auto may = [](std::string_view text) { return XPath::Compile(text)->may_find_elements(); };
  CHECK(may("//li"));
  CHECK(may("//a/@href/.."));
  CHECK(may("//li[@class]"));
  CHECK(may("//a/@href | //li"));
  CHECK(may("//li | //a/@href"));
  CHECK_FALSE(may("//a/@href"));
  CHECK_FALSE(may("//a/attribute::href"));
  CHECK_FALSE(may("//li/text()[1]"));
  CHECK_FALSE(may("count(//li)"));
  CHECK_FALSE(may("string(//li)"));
}

TEST_CASE("what a page makes of an expression is bounded, and said") {
  const auto stops = [](std::string_view html, std::string_view expression) {
    ParsedPage page;
    page.Parse(html);
    XPathEngine engine;
    engine.SetPage(&page.tree());
    const XPathFinds found = engine.Find(*XPath::Compile(expression));
    CHECK((found.finds.empty() || !found.too_much_work));
    CHECK(engine.stopped() == (found.too_much_work ? 1 : 0));
    return found.too_much_work;
  };
  const std::string many = Repeated("<p>x<b>y</b>", 10'000);
  CHECK_FALSE(stops(many, "//p[b = 'y'] | //b[1]"));
  CHECK_FALSE(stops(many, "//p/b/ancestor::*/p"));
  CHECK(stops(many, "//p[count(preceding::b) = count(//b) - 1]"));
  CHECK(stops(many, "//p/following-sibling::p"));
  CHECK(stops(many, "//*[count(//*) = 0]"));
  // Text that is read again and again.
  const std::string text =
      "<table>" + Repeated("<tr><td>x", 2000) + "<tr><td>" + std::string(1U << 20U, 'x') + "</table>";
  CHECK_FALSE(stops(text, "//td[contains(., 'x')]"));
  CHECK(stops(text, "//td[contains(ancestor::table, 'y')]"));
  CHECK(stops(text, "//td[string-length(//table) > 3]"));
  CHECK(stops(text, "translate(//table, //table, 'x')"));
  // Pages that are too large, or nest too much text, are left alone.
  CHECK(stops(Repeated("<p a b c d e f g h>", 30'000), "//p"));
  CHECK(stops(Repeated("<div>", 400) + std::string(1U << 20U, 'x'), "//div"));
  CHECK_FALSE(stops(Repeated("<div>", 400) + "x", "//div[contains(., 'x')]"));
}

TEST_CASE("a page has a bound for all its evaluations together") {
  ParsedPage page;
  page.Parse(Repeated("<p>x", 8000));
  XPathEngine engine;
  engine.SetPage(&page.tree());
  const XPath all = *XPath::Compile("//p[. = 'x']");
  int evaluations = 0;
  while (engine.stopped() == 0 && evaluations < 1000) {
    engine.Find(all);
    ++evaluations;
  }
  CHECK(evaluations < 1000);
  CHECK(engine.Find(*XPath::Compile("//p")).too_much_work);
  engine.SetPage(&page.tree());
  CHECK(engine.Find(*XPath::Compile("//p")).finds.size() == 8000);
}

TEST_CASE("one expression may be used by several threads, and an engine be moved") {
  const XPath xpath = *XPath::Compile("//li[contains(@class, 'item')]/a[string-length(.) = 3]");
  std::vector<std::thread> threads;
  std::vector<std::size_t> found(4);
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      ParsedPage page;
      page.Parse(kPage);
      XPathEngine first;
      first.SetPage(&page.tree());
      XPathEngine engine = std::move(first);
      for (int round = 0; round < 50; ++round) {
        found[i] += engine.Find(xpath).finds.size();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(found == std::vector<std::size_t>(4, 100));
}

TEST_CASE("texts next to each other are one, and long ones are whole") {
  CHECK(Found("<p>a<!-- x -->b<template>t</template>c<b>d</b>e", "//p/text()") == Words{"ab", "c", "e"});
  CHECK(Found(Repeated("x<!-- -->", 20'000), "//body/text()") == Words{std::string(20'000, 'x')});
  CHECK(Found("", "//p").empty());
}
}

}  // namespace spinneret
