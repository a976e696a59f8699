#include "parser/readable_text.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/encoding.h"

namespace spinneret::internal {
namespace {

ReadableText Read(std::string_view html) {
  static HtmlDocument document;
  static ReadableTextReader reader;
  static const Url base = *Url::Parse("https://site.example/dir/page");
  ReadableText found;
  document.Parse(html, ReadLimits(), RawText::kDrop);
  reader.Read(document, base, found);
  return found;
}
std::string TextOf(std::string_view html) {
  return Read(html).text;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string Repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

// Paragraphs as an article has them, numbered so that each can be looked for.
std::string Prose(int first, int count) {
  std::string html;
  for (int i = first; i < first + count; ++i) {
    html += "<p>Paragraph " + std::to_string(i) +
            " tells of spiders, their webs, and the patience with which they wait; it is as long as those of articles "
            "are, and has commas, too.</p>\n";
  }
  return html;
}

constexpr std::string_view kNavigation =
    "<ul><li><a href=/>Home</a><li><a href=/news>News from here</a><li><a href=/sport>Sport</a><li><a "
    "href=/about>About</a></ul>";

TEST_SUITE("parser/readable_text") {
TEST_CASE("ReadableText: an article without navigation, header, sidebar, comments and footer") {
  const std::string text = TextOf("<title>t</title><header><a href=/>The Site</a><p>Its slogan</p></header><nav>" +
                                  std::string(kNavigation) + "</nav><main><article><h1>On spiders</h1>" + Prose(1, 4) +
                                  "<div class=share-buttons>Share this <a href=//s.example>there</a></div></article>"
                                  "<section class=comments><h2>Comments</h2>" +
                                  Prose(90, 3) + "</section></main><aside><h2>Popular</h2>" + Prose(70, 1) +
                                  "</aside><footer>All rights reserved</footer>");
  CHECK(text.starts_with("On spiders\nParagraph 1 tells"));
  CHECK(Has(text, "Paragraph 4"));
  for (const char* chrome : {"slogan", "Home", "Share this", "Comments", "Paragraph 90", "Popular", "reserved"}) {
    CAPTURE(chrome);
    CHECK_FALSE(Has(text, chrome));
  }
}

TEST_CASE("ReadableText: an article in a page of unnamed boxes is found by its sentences") {
  const std::string text =
      TextOf("<div><div>" + std::string(kNavigation) + "</div><div><div><h2>Title</h2>" + Prose(1, 5) +
             "</div></div><div>" + std::string(kNavigation) + "</div><div>Copyright by us, 2026.</div></div>");
  CHECK(text.starts_with("Title\nParagraph 1"));
  CHECK(Has(text, "Paragraph 5"));
  CHECK_FALSE(Has(text, "News from here"));
  CHECK_FALSE(Has(text, "Copyright"));
}

TEST_CASE("ReadableText: an article that is cut into several boxes is put together again") {
  const std::string text =
      TextOf("<div>" + std::string(kNavigation) + "</div><div><div>" + Prose(1, 3) + "</div><div>" + Prose(4, 2) +
             "</div><h3>Between</h3><div>" + Prose(6, 3) + "</div></div>");
  for (int i = 1; i < 9; ++i) {
    CHECK(Has(text, "Paragraph " + std::to_string(i)));
  }
  CHECK(Has(text, "Between"));
  CHECK_FALSE(Has(text, "Sport"));
}

TEST_CASE("ReadableText: what says of itself that it is the article's body is believed") {
  const std::string text =
      TextOf("<div>" + Prose(1, 2) + "<div itemprop=articleBody>" + Prose(3, 4) + "</div>" + Prose(7, 1) + "</div>");
  CHECK(text.starts_with("Paragraph 3"));
  CHECK(Has(text, "Paragraph 6"));
  CHECK_FALSE(Has(text, "Paragraph 7"));
}

TEST_CASE("ReadableText: the posts of a thread are its content, in order") {
  std::string page = "<div class=topnav>" + std::string(kNavigation) + "</div><div id=thread>";
  for (int i = 1; i < 6; ++i) {
    page += "<div class=message><div class=user-info><a href=/u>someone</a></div><div class=body>" + Prose(i, 1) +
            "</div></div>";
  }
  const std::string text = TextOf(page + "</div><div class=footer>bye</div>");
  for (int i = 1; i < 6; ++i) {
    CHECK(Has(text, "Paragraph " + std::to_string(i)));
  }
  CHECK(text.find("Paragraph 1") < text.find("Paragraph 5"));
  CHECK_FALSE(Has(text, "Sport"));
}

TEST_CASE("ReadableText: where the comments are all there is, they are the content") {
  std::string page = "<h1>A question</h1><div class=comments>";
  for (int i = 1; i < 6; ++i) {
    page += "<div class=comment>" + Prose(i, 1) + "</div>";
  }
  const std::string text = TextOf(page + "</div>");
  CHECK(Has(text, "Paragraph 1"));
  CHECK(Has(text, "Paragraph 5"));
}

TEST_CASE("ReadableText: the articles of a front page are all its content") {
  std::string page;
  for (int i = 1; i < 5; ++i) {
    page += "<article class=post><h2>Post " + std::to_string(i) + "</h2>" + Prose(i, 1) + "</article>";
  }
  const std::string text = TextOf("<main>" + page + "</main>");
  CHECK(Has(text, "Post 1\nParagraph 1"));
  CHECK(Has(text, "Post 4\nParagraph 4"));
}

TEST_CASE("ReadableText: teasers beside an article are not taken for its parts") {
  const std::string text =
      TextOf("<main><article class=post>" + Prose(1, 6) +
             "</article><article class=post><a href=/o>Another story, which is told elsewhere, and "
             "has a long title.</a></article></main>");
  CHECK(Has(text, "Paragraph 6"));
  CHECK_FALSE(Has(text, "Another story"));
}

TEST_CASE("ReadableText: a product's page has name, price, description and data") {
  const std::string text =
      TextOf("<nav>" + std::string(kNavigation) +
             "</nav><main><h1>Web spinner</h1><p>19.90</p><div class=description><p>Spins webs of any size.</p></div>"
             "<table><tr><th>Weight<td>2 kg<tr><th>Colour<td>grey</table></main><footer>Terms</footer>");
  CHECK(text == "Web spinner\n19.90\nSpins webs of any size.\nWeight\t2 kg\nColour\tgrey");
}

TEST_CASE("ReadableText: a page without an article gives its visible text without chrome") {
  CHECK(TextOf("<nav><a href=/>Home</a></nav><h1>Hello</h1><div>Short.</div><footer>bye</footer>") == "Hello\nShort.");
  CHECK(TextOf("<p>one <p>two") == "one\ntwo");
}

TEST_CASE("ReadableText: on a page of links the links are the content") {
  std::string links;
  for (int i = 0; i < 30; ++i) {
    links += "<li><a href=/" + std::to_string(i) + ">Chapter number " + std::to_string(i) + "</a>";
  }
  const std::string text = TextOf("<h1>Contents</h1><div><p>All the chapters of this book.</p><ul>" + links +
                                  "</ul></div><footer>bye</footer>");
  CHECK(Has(text, "Contents"));
  CHECK(Has(text, "Chapter number 0\nChapter number 1\n"));
  CHECK(Has(text, "Chapter number 29"));
}

TEST_CASE("ReadableText: a list of links that a sentence announces is kept, one that stands alone is not") {
  const std::string text = TextOf("<article>" + Prose(1, 2) +
                                  "<p>There are three kinds:</p><ul><li><a href=1>Orb webs</a><li><a href=2>Sheet "
                                  "webs</a><li><a href=3>Funnel webs</a></ul>" +
                                  Prose(3, 2) +
                                  "<h3>Elsewhere</h3><ul><li><a href=1>Other one</a><li><a href=2>Other two</a><li><a "
                                  "href=3>Other three</a></ul></article>");
  CHECK(Has(text, "Orb webs\nSheet webs\nFunnel webs"));
  CHECK_FALSE(Has(text, "Other two"));
  CHECK_FALSE(Has(text, "Elsewhere"));  // a heading over nothing
}

TEST_CASE("ReadableText: a box with a label and one link leads elsewhere") {
  const std::string text = TextOf(
      "<article>" + Prose(1, 3) + "<div><p>Read on</p><a href=/n>Another story, with a title that is long</a></div>" +
      Prose(4, 2) + "<div><a href=/d>The drawing of the whole web in its full size, as a page</a></div></article>");
  CHECK_FALSE(Has(text, "Another story"));
  CHECK(Has(text, "The drawing of the whole web in its full size, as a page"));
}

TEST_CASE("ReadableText: what is hidden is not read") {
  const std::string text =
      TextOf("<article>" + Prose(1, 2) +
             "<p hidden>a1</p><p style='color:red; display : none'>a2</p><p "
             "aria-hidden=true>a3</p><script>a4</script><style>a5"
             "</style><template>a6</template><noscript>a7</noscript><svg><text>a8</text></svg><button>a9</button>"
             "<select><option>a10</select><span class='sr-only'>a11</span><iframe>a12</iframe></article>");
  CHECK_FALSE(Has(text, "a1"));
  for (int i = 2; i < 10; ++i) {
    CHECK_FALSE(Has(text, "a" + std::to_string(i)));
  }
}

TEST_CASE("ReadableText: a page that hides all it has until a script shows it is read all the same") {
  CHECK(Has(TextOf("<p>Loading</p><div id=app style='display:none'>" + Prose(1, 3) + "</div>"), "Paragraph 3"));
  CHECK(Has(TextOf("<div aria-hidden=true>" + Prose(1, 3) + "</div><div role=dialog>We use cookies.</div>"),
            "Paragraph 3"));
}

TEST_CASE("ReadableText: several articles that each say they are one are all read, teasers are not") {
  const std::string post = "<div itemprop=articleBody>";
  const std::string thread = TextOf(post + Prose(1, 2) + "</div>" + post + Prose(3, 2) + "</div>");
  CHECK(Has(thread, "Paragraph 1"));
  CHECK(Has(thread, "Paragraph 4"));
  const std::string article = TextOf(post + Prose(1, 5) + "</div>" + post + Prose(9, 1) + "</div>");
  CHECK(Has(article, "Paragraph 5"));
  CHECK_FALSE(Has(article, "Paragraph 9"));
}

TEST_CASE("ReadableText: short posts in the rows of a table belong to the thread") {
  const std::string text = TextOf("<table class=forum><tr><td>ann</td><td>" + Prose(1, 2) +
                                  "</td></tr><tr><td>bob</td><td>Yes, that is how it is, I think so too.</td></tr><tr>"
                                  "<td>cid</td><td>" +
                                  Prose(3, 1) + "</td></tr></table>");
  CHECK(Has(text, "Paragraph 1"));
  CHECK(Has(text, "I think so too."));
  CHECK(Has(text, "Paragraph 3"));
}

TEST_CASE("ReadableText: signatures in documentation are kept though most of them are links") {
  const std::string text =
      TextOf("<main>" + Prose(1, 2) +
             "<section><h3>impl <a href=c>Clone</a> for <a href=v>Vector</a></h3></section><div><h3>fn <a "
             "href=n>next</a>(<a href=s>Self</a>)</h3></div></main>");
  CHECK(Has(text, "impl Clone for Vector"));
  CHECK(Has(text, "fn next(Self)"));
}

TEST_CASE("ReadableText: a name that looks like chrome does not hide what the page consists of") {
  CHECK(Has(TextOf("<body class=has-sidebar><div class=sidebar-layout>" + Prose(1, 5) + "</div>"), "Paragraph 5"));
  CHECK(Has(TextOf("<div class=comments-open><div id=header-menu>" + Prose(1, 5) + "</div></div>"), "Paragraph 5"));
  CHECK(Has(TextOf("<form method=post><input name=q><div>" + Prose(1, 5) + "</div></form>"), "Paragraph 5"));
}

TEST_CASE("ReadableText: names are read by whole words") {
  // "ad" is no part of "header", "nav" none of "navy".
  const std::string text = TextOf("<article>" + Prose(1, 4) + "<div class='leading navyBlue'>" + Prose(5, 1) +
                                  "</div><div class=topAdBox>" + Prose(6, 1) + "</div></article>");
  CHECK(Has(text, "Paragraph 5"));
  CHECK_FALSE(Has(text, "Paragraph 6"));
}

TEST_CASE("ReadableText: a note in an aside is content, an aside of its own is not") {
  const std::string text =
      TextOf("<main>" + Prose(1, 3) + "<aside class='admonition note'><p>Mind the web.</p></aside>" + Prose(4, 2) +
             "<aside><p>Elsewhere on this site.</p></aside></main>");
  CHECK(Has(text, "Mind the web."));
  CHECK_FALSE(Has(text, "Elsewhere"));
}

TEST_CASE("ReadableText: lines of code stay lines, without their numbers") {
  CHECK(
      TextOf("<main><p>Code:</p><table class=highlight><tr><td class=linenos><pre>1\n2</pre><td class=code><pre>\nint "
             "a;\n\n  int b;\n</pre></table><p>End.</main>") == "Code:\nint a;\n\n  int b;\nEnd.");
}

TEST_CASE("ReadableText: permalinks and edit links are not part of headings") {
  CHECK(
      TextOf("<main><h1>Name<a class=headerlink href=#n>\u00b6</a></h1><h2>More<span class=mw-editsection>[edit]</span>"
             "</h2><p>Text.</main>") == "Name\nMore\nText.");
}

TEST_CASE("ReadableText: white space is collapsed, invisible characters are left out") {
  CHECK(TextOf("<p>a\u00a0 \n\tb<b> c</b>&shy;d&#8203;e") == "a b cde");
  CHECK(TextOf("<div>one<br>two<br><br>three</div>") == "one\ntwo\nthree");
  CHECK(TextOf("").empty());
}

TEST_CASE("ReadableText: rows of data are lines with tabs, tables of layout are not") {
  CHECK(TextOf("<table><tr><th>A<th>B<tr><td><p>1</p><p>2</p><td>3<tr><td><td>4</table>") == "A\tB\n1 2\t3\n\t4");
  CHECK(TextOf("<table role=presentation><tr><td>one<td>two<tr><td>three<td>four</table>") == "one\ntwo\nthree\nfour");
  CHECK(TextOf("<table><tr><td><table><tr><td>in</table><td>out</table>") == "in\nout");
}

TEST_CASE("ReadableText: a character reference to a number beyond all characters gives no malformed text") {
  const ReadableText found = Read("<article><p>a &#11111111111; b</p></article>");
  CHECK(IsValidUtf8(found.text));
  CHECK(IsValidUtf8(found.markdown));
}

TEST_CASE("ReadableText: a page of frames, and one of nothing but markup, have no text") {
  CHECK(TextOf("<frameset><frame src=a></frameset>").empty());
  CHECK(TextOf("<div><p></p><ul><li></ul><table><tr><td></table></div>").empty());
}
}  // TEST_SUITE("parser/readable_text")

// Pages that are made to cost time or memory; a test that hangs is ended by ctest.
TEST_SUITE("parser/readable_text/hostile") {
TEST_CASE("ReadableText: a hundred thousand empty boxes around an article") {
  const std::string boxes = Repeat("<div></div>", 100'000);
  CHECK(Has(TextOf(boxes + "<div>" + Prose(1, 5) + "</div>" + boxes), "Paragraph 5"));
}

TEST_CASE("ReadableText: nesting of every kind up to the limit of depth") {
  for (const std::string tag : {"<div>", "<blockquote>", "<ul><li>", "<b>", "<section>", "<table><td>", "<dl><dd>",
                                "<article>", "<span class=comment>", "<a href=x>", "<pre>", "<code>", "<form>"}) {
    CAPTURE(tag);
    const ReadableText found = Read("<p>first</p>" + Repeat(tag, 10'000) + "deep");
    CHECK(Has(found.text, "first"));
    CHECK(found.markdown.size() < 200'000);
  }
}

TEST_CASE("ReadableText: many lines at a great depth do not multiply") {
  const std::string page = Repeat("<blockquote>", 200) + Repeat("<p>x</p>", 20'000);
  CHECK(Read(page).markdown.size() < 40 * page.size());
  const std::string items = Repeat("<ol start=99999999><li>", 100) + Repeat("<p>x</p>", 20'000);
  CHECK(Read(items).markdown.size() < 60 * items.size());
}

TEST_CASE("ReadableText: cells that claim many rows and columns do not multiply") {
  const std::string page =
      "<table>" + Repeat("<tr><td rowspan=65534 colspan=1000>x", 300) + Repeat("<tr><td>y", 20'000) + "</table>";
  CHECK(Read(page).markdown.size() < 20 * page.size());
  const std::string wide = "<table><tr>" + Repeat("<td>x", 50'000) + "</table>";
  CHECK(Read(wide).markdown.size() < 4 * wide.size());
}

TEST_CASE("ReadableText: spans that every paragraph opens again do not multiply") {
  const std::string page =
      Repeat("<a href='https://a.example/" + std::string(100, 'a') + "'>", 1) + Repeat("<div>x</div>", 20'000);
  CHECK(Read(page).markdown.size() < 20 * page.size());
  const std::string long_link = "<a href='" + std::string(200'000, 'a') + "'>" + Repeat("<div>x</div>", 2'000);
  CHECK(Read(long_link).markdown.size() < 4 * long_link.size());
  const std::string nothing = "<a href='" + std::string(200'000, 'a') + "'>" + Repeat("<div></div>", 50'000) + "x";
  CHECK(Read(nothing).markdown.size() < 2 * nothing.size());
}

TEST_CASE("ReadableText: a long base does not multiply with the links that are relative to it") {
  HtmlDocument document;
  const std::string page = Repeat("<a href=x>y</a> ", 5'000);
  document.Parse(page, ReadLimits(), RawText::kDrop);
  ReadableText found;
  const Url base = *Url::Parse("https://site.example/" + std::string(100'000, 'a') + "/");
  ReadableTextReader().Read(document, base, found);
  CHECK(found.markdown.size() < (20U << 20U));
}

TEST_CASE("ReadableText: long names, long words and a hundred thousand line breaks are read in good time") {
  CHECK(Has(TextOf("<div class='" + Repeat("sidebar ", 100'000) + "'>" + Prose(1, 3) + "</div>"), "Paragraph 3"));
  CHECK(TextOf("<p>" + std::string(1'000'000, 'w')).size() == 1'000'000);
  CHECK(TextOf("<p>a" + Repeat("<br>", 100'000) + "b") == "a\nb");
  CHECK(Read("<p>a" + Repeat("<br>", 100'000) + "b").markdown == "a\n\nb\n");
  CHECK(Read(Repeat("<b>x</b><i>y</i><a href=z>z</a><code>`</code>", 20'000)).markdown.size() > 100'000);
}
}  // TEST_SUITE("parser/readable_text/hostile")

}  // namespace
}  // namespace spinneret::internal
