#include "parser/html_scanner.h"

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/page_markup.h"
#include "parser/page_reader.h"
#include "parser/parsed_page.h"
#include "tests/support/page_contents.h"
#include "tests/support/size.h"

namespace spinneret {
namespace {

// Tags and text of every kind that the rules of tree construction tell apart.
// clang-format off
constexpr std::string_view kPieces[] = {
    "<a href=1>", "<a href='2?a&amp;b&lt=c'>", "<a href=3 rel='Nofollow  ugc'>", "<a name=x>", "</a>", "</a>", "</a>", "<b>",
    "</b>", "<i class=\"a>b\">", "</i>", "<span>", "</span>", "<nobr>", "</nobr>", "<div>", "</div>", "</div>", "<p>", "</p>",
    "<p>x</p>", "<h1>", "</h1>", "<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>", "<ol>", "</ol>", "<dl>", "<dt>", "<dd>",
    "</dd>", "</dl>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "</th>", "<tbody>", "</tbody>", "<thead>",
    "</thead>", "<caption>", "</caption>", "<colgroup>", "<col>", "<form>", "</form>", "<input type=hidden>", "<input>",
    "<button>", "</button>", "<select>", "</select>", "<option>", "</option>", "<optgroup>", "<textarea>\n<a href=t>",
    "</textarea>", "<svg>", "</svg>", "<svg/>", "<g>", "</g>", "<path/>", "<title>", "</title>", "<title>T &amp; t</title>",
    "<math>", "</math>", "<mi>", "</mi>", "<desc>", "</desc>", "<foreignObject>", "<script>", "</script>",
    "<script><!-- <script> </script> --></script>", "<style>a<b", "</style>", "<template>", "</template>", "<noscript>",
    "</noscript>", "<iframe src=f>", "</iframe>", "<noframes>", "</noframes>", "<xmp>", "</xmp>", "<pre>\nx", "</pre>", "<br>",
    "</br>", "<hr>", "<img src=i>", "<link rel=canonical href=c>", "<link rel=stylesheet href=s>",
    "<meta name=robots content=none>", "<meta name=description content=d>", "<base href=/b/>", "<area href=m>", "<html lang=en>",
    "<head>", "</head>", "<body>", "</body>", "</html>", "<object>", "</object>", "<ruby>", "<rt>", "</ruby>", "<center>",
    "</center>", "<font color=r>", "</font>", "<x-y>", "</x-y>", "<!-- c -->", "<!doctype html>", "<![CDATA[x]]>", "<?php ?>",
    "</>", "< ", "<3", "&amp;", "&nbsp;", "&#32;", "word", "two words", " ", "\n", "\r\n", "\t", "&copy=1", "\xC3\xA4",
    "<section>", "</section>", "<label>", "</label>", "<em>", "</em>", "<frameset>", "<address>", "</address>", "<marquee>",
    "<script type='application/ld+json; x'>{\"a\": \"&amp;\"}\r\n</script>", "<script type=Application/LD+json>", "<meta name=a content>",
    "<meta property='og:title' content='a &amp; b'>", "<meta property=p>", "<link rel='x Alternate' hreflang=de href=l title='T&lt;'>",
    "</marquee>", "<h1>One</h1>", "<a href=4>four</a>", "<td><a href=5>five</a></td>",
};
// clang-format on

// What a reader without a doubt says, or "tree".
std::string Scanned(std::string_view html) {
  PageContents page;
  if (!internal::HtmlScanner({}).Scan(html, page)) {
    return "tree";
  }
  std::string links;
  for (const RawLink& link : page.links) {
    links += (links.empty() ? "" : " ") + link.href + "=" + link.text;
  }
  return links;
}

TEST_SUITE("parser/html_scanner") {
TEST_CASE("HtmlScanner: what pages are made of is read without a tree") {
  CHECK(Scanned("<p>a<p><a href=1>one</a></div></span></b>") == "1=one");
  CHECK(Scanned("<a href=1>one<a href=2>two</a>") == "1=one 2=two");
  CHECK(Scanned("<a href=1><div><h2>one</h2><p>two<p>three</div></a>") == "1=onetwothree");
  CHECK(Scanned("<a name=top><h2>x</h2><a href=1>one</a></a>") == "1=one");
  CHECK(Scanned("<ul><li><a href=1>one</a><li><a href=2>two</a></ul>") == "1=one 2=two");
  CHECK(Scanned("<table><tr><td><a href=1>one</a><td><a href=2>two</a></table><a href=3>three") ==
        "1=one 2=two 3=three");
  CHECK(Scanned("<a href=1><svg viewBox='0 0 1 1'><title>x</title><g><path d=m /></g></svg>one</a>") == "1=xone");
  CHECK(Scanned("<select><option>a<option>b</select><a href=1>one</a>") == "1=one");
  CHECK(Scanned("<template><table><a href=0><script>'</template>'</script></template><a href=1>one</a>") == "1=one");
  CHECK(Scanned("<noscript><img src=x></noscript><a href=1>one</a>") == "1=one");
}

TEST_CASE("HtmlScanner: where only a tree can tell, it says so") {
  // clang-format off
  for (const std::string_view html : {
           "<a href=1><div><a href=2>",       // a link in a block in a link is closed and opened again
           "<p><a href=1><div>x",             // the block ends the paragraph, and the link goes on in it
           "<div><a href=1>x</div>y",         // the link goes on behind the block
           "<table><a href=1>x",              // moved before the table
           "<table><tr>x",
           "<a href=1><table>",
           "<li><a href=1>x<li>y",
           "<b><a href=1>x</b>y",
           "<h1>a<div></h1>",
           "<frameset><frame src=x>",
           "<svg><foreignObject><a href=x>",
           "<svg><p>",
           "<math><annotation-xml encoding=text/html><a href=x>",
           "<select><a href=1>",
           "<plaintext>",
           "<title>a\x1E</title>",            // where gumbo has U+FFFD
           "<a href='a\xC2\x80'>x</a>",
           "<a href=a>\xEF\xBF\xBE</a>",
           "<title>&#11111111111111</title>",
           "<a x X href=1>t</a>",            // where gumbo loses an attribute
       }) {
    // clang-format on
    CAPTURE(html);
    CHECK(Scanned(html) == "tree");
  }
  CHECK(Scanned(std::string_view("a\0b", 3)) == "tree");
}

TEST_CASE("HtmlScanner: a page that would make it look back over and over is left to the bounds of the tree") {
  const auto repeated = [](std::string_view text) {
    std::string out;
    for (int i = 0; i < 100'000; ++i) {
      out += text;
    }
    return out;
  };
  CHECK(Scanned("<a href=1>" + repeated("<div>")) == "tree");
  CHECK(Scanned("<a href=1>" + repeated("<span>")) == "tree");
  CHECK(Scanned("<body>" + repeated("<noscript>") + repeated("<hr>")) == "tree");
}

TEST_CASE("HtmlScanner: a link in a heading that an anchor is open around is left to the tree") {
  CHECK(Scanned("<a><h1><n><p><a><h1>x") == "tree");
  CHECK(Scanned("<a><table><tr><td></a></table><h1><a href=1>x</a></h1>") == "tree");
  CHECK(Scanned("<a><object></a></object><h1><a href=1>x</a></h1>") == "tree");
  CHECK(Scanned("<a name=top></a><h1>a <a href=1>b</a></h1>") == "1=b");
  CHECK(Scanned("<a name=top><a name=more></a><h1><a href=1>b</a></h1>") == "1=b");
  CHECK(Scanned("<a name=top><h1>x</h1></a>") == "");
}

TEST_CASE("HtmlScanner: pages drawn at random read as their tree does, or are left to it") {
  std::mt19937 random(20'261);
  ParsedPage tree;
  internal::HtmlScanner scanner({});
  PageContents by_scan;
  PageContents by_tree;
  PageMarkup markup;
  std::size_t scanned = 0;
  const int pages = testing::SizeOf(2'000'000, 20'000, 5'000);
  for (int i = 0; i < pages; ++i) {
    std::string html;
    for (std::size_t pieces = 1 + random() % 24; pieces > 0; --pieces) {
      html += kPieces[random() % std::size(kPieces)];
    }
    if (!scanner.Scan(html, by_scan, &markup)) {
      continue;
    }
    tree.Parse(html);
    tree.ReadContents(by_tree);
    CAPTURE(html);
    REQUIRE(testing::DifferenceOf(by_scan, by_tree) == "");
    REQUIRE(testing::DifferenceOf(markup, MarkupOf(tree.tree())) == "");
    ++scanned;
  }
  CHECK(scanned > static_cast<std::size_t>(pages) / 10);
}
}

}  // namespace
}  // namespace spinneret
