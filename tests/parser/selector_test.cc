#include "parser/selector.h"

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "parser/parsed_page.h"
#include "tests/support/size.h"

namespace spinneret {
namespace {

using Values = std::vector<std::string>;

// The values of one selector on one page.
Values Select(std::string_view html, std::string_view selector) {
  ParsedPage page;
  page.Parse(html);
  const Result<Selector> compiled = Selector::Compile(selector);
  REQUIRE_MESSAGE(compiled.has_value(), selector);
  return SelectorMatcher(*compiled, page.tree()).Values().values;
}

// The ids of the elements that match, in document order.
Values Ids(std::string_view html, const std::string& selector) {
  return Select(html, selector + "::attr(id)");
}

std::string ErrorOf(std::string_view selector) {
  const Result<Selector> compiled = Selector::Compile(selector);
  return compiled ? "" : compiled.error().message;
}

constexpr std::string_view kStandard = "<!doctype html>";

TEST_SUITE("parser/selector") {
TEST_CASE("Selector: without a pseudo-element the value is the text content as one line") {
  CHECK(Select("<p> a <b>b\n c</b>  d </p>", "p") == Values{"a b c d"});
  CHECK(Select("<p>a</p><p></p>", "p") == Values{"a", ""});
}

TEST_CASE("Selector: ::text gives each text node of the element itself, as it is") {
  CHECK(Select("<p>a <b>b</b> c</p>", "p::text") == Values{"a ", " c"});
  CHECK(Select("<p>a<!-- x -->b</p>", "p::text") == Values{"a", "b"});
  CHECK(Select("<ul><li>1<li>2</ul>", "ul > *::text") == Values{"1", "2"});
}

TEST_CASE("Selector: a space before ::text gives all text inside, once and in document order") {
  CHECK(Select("<div>a<p>b<i>c</i>d</p><div>e</div></div>f", "div ::text") == Values{"a", "b", "c", "d", "e"});
  CHECK(Select("<div>a<p>b</p></div>", "::text") == Values{"a", "b"});
}

TEST_CASE("Selector: ::attr gives the attribute of those that have it") {
  CHECK(Select("<a href=/1>x</a><a>y</a><a href='/2'>z</a>", "a::attr(href)") == Values{"/1", "/2"});
  CHECK(Select("<a data-X=1>x</a>", "a::attr( DATA-x )") == Values{"1"});
  CHECK(Select("<svg><a xlink:href='/1'></a></svg>", "svg a::attr(xlink:href)") == Values{"/1"});
}

TEST_CASE("Selector: ::html gives the inner HTML by the standard's serialisation") {
  CHECK(Select("<p>a &lt; <b title='\"x\"'>b</b><br>&nbsp;<!--c--></p>", "p::html") ==
        Values{"a &lt; <b title=\"&quot;x&quot;\">b</b><br>&nbsp;<!--c-->"});
  CHECK(Select("<div><script>a < b</script><template><i>t</i></template></div>", "div::html") ==
        Values{"<script>a < b</script><template><i>t</i></template>"});
  CHECK(Select("<div><svg viewBox='0 0 1 1'><linearGradient/></svg></div>", "div::html") ==
        Values{"<svg viewBox=\"0 0 1 1\"><linearGradient></linearGradient></svg>"});
}

TEST_CASE("Selector: in a list each part has its own pseudo-element, and values come in document order") {
  CHECK(Select("<a href=1>x</a><b>y</b><a href=2>z</a>", "a::attr(href), b::text") == Values{"1", "y", "2"});
  CHECK(Select("<p class=x>y</p>", "p::text, .x::text") == Values{"y"});
}

TEST_CASE("Selector: what is inside a template is no part of the page") {
  CHECK(Select("<template><p>x</p></template><p>y</p>", "p") == Values{"y"});
}

TEST_CASE("Selector: names of HTML elements ignore case, those of SVG do not") {
  const std::string_view html =
      "<P id=1></P><svg><linearGradient id=2 /><foreignObject><p id=3></p></foreignObject></svg>";
  CHECK(Ids(html, "P") == Values{"1", "3"});
  CHECK(Ids(html, "linearGradient") == Values{"2"});
  CHECK(Ids(html, "lineargradient") == Values{});
  CHECK(Ids(html, "svg|*") == Values{"2"});
  CHECK(Ids(html, "html|p") == Values{"1", "3"});
  CHECK(Ids(html, "svg|p, math|p, |p") == Values{});
  CHECK(Ids(html, "*|p") == Values{"1", "3"});
}

TEST_CASE("Selector: classes and ids lose their case in quirks mode alone") {
  const std::string page = "<p id=A class='x Y'></p>";
  CHECK(Ids(page, "p.y#a") == Values{"A"});
  CHECK(Ids(std::string(kStandard) + page, "p.y") == Values{});
  CHECK(Ids(std::string(kStandard) + page, "#a") == Values{});
  CHECK(Ids(std::string(kStandard) + page, "p.Y#A") == Values{"A"});
}

TEST_CASE("Selector: values of some attributes ignore case in HTML, and flags say otherwise") {
  const std::string_view html = "<a id=1 rel=TAG data-x=TAG></a>";
  CHECK(Ids(html, "[rel=tag]") == Values{"1"});
  CHECK(Ids(html, "[rel=tag s]") == Values{});
  CHECK(Ids(html, "[data-x=tag]") == Values{});
  CHECK(Ids(html, "[data-x='tag'i]") == Values{"1"});
}

TEST_CASE("Selector: an attribute test with an empty value is part of nothing") {
  const std::string_view html = "<p id=1 title=''></p><p id=2 title='a b'></p>";
  CHECK(Ids(html, "[title='']") == Values{"1"});
  CHECK(Ids(html, "[title^=''], [title$=''], [title*=''], [title~='']") == Values{});
  CHECK(Ids(html, "[title|='']") == Values{"1"});
  CHECK(Ids(html, "[title~=b]") == Values{"2"});
  CHECK(Ids(html, "[title~='a b']") == Values{});
}

TEST_CASE("Selector: an attribute of a namespace has its prefix") {
  const std::string_view html = "<svg id=s><use id=1 xlink:href=#a /><use id=2 href=#a /></svg>";
  CHECK(Ids(html, "[href]") == Values{"2"});
  CHECK(Ids(html, "[xlink|href]") == Values{"1"});
  CHECK(Ids(html, "[*|href]") == Values{"1", "2"});
}

TEST_CASE("Selector: escapes are undone in names and strings") {
  CHECK(Ids("<p id=1 class='1a'></p>", ".\\31 a") == Values{"1"});
  CHECK(Ids("<p id=1 class='a:b'></p>", ".a\\:b") == Values{"1"});
  CHECK(Ids("<p id=1 title='a\"b'></p>", "[title=\"a\\22 b\"]") == Values{"1"});
  CHECK(Ids("<p id=1 class='\xC3\xA9'></p>", ".\\E9") == Values{"1"});
  CHECK(Ids("<p id=1 class='\xEF\xBF\xBD'></p>", ".\\0") == Values{"1"});
}

TEST_CASE("Selector: what the text's end leaves open is closed") {
  CHECK(Ids("<p id=1 title=a></p>", "p:is([title=a])") == Values{"1"});
  CHECK(Select("<p id=1 title=a>x</p>", "[title=\"a") == Values{"x"});
  CHECK(Select("<p>x</p>", "p:not(:is(a") == Select("<p>x</p>", "p:not(:is(a))"));
}

TEST_CASE("Selector: An+B counts as CSS Syntax has it") {
  const std::string_view html = "<ul><li id=1><li id=2><li id=3><li id=4><li id=5></ul>";
  CHECK(Ids(html, "li:nth-child(2n + 1)") == Values{"1", "3", "5"});
  CHECK(Ids(html, "li:nth-child(even)") == Values{"2", "4"});
  CHECK(Ids(html, "li:nth-child(-n+2)") == Values{"1", "2"});
  CHECK(Ids(html, "li:nth-child(n)") == Values{"1", "2", "3", "4", "5"});
  CHECK(Ids(html, "li:nth-child(n- 1)") == Values{"1", "2", "3", "4", "5"});
  CHECK(Ids(html, "li:nth-last-child(2)") == Values{"4"});
  CHECK(Ids(html, "li:nth-child(-3)") == Values{});
  CHECK(Ids(html, "li:nth-child(99999999999999999999)") == Values{});
  for (const std::string_view wrong : {"+ 2n", "2n 1", "n + -1", "2 n", "n-", "", "x", "1.5", "2n+"}) {
    CHECK_FALSE(Selector::Compile("li:nth-child(" + std::string(wrong) + ")").has_value());
  }
}

TEST_CASE("Selector: :nth-child(of) counts only what matches") {
  const std::string_view html = "<ul><li id=1><li id=2 class=x><li id=3 class=x><li id=4><li id=5 class=x></ul>";
  CHECK(Ids(html, ":nth-child(2 of .x)") == Values{"3"});
  CHECK(Ids(html, ":nth-last-child(1 of .x, [id='4'])") == Values{"5"});
  CHECK(Ids(html, "li:nth-child(odd of .x)") == Values{"2", "5"});
}

TEST_CASE("Selector: types are told apart by name and namespace") {
  CHECK(Ids("<div><p id=1><b id=2></b><p id=3><b></b></div>", "div > :first-of-type") == Values{"1"});
  CHECK(Ids("<div><svg id=1><a id=2 /></svg><a id=3></a></div>", "a:only-of-type") == Values{"2", "3"});
}

TEST_CASE("Selector: the root is a first child, an empty element has no text at all") {
  CHECK(Ids("<html id=h><p id=1></p><p id=2> </p><p id=3><!-- x --></p>", ":root:only-child") == Values{"h"});
  CHECK(Ids("<p id=1></p><p id=2> </p><p id=3><!-- x --></p>", "p:empty") == Values{"1", "3"});
}

TEST_CASE("Selector: :is, :where and :not take lists of complex selectors") {
  const std::string_view html = "<div id=1><p id=2><b id=3></b></p></div><p id=4><b id=5></b></p>";
  CHECK(Ids(html, ":is(div p, [id='4']) > b") == Values{"3", "5"});
  CHECK(Ids(html, "p:not(div > p)") == Values{"4"});
  CHECK(Ids(html, "b:not(div *, #x)") == Values{"5"});
  CHECK(Ids(html, "p:is()") == Values{});
  CHECK(Ids(html, "body :where(:not(:is(p, b)))") == Values{"1"});
}

TEST_CASE("Selector: :has looks along any combinator") {
  const std::string_view html = "<div id=1><p id=2><b id=3></b></p></div><p id=4></p><i id=5></i>";
  CHECK(Ids(html, "body *:has(b)") == Values{"1", "2"});
  CHECK(Ids(html, ":has(> b)") == Values{"2"});
  CHECK(Ids(html, ":has(+ i)") == Values{"4"});
  CHECK(Ids(html, "body *:has(~ i)") == Values{"1", "4"});
  CHECK(Ids(html, "body *:has(> p > b, + i)") == Values{"1", "4"});
  CHECK(Ids(html, "p:not(:has(*))") == Values{"4"});
}

TEST_CASE("Selector: forms are as they stand when the page has loaded") {
  const std::string_view html =
      "<select id=s><option id=o1 disabled><option id=o2></select><select multiple><option id=o3></select>"
      "<fieldset id=f disabled><legend><input id=i1></legend><input id=i2></fieldset><input id=i3 type=radio checked>";
  CHECK(Ids(html, "option:checked") == Values{"o2"});
  CHECK(Ids(html, ":disabled") == Values{"o1", "f", "i2"});
  CHECK(Ids(html, "input:enabled") == Values{"i1", "i3"});
  CHECK(Ids(html, "input:checked") == Values{"i3"});
  CHECK(Ids(html, "input:read-write") == Values{"i1"});
  CHECK(Ids("<input id=1 required><input id=2>", "input:required") == Values{"1"});
  CHECK(Ids("<input id=1 required><input id=2>", "input:optional") == Values{"2"});
  CHECK(Ids("<input id=1 placeholder=x><input id=2 placeholder=x value=y>", ":placeholder-shown") == Values{"1"});
}

TEST_CASE("Selector: :lang follows lang attributes upwards and matches ranges") {
  const std::string_view html =
      "<html lang=en><p id=1></p><p id=2 lang=de-Latn-CH><b id=3></b></p><p id=4 lang=''></p>";
  CHECK(Ids(html, "p:lang(EN)") == Values{"1"});
  CHECK(Ids(html, ":lang(de)") == Values{"2", "3"});
  CHECK(Ids(html, ":lang('*-CH')") == Values{"2", "3"});
  CHECK(Ids(html, "p:lang(fr, '')") == Values{"4"});
  CHECK(Ids("<meta http-equiv=Content-Language content=fr><p id=1>", "p:lang(fr)") == Values{"1"});
}

TEST_CASE("Selector: nobody looks at the page, so it is nowhere hovered or visited") {
  CHECK(Ids("<a id=1 href=x>y</a>", ":hover, :visited, :target, :focus, :active") == Values{});
  CHECK(Ids("<a id=1 href=x>y</a><a id=2></a><link id=3 href=x>", ":link") == Values{"1"});
  CHECK(Ids("<a id=1 href=x>y</a>", "a:not(:hover):any-link") == Values{"1"});
}

TEST_CASE("Selector: :scope is what is looked in, and the root without one") {
  ParsedPage page;
  page.Parse("<div id=1><p id=2><b id=3></b></p></div><p id=4><b id=5></b></p>");
  const Result<Selector> divs = Selector::Compile("div");
  const Result<Selector> inside = Selector::Compile(":scope > p > b::attr(id)");
  REQUIRE(divs.has_value());
  REQUIRE(inside.has_value());
  const std::vector<NodeIndex> found = SelectorMatcher(*divs, page.tree()).Elements();
  REQUIRE(found.size() == 1);
  SelectorMatcher matcher(*inside, page.tree());
  CHECK(matcher.Values(found.front()).values == Values{"3"});
  CHECK(matcher.Values().values == Values{});
  CHECK(Ids("<div id=1></div>", ":scope > body > div") == Values{"1"});
}

TEST_CASE("Selector: the scope itself may match, and what is left of a combinator may lie outside") {
  ParsedPage page;
  page.Parse("<div><p id=2><b id=3></b></p></div>");
  const Result<Selector> compiled = Selector::Compile("div p, div b");
  const Result<Selector> paragraph = Selector::Compile("p");
  REQUIRE(compiled.has_value());
  REQUIRE(paragraph.has_value());
  const NodeIndex scope = SelectorMatcher(*paragraph, page.tree()).Elements().front();
  CHECK(SelectorMatcher(*compiled, page.tree()).Elements(scope).size() == 2);
}

TEST_CASE("Selector: a mistake is told with its column, counted in characters") {
  CHECK(ErrorOf("") == "column 1: expected a selector, found the end");
  CHECK(ErrorOf("div > ") == "column 7: expected a selector, found the end");
  CHECK(ErrorOf("\xC3\xA9 ++ a") == "column 4: expected a selector, found '+'");
  CHECK(ErrorOf("a, .5") == "column 5: expected a class, found '5'");
  CHECK(ErrorOf("a[b!=c]") == "column 4: expected ']' or one of = ~= |= ^= $= *=, found '!'");
  CHECK(ErrorOf("a[b=c d]") == "column 7: expected ']'; a value with spaces needs quotes");
  CHECK(ErrorOf("a:contains(x)") == "column 2: :contains() is not known");
  CHECK(ErrorOf("a::before") == "column 2: ::before is not one of ::text, ::attr(name) and ::html");
  CHECK(ErrorOf("a:not(b::text)") == "column 8: a pseudo-element cannot stand inside brackets");
  CHECK(ErrorOf("ns|a") == "column 1: the prefix ns is not one of html, svg and math");
  CHECK(ErrorOf("a::text b") == "column 9: unexpected 'b'");
  CHECK(ErrorOf("a)") == "column 2: unexpected ')'");
  CHECK(ErrorOf(":has(:has(a))") == "column 6: :has() cannot stand inside :has()");
  CHECK(ErrorOf("a:not") == "column 2: :not needs brackets");
}

TEST_CASE("Selector: size and nesting are bounded") {
  std::string nested;
  for (int i = 0; i < 100; ++i) {
    nested += ":not(";
  }
  CHECK(ErrorOf(nested + "a").find("nested too deeply") != std::string::npos);
  std::string longest = "a";
  for (int i = 0; i < 2000; ++i) {
    longest += " a";
  }
  CHECK(ErrorOf(longest).find("too long") != std::string::npos);
  CHECK(ErrorOf(std::string(70'000, 'a')) == "column 1: the selector is over 64 KiB");
}

// Quadratic or worse where every way is tried: 10 000 items, nested 300 deep.
TEST_CASE("Selector: a search that goes wrong is finished in passes over the page, with the same result") {
  std::string html(kStandard);
  for (int i = 0; i < 300; ++i) {
    html += "<div class=d>";
  }
  for (int i = 0; i < 10'000; ++i) {
    html += "<p class=q></p>";
  }
  html += "<p id=last class=q></p>";
  CHECK(Ids(html, ".missing ~ p") == Values{});
  CHECK(Ids(html, ".d .d .missing > .d .d .q ~ .q + .q") == Values{});
  CHECK(Ids(html, ".d ~ .d .q ~ .q, .q:not(.q ~ .q)").empty());
  CHECK(Ids(html, "p:not(.missing ~ p, :has(~ p))") == Values{"last"});
  CHECK(Ids(html, "p:not(.missing .d > p ~ p ~ p):last-child") == Values{"last"});
}

TEST_CASE("Selector: values are bounded, and say so") {
  ParsedPage page;
  page.Parse("<p>aaaa<p>bbbb<p>cccc");
  const Result<Selector> compiled = Selector::Compile("p");
  REQUIRE(compiled.has_value());
  const FieldValues by_count = SelectorMatcher(*compiled, page.tree()).Values(0, {.values = 2, .bytes = 100});
  CHECK(by_count.values == Values{"aaaa", "bbbb"});
  CHECK(by_count.cut);
  const FieldValues by_bytes = SelectorMatcher(*compiled, page.tree()).Values(0, {.values = 9, .bytes = 10});
  CHECK(by_bytes.values == Values{"aaaa", "bbbb"});
  CHECK(by_bytes.cut);
  CHECK_FALSE(SelectorMatcher(*compiled, page.tree()).Values().cut);
}

TEST_CASE("Selector: a page that was never read holds nothing") {
  const ParsedPage page;
  const Result<Selector> compiled = Selector::Compile("*");
  REQUIRE(compiled.has_value());
  CHECK(SelectorMatcher(*compiled, page.tree()).Elements().empty());
}
}

// --- against every way there is ---

// A random tree of <div>s with classes a to c; a random selector over them; and whether they match, by trying every
// way.
class RandomCase {
 public:
  explicit RandomCase(unsigned seed) : random_(seed) {}

  std::string Html() {
    std::string html(kStandard);
    Grow(html, 0);
    return html;
  }

  struct Step {
    char combinator;
    char class_name;
  };
  std::vector<Step> Steps() {
    std::vector<Step> steps(1 + random_() % 4);
    for (Step& step : steps) {
      step = {" >+~"[random_() % 4], static_cast<char>('a' + random_() % 3)};
    }
    return steps;
  }

  // With a combinator first, as :has() takes it.
  static std::string Text(const std::vector<Step>& steps) {
    std::string text;
    for (const Step& step : steps) {
      text += std::string(1, step.combinator) + " ." + step.class_name;
    }
    return text;
  }

  static bool HasClass(const PageTree& tree, NodeIndex node, char name) {
    return tree.IsElement(node) && tree.AttributeOr(node, "class").find(name) != std::string_view::npos;
  }

  static bool Related(const PageTree& tree, NodeIndex from, char combinator, NodeIndex to) {
    switch (combinator) {
      case '>':
        return tree.parent(to) == from;
      case '+':
        return tree.previous_element(to) == from;
      case '~':
        return from != to && tree.parent(from) == tree.parent(to) && tree.position(from) < tree.position(to);
      default:
        return from != to && tree.IsWithin(to, from);
    }
  }

  // Whether the steps from `at` on can be taken from `from`.
  static bool Leads(const PageTree& tree, NodeIndex from, const std::vector<Step>& steps, std::size_t at) {
    if (at == steps.size()) {
      return true;
    }
    for (NodeIndex to = 0; to < tree.size(); ++to) {
      if (HasClass(tree, to, steps[at].class_name) && Related(tree, from, steps[at].combinator, to) &&
          Leads(tree, to, steps, at + 1)) {
        return true;
      }
    }
    return false;
  }

  // Whether the steps can end at `to`.
  static bool EndsAt(const PageTree& tree, NodeIndex to, const std::vector<Step>& steps, std::size_t count) {
    if (!HasClass(tree, to, steps[count - 1].class_name)) {
      return false;
    }
    if (count == 1) {
      return true;
    }
    for (NodeIndex from = 0; from < tree.size(); ++from) {
      if (tree.IsElement(from) && Related(tree, from, steps[count - 1].combinator, to) &&
          EndsAt(tree, from, steps, count - 1)) {
        return true;
      }
    }
    return false;
  }

 private:
  void Grow(std::string& html, int depth) {
    const auto children = random_() % (depth > 4 ? 1 : 4);
    for (auto i = children; i > 0; --i) {
      html += "<div class='";
      for (const char name : {'a', 'b', 'c'}) {
        html += random_() % 3 == 0 ? std::string(1, name) + " " : "";
      }
      html += "'>";
      Grow(html, depth + 1);
      html += "</div>";
    }
  }

  std::mt19937 random_;
};

TEST_SUITE("parser/selector") {
TEST_CASE("Selector: random selectors on random trees match where some way exists, and nowhere else") {
  const unsigned cases = testing::SizeOf(20'000U, 300U, 100U);
  for (unsigned seed = 1; seed <= cases; ++seed) {
    RandomCase random(seed);
    const std::string html = random.Html();
    const std::vector<RandomCase::Step> steps = random.Steps();
    ParsedPage page;
    page.Parse(html);
    const PageTree& tree = page.tree();
    const std::string text = RandomCase::Text(steps);
    const Result<Selector> plain = Selector::Compile(text.substr(1));
    const Result<Selector> has = Selector::Compile(":has(" + text + ")");
    REQUIRE(plain.has_value());
    REQUIRE(has.has_value());
    SelectorMatcher plain_matcher(*plain, tree);
    SelectorMatcher has_matcher(*has, tree);
    for (NodeIndex i = 0; i < tree.size(); ++i) {
      if (tree.IsElement(i) && (plain_matcher.Matches(i) != RandomCase::EndsAt(tree, i, steps, steps.size()) ||
                                has_matcher.Matches(i) != RandomCase::Leads(tree, i, steps, 0))) {
        FAIL_CHECK(text << " on " << html << " (seed " << seed << ", node " << i << ")");
      }
    }
  }
}
}

}  // namespace
}  // namespace spinneret
