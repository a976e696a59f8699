#include "parser/page_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "parser/encoding.h"
#include "parser/html_document.h"
#include "tests/support/page_contents.h"

namespace spinneret {
namespace {

// What the tree says; a scan that has no doubts has to say the same.
PageContents Read(std::string_view html, const ReadLimits& limits = {}) {
  PageContents contents;
  MakeGumboPageReader(limits)->Read(html, contents);
  PageContents scanned;
  MakePageReader(limits)->Read(html, scanned);
  const bool whole = contents.cut.empty() || contents.cut == "links" || contents.cut == "bytes";
  if (!scanned.by_tree && whole && IsValidUtf8(html)) {
    CHECK(testing::DifferenceOf(scanned, contents) == "");
    CHECK(scanned.word_count == contents.word_count);
    CHECK(scanned.cut == contents.cut);
  }
  return contents;
}

// "a|https://x.example|text" for each link, rel in brackets behind the tag where there is one.
std::vector<std::string> Links(std::string_view html) {
  std::vector<std::string> links;
  for (const RawLink& link : Read(html).links) {
    const std::string rel = link.rel.empty() ? "" : "[" + link.rel + "]";
    links.push_back(std::string(LinkTagName(link.tag)) + rel + "|" + link.href + "|" + link.text);
  }
  return links;
}
using Lines = std::vector<std::string>;

std::string Repeat(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) {
    out += text;
  }
  return out;
}

TEST_SUITE("parser/page_reader") {
TEST_CASE("PageReader: title, description, h1, lang, canonical and robots of a page") {
  const PageContents page = Read(R"(<!doctype html><html lang=" en-GB "><head>
      <title> A &amp;
         B </title><meta name=Description content=" About  it ">
      <meta name="robots" content="NoIndex"><meta name=spinneret content="nofollow, NOARCHIVE"><meta name=googlebot content=none>
      <link rel="alternate Canonical" href="/c?a=1&amp;b=2"></head>
      <body><h1>First <b>big</b>
      one</h1><h1>Second</h1></body></html>)");
  CHECK(page.title == "A & B");
  CHECK(page.description == "About it");
  CHECK(page.h1 == "First big one");
  CHECK(page.lang == "en-GB");
  CHECK(page.canonical == "/c?a=1&b=2");
  CHECK(page.robots == "noindex, nofollow, noarchive");
  CHECK(page.cut.empty());
}

TEST_CASE("PageReader: the first meta refresh that asks for one, in head, body or noscript but not in a template") {
  CHECK(Read("<meta http-equiv=refresh content=soon><meta http-equiv=Refresh content='0; url=/a?x=1&amp;y=2'>"
             "<meta http-equiv=refresh content='1;/b'>")
            .refresh == "0; url=/a?x=1&y=2");
  CHECK(Read("<body><p><meta http-equiv=refresh content='5;/b'>").refresh == "5;/b");
  CHECK(Read("<head><noscript><meta http-equiv=refresh content='0;/plain'></noscript>").refresh == "0;/plain");
  CHECK(
      Read("<template><meta http-equiv=refresh content='0;/no'></template><!-- <meta http-equiv=refresh content=0> -->")
          .refresh.empty());
  CHECK(Read("<meta name=refresh content='0;/no'><meta http-equiv=refreshed content='0;/no'>").refresh.empty());
}

TEST_CASE("PageReader: the first of each counts") {
  const PageContents page = Read(
      "<title>1</title><title>2</title><meta name=description content=1><meta name=description content=2><base href=1>"
      "<base href=2><link rel=canonical href=1><link rel=canonical href=2>");
  CHECK(page.title == "1");
  CHECK(page.description == "1");
  CHECK(page.base_href == "1");
  CHECK(page.canonical == "1");
}

TEST_CASE("PageReader: the title of a drawing is not the page's") {
  CHECK(Read("<body><svg><title>Icon</title></svg><p>x").title.empty());
  CHECK(Read("<svg><title>Icon</title></svg><title>Page</title>").title == "Page");
}

TEST_CASE("PageReader: links of all five elements in document order, repeats kept") {
  CHECK(Links("<link rel='Style  Sheet' href=s.css><a href=1>one</a><map><area href=2 rel=nofollow></map><iframe "
              "src=3></iframe>"
              "<a href=1>again</a>") ==
        Lines{"link[style sheet]|s.css|", "a|1|one", "area[nofollow]|2|", "iframe|3|", "a|1|again"});
  CHECK(Links("<frameset><frame src=1><frame src=2></frameset>") == Lines{"frame|1|", "frame|2|"});
}

TEST_CASE("PageReader: link text is collapsed, without markup, scripts and comments") {
  CHECK(Links("<a href=x>\n  a <b>b</b>c<!-- no --> <script>var no</script><style>no{}</style> &lt;d&gt;\t</a>") ==
        Lines{"a|x|a bc <d>"});
}

TEST_CASE("PageReader: an a without href is no link, one with an empty href is") {
  CHECK(Links("<a name=x>no</a><a href>yes</a><a href=''>too</a><link href=''><iframe src=''></iframe>") ==
        Lines{"a||yes", "a||too"});
}

TEST_CASE("PageReader: entities in an href are decoded") {
  CHECK(Links("<a href='?a=1&amp;b=&#x41;&copy=2'>x</a>") == Lines{"a|?a=1&b=A&copy=2|x"});
}

TEST_CASE("PageReader: links in noscript count, those in templates, comments, scripts and text do not") {
  CHECK(Links("<noscript><a href=1>n</a></noscript>") == Lines{"a|1|n"});
  CHECK(Links("<template><a href=1>t</a></template><!--<a href=2>--><script>'<a href=3>'</script><textarea><a "
              "href=4></textarea>"
              "<title><a href=5></title><style><a href=6></style><xmp><a href=7></xmp><a href=8>x</a>") ==
        Lines{"a|8|x"});
}

TEST_CASE("PageReader: a script that hides its own end tag ends where a browser ends it") {
  CHECK(Links("<script><!--<script></script><a href=1>no</a>--></script><a href=2>yes</a>") == Lines{"a|2|yes"});
  CHECK(Links("<script><!--<script></script></script><a href=1>yes</a>") == Lines{"a|1|yes"});
}

TEST_CASE("PageReader: what stands around a long comment does not come together") {
  const std::string comment = "<!--" + std::string(100, 'c') + "-->";
  CHECK(Links("<" + comment + "a href=1>x") == Lines{});
  CHECK(Read("<title>&am" + comment).title == "&am" + comment);
  CHECK(Read("<p>&am" + comment + "p; x").word_count == 2);
  CHECK(Links(comment + "<a href=1>" + comment + "x</a>" + comment) == Lines{"a|1|x"});
}

TEST_CASE("PageReader: markup that opens in a script or style of a drawing is markup") {
  CHECK(Links("<svg><style><a href=1>x</a></style></svg><a href=2>y</a>") == Lines{"a|1|x", "a|2|y"});
}

TEST_CASE("PageReader: tables, misnesting and implied end tags as the HTML standard has them") {
  CHECK(Links("<table><a href=1>out<tr><td><a href=2>in</table>") == Lines{"a|1|out", "a|2|in"});
  CHECK(Links("<a href=1>x<div>y</a>z</div>") == Lines{"a|1|x", "a|1|y"});
  CHECK(Links("<a href=1>x<a href=2>y") == Lines{"a|1|x", "a|2|y"});
}

TEST_CASE("PageReader: words of the visible text are counted") {
  CHECK(Read("<title>not this</title><body>one two<p>three</p><p>four</p>fi<b>v</b>e<br>six").word_count == 6);
  CHECK(Read("<script>a b</script><style>c d</style><p><noscript>e f</noscript><template>g h</template>&nbsp;i")
            .word_count == 1);
  CHECK(Read("<ul><li>a<li>b</ul><table><tr><td>c<td>d</table>").word_count == 4);
  CHECK(Read("").word_count == 0);
}

TEST_CASE("PageReader: the empty page and pages of broken bytes have contents") {
  CHECK(Read("").links.empty());
  CHECK(Read("<").title.empty());
  CHECK(Read(std::string("<title>a\0b</title>", 18)).title ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(Read("<title>\xFF\xC3</title>").title == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(Read("<a href=\"").links.empty());
}

TEST_CASE("PageReader: a character reference to a number beyond all characters gives no malformed text") {
  const std::string number = "&#11111111111";
  const PageContents page = Read("<title>" + number + ";</title><a href=" + number + ">" + number + "</a>");
  CHECK(IsValidUtf8(page.title));
  REQUIRE(page.links.size() == 1);
  CHECK(IsValidUtf8(page.links[0].href));
  CHECK(IsValidUtf8(page.links[0].text));
}

TEST_CASE("PageReader: fields and link texts are cut on a character") {
  ReadLimits limits;
  limits.field_bytes = 5;
  limits.link_text_bytes = 3;
  const PageContents page =
      Read("<title>abcd\xC3\xA4</title><h1>ab cdef</h1><a href=x>ab\xE2\x82\xAC</a><a href=y>abc</a>", limits);
  CHECK(page.title == "abcd");
  CHECK(page.h1 == "ab cd");
  REQUIRE(page.links.size() == 2);
  CHECK(page.links[0].text == "ab");
  CHECK(page.links[1].text == "abc");
}

TEST_CASE("PageReader: the number of links is bounded, and the page says so") {
  ReadLimits limits;
  limits.max_links = 3;
  const PageContents page = Read("<a href=1>1<a href=2>2<a href=3>3<a href=4>4", limits);
  CHECK(page.links.size() == 3);
  CHECK(page.cut == "links");
}

TEST_CASE("PageReader: a page over the limit of bytes is read as far as that") {
  ReadLimits limits;
  limits.max_bytes = 40;
  const PageContents page = Read("<a href=1>1</a>" + std::string(40, ' ') + "<a href=2>2</a>", limits);
  CHECK(page.links.size() == 1);
  CHECK(page.cut == "bytes");
}

TEST_CASE("PageReader: a reader reads page after page, whatever the last one was") {
  const auto reader = MakeGumboPageReader();
  PageContents page;
  for (int i = 0; i < 3; ++i) {
    reader->Read(Repeat("<div>", 100'000) + "<a href=x>", page);
    CHECK(page.cut == "depth");
    reader->Read("<title>t</title><a href=1>x</a>", page);
    CHECK(page.cut.empty());
    CHECK(page.title == "t");
    CHECK(page.links.size() == 1);
  }
}
}  // TEST_SUITE("parser/page_reader")

// Pages that make a tree builder overflow its stack, take minutes or fill the memory. They have to come back, cut; a
// test that hangs is ended by ctest.
TEST_SUITE("parser/page_reader/hostile") {
constexpr std::size_t kBytes = 256U << 10U;

TEST_CASE("PageReader: a hundred thousand nested elements are cut at the limit of depth, what came before is kept") {
  for (const std::string tag :
       {"<div>", "<ul><li>", "<svg>", "<svg><g>", "<table><td>", "<object>", "<template>", "<span>", "<math><mi>",
        "<svg><foreignObject>", "<noscript>", "<dl><dd>", "<button><b>", "<optgroup>", "<fieldset><form>"}) {
    CAPTURE(tag);
    const PageContents page = Read("<title>t</title><a href=1>x</a>" + Repeat(tag, kBytes) + "<a href=2>y</a>");
    CHECK(page.title == "t");
    CHECK(page.links.size() == 1);
    CHECK(page.cut == "depth");
  }
}

TEST_CASE("PageReader: formatting elements that pile up are cut") {
  std::string distinct;
  for (int i = 0; distinct.size() < kBytes; ++i) {
    distinct += "<font size=" + std::to_string(i) + ">";
  }
  CHECK(Read(distinct).cut == "depth");
  CHECK(Read(Repeat("<b>", kBytes)).cut == "depth");
  CHECK(Read(Repeat("<a><b><a>", kBytes)).cut == "depth");
  CHECK(Read(Repeat("<b><i><u><s><div></b></i></u></s>", kBytes)).cut == "depth");
}

TEST_CASE("PageReader: formatting elements that every paragraph opens again are cut") {
  std::string page = "<p>";
  for (int i = 0; i < 240; ++i) {
    page += "<b class=" + std::to_string(i) + ">";
  }
  CHECK(Read(page + "</p>" + Repeat("<p>x", kBytes)).cut == "work");
}

TEST_CASE("PageReader: deep blocks that every tag has to be compared with are cut") {
  CHECK(Read(Repeat("<div>", 2'400) + Repeat("</x>", 8 * kBytes)).cut == "work");
  CHECK(Read(Repeat("<div>", 2'400) + Repeat("<p></p>", 16 * kBytes)).cut == "work");
}

TEST_CASE("PageReader: attributes without end are cut, in one tag, in many, and in one that is never closed") {
  std::string attributes;
  for (int i = 0; attributes.size() < kBytes; ++i) {
    attributes += " a" + std::to_string(i);
  }
  CHECK(Read("<title>t</title><div" + attributes + ">").cut == "attributes");
  CHECK(Read("<title>t</title><div" + attributes).title == "t");
  CHECK(Read("<title>t</title></div" + attributes + ">").cut == "attributes");
  std::string bodies;
  for (int i = 0; bodies.size() < kBytes; ++i) {
    bodies += "<body a" + std::to_string(i) + ">";
  }
  CHECK(Read(bodies).cut == "attributes");
  std::string thousand = "<p";
  for (int i = 0; i < 1000; ++i) {
    thousand += " a" + std::to_string(i);
  }
  CHECK(Read(Repeat(thousand + ">", 8 * kBytes)).cut == "work");
}

TEST_CASE("PageReader: a frameset that throws away a deep body does not overflow the stack") {
  CHECK(Read(Repeat("<div>", 200'000) + "<frameset><frame src=x></frameset>").links.empty());
  CHECK(Read(Repeat("<div>", 2'000) + "<frameset><frame src=x></frameset>").links.size() == 1);
}

TEST_CASE("PageReader: nesting that is hidden from a count of tags is cut") {
  // End tags that the tree builder ignores: within <select>, in cells, behind blocks.
  for (const std::string& hidden : {Repeat("<div>", 500) + "<select>" + Repeat("</div>", 600) + "</select>",
                                    Repeat("<div>", 500) + "<table><td>" + Repeat("</div>", 600) + "</table>",
                                    Repeat("<span>", 500) + "<div>" + Repeat("</span>", 600),
                                    std::string("<desc><h1></desc>"), std::string("<noscript></form><form><option>")}) {
    CAPTURE(hidden.substr(0, 20));
    CHECK(Read(Repeat(hidden, kBytes)).cut == "depth");
  }
}

TEST_CASE("PageReader: misnested links and tables in tables are read in full, in good time") {
  CHECK(Read(Repeat("<a href=x><div></a></div>", kBytes)).cut.empty());
  CHECK(Read("<table>" + Repeat("<a href=x>y", kBytes)).cut.empty());
  CHECK(Read(Repeat("<table><a href=x>", kBytes)).cut.empty());
  CHECK(Read(Repeat("<b><p></b></p>", kBytes)).cut.empty());
}

TEST_CASE("PageReader: long unclosed paragraphs, items, cells and options are not nesting") {
  for (const std::string tag :
       {"<p>x", "<li>x", "<dt>x<dd>y", "<h1>x", "<nobr>x", "<button>x", "<br>", "<img>", "<a href=x>y"}) {
    CAPTURE(tag);
    CHECK(Read(Repeat(tag, kBytes)).cut.empty());
  }
  CHECK(Read("<table>" + Repeat("<tr><td>x<td>y", kBytes)).cut.empty());
  CHECK(Read("<select>" + Repeat("<option>x", kBytes) + "</select>").cut.empty());
  CHECK(Read("<p>" + Repeat("<b>x<p>", kBytes)).cut.empty());
}

TEST_CASE("PageReader: bytes that are no markup at all are read in full") {
  for (const std::string bytes : {"<", "&", "<!", "</", "<?", "<!--", "]]>", "&notit;", "<![CDATA["}) {
    CAPTURE(bytes);
    CHECK(Read(Repeat(bytes, kBytes)).cut.empty());
  }
  CHECK(Read(std::string(kBytes, '\0')).cut.empty());
}

TEST_CASE("PageReader: a tree that is over its limit of memory is built from less of the page") {
  ReadLimits limits;
  limits.max_tree_bytes = 1U << 20U;
  const PageContents page = Read("<title>t</title>" + Repeat("<a href=x>y</a>", kBytes), limits);
  CHECK(page.cut == "work");
  CHECK(page.title == "t");
  CHECK(page.links.size() > 1'000);
  CHECK(page.links.size() < 20'000);
  limits.max_tree_bytes = 1;
  CHECK(Read("<title>t</title>", limits).cut == "work");
}

TEST_CASE("PageReader: a page that breaks an assertion of the tree builder is read up to there") {
  const std::string breaks = "<table><math><mi><![CDATA[x]]>>";
  const std::string before = "<title>t</title>" + Repeat("<a href=x>y</a>", 15'000);
  for (int i = 0; i < 2; ++i) {
    const PageContents page = Read(before + breaks + "<a href=z>");
    CHECK(page.cut == "work");
    CHECK(page.title == "t");
    CHECK(page.links.size() == 1'000);
    CHECK(Read(breaks).cut == "work");
    CHECK(Read("<title>t</title>").cut.empty());
  }
}

TEST_CASE("HtmlDocument: memory that a huge page took is given back before the next") {
  internal::HtmlDocument document;
  CHECK(document.Parse(Repeat("<i>x</i>", 8 * kBytes), {}, internal::RawText::kDrop).empty());
  const std::size_t huge = document.memory();
  CHECK(document.Parse("<p>x", {}, internal::RawText::kDrop).empty());
  CHECK(document.memory() < huge / 4);
}
}  // TEST_SUITE("parser/page_reader/hostile")

}  // namespace
}  // namespace spinneret
