#include "parser/markdown.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/content_tree.h"
#include "parser/html_document.h"

namespace spinneret::internal {
namespace {

// All of a page's body, whatever its main content is.
std::string Markdown(std::string_view html, Images images = Images::kNo) {
  static const Url base = *Url::Parse("https://site.example/dir/page");
  HtmlDocument document;
  document.Parse(html, ReadLimits(), RawText::kKeep);
  ContentTree tree;
  tree.Build(document);
  std::string out;
  WriteMarkdown(tree, {tree.body()}, base, images, out);
  return out;
}

TEST_SUITE("parser/markdown") {
TEST_CASE("Markdown: headings of all levels, without breaks and closing marks") {
  CHECK(Markdown("<h1>One</h1><h2>Two <em>it</em></h2><h6>Six</h6>") == "# One\n\n## Two *it*\n\n###### Six\n");
  CHECK(Markdown("<h2>a<br>b</h2><h3></h3>") == "## a b\n");
  CHECK(Markdown("<h2>C #</h2>") == "## C \\#\n");
  CHECK(Markdown("<h2>1. - a</h2>") == "## 1. - a\n");
}

TEST_CASE("Markdown: paragraphs stand between empty lines, hard breaks are kept, two make a paragraph") {
  CHECK(Markdown("<p>a\n b</p>c<p>d") == "a b\n\nc\n\nd\n");
  CHECK(Markdown("<p>a<br>b</p>") == "a\\\nb\n");
  CHECK(Markdown("<p>a<br> <br>b<br></p>") == "a\n\nb\n");
  CHECK(Markdown("").empty());
}

TEST_CASE("Markdown: emphasis where its marks are read as such, and plain text where not") {
  CHECK(Markdown("<p>a <b>b</b> <i>c</i>, <strong>d</strong>.") == "a **b** *c*, **d**.\n");
  CHECK(Markdown("<p>a<b> b </b>c") == "a **b** c\n");
  CHECK(Markdown("<p>f<b>oo</b>bar") == "f**oo**bar\n");
  CHECK(Markdown("<p>foo<b>(bar)</b>baz") == "foo(bar)baz\n");
  CHECK(Markdown("<p>\u65e5<b>\u300c\u672c\u300d</b>\u8a9e") == "\u65e5\u300c\u672c\u300d\u8a9e\n");
  CHECK(Markdown("<p><b>a</b><i>b</i>") == "a*b*\n");
  CHECK(Markdown("<p><b>a <i>b</i></b> <b><b>c</b></b>") == "**a b** **c**\n");
  CHECK(Markdown("<p><b></b><i> </i>x<b><br></b>") == "x\n");
  CHECK(Markdown("<b>a<p>b</p></b>") == "**a**\n\n**b**\n");
}

TEST_CASE("Markdown: links are absolute, and nothing but http, https and mailto is linked") {
  CHECK(Markdown("<a href='../x y?a=1#f'>t</a>") == "[t](https://site.example/x%20y?a=1#f)\n");
  CHECK(Markdown("<a href='mailto:a@b.example'>m</a>") == "[m](mailto:a@b.example)\n");
  for (const std::string href : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
                                 " java\nscript:x", "file:///etc/passwd", "http://[", ""}) {
    CAPTURE(href);
    CHECK(Markdown("<a href='" + href + "'>t</a>") == "t\n");
  }
  CHECK(Markdown("<a href=/x></a><a href=/y><img src=z></a>a") == "a\n");
  CHECK(Markdown("<a href='https://user:secret@site.example/#x'>t</a>") == "[t](https://site.example/#x)\n");
}

TEST_CASE("Markdown: what a destination holds can neither end it nor begin something else") {
  CHECK(Markdown("<a href='/a(b)c'>t</a>") == "[t](https://site.example/a\\(b\\)c)\n");
  CHECK(Markdown("<a href='?a&amp;copy;=`x`|y'>t</a>") ==
        "[t](https://site.example/dir/page?a&amp;copy;=\\`x\\`\\|y)\n");
  CHECK(Markdown("<a href='mailto:a b<c>'>t</a>") == "t\n");
}

TEST_CASE("Markdown: a link around blocks is a link in each of them") {
  CHECK(Markdown("<a href=/x><h3>a</h3><p>b</p></a>") ==
        "### [a](https://site.example/x)\n\n[b](https://site.example/x)\n");
}

TEST_CASE("Markdown: images where they are asked for") {
  CHECK(Markdown("<p>a <img src=i.png alt='an [image]'> b", Images::kYes) ==
        "a ![an \\[image\\]](https://site.example/dir/i.png) b\n");
  CHECK(Markdown("<p>a <img src=i.png alt=x> b") == "a b\n");
  CHECK(Markdown("<img src='data:image/gif;base64,x' data-src=/late.png>", Images::kYes) ==
        "![](https://site.example/late.png)\n");
  CHECK(Markdown("<a href=/x><img src=/i.png alt=y></a>", Images::kYes) ==
        "[![y](https://site.example/i.png)](https://site.example/x)\n");
  CHECK(Markdown("<img src='javascript:x'><img><img srcset='/s.png 2x, /t.png'>", Images::kYes) ==
        "![](https://site.example/s.png)\n");
}

TEST_CASE("Markdown: code in a line has as many marks as it needs") {
  CHECK(Markdown("<p>a <code>b *c*</code> d") == "a `b *c*` d\n");
  CHECK(Markdown("<p><code>a`b</code>") == "``a`b``\n");
  CHECK(Markdown("<p><code>`</code>") == "`` ` ``\n");
  CHECK(Markdown("<p><code>a<b>b</b></code><code>c</code>") == "`abc`\n");
  CHECK(Markdown("<p><code>Vec&lt;<a href=/T>T</a>></code>") == "`Vec<`[`T`](https://site.example/T)`>`\n");
  CHECK(Markdown("<p><code> </code>x<kbd>y</kbd>") == "x`y`\n");
}

TEST_CASE("Markdown: blocks of code keep their lines and name their language") {
  CHECK(Markdown("<pre>\n  a\n\n\tb  \n\n</pre>") == "```\n  a\n\n\tb\n```\n");
  CHECK(Markdown("<pre><code class='language-cpp x'>int a;</code></pre>") == "```cpp\nint a;\n```\n");
  CHECK(Markdown("<div class='highlight-python notranslate'><div class=highlight><pre>x</pre></div></div>") ==
        "```python\nx\n```\n");
  CHECK(Markdown("<pre class='brush: js; x'>y</pre>") == "```js\ny\n```\n");
  CHECK(Markdown("<pre class=language-none>y</pre>") == "```\ny\n```\n");
  CHECK(Markdown("<pre class='language-a`b'>y</pre>") == "```a\ny\n```\n");
  CHECK(Markdown("<pre>a\n```\n````b</pre>") == "`````\na\n```\n````b\n`````\n");
  CHECK(Markdown("<pre>a<br>b<div>c</div></pre>") == "```\na\nb\nc\n```\n");
  CHECK(Markdown("<pre> \n </pre>").empty());
}

TEST_CASE("Markdown: lists nest, count from their start, and stand close") {
  CHECK(Markdown("<ul><li>a<li>b<ul><li>c<li>d</ul><li>e</ul>") == "- a\n- b\n  - c\n  - d\n- e\n");
  CHECK(Markdown("<ol start=9><li>a<li>b<p>c</p></ol>") == "9. a\n10. b\n\n    c\n");
  CHECK(Markdown("<ol><li>a<ol><li>b</ol></ol>") == "1. a\n   1. b\n");
  CHECK(Markdown("<ul><li>a<ol start=5><li>b</ol></ul>") == "- a\n\n  5. b\n");
  CHECK(Markdown("<ul><li><ul><li>a</ul><li></ul>") == "- - a\n");
  CHECK(Markdown("<ul><li><pre>x\ny</pre><li>z</ul>") == "- ```\n  x\n  y\n  ```\n- z\n");
  // A number that is not 1 would go on with the paragraph before it.
  CHECK(Markdown("<ol start=5><li>a</li>b<li>c</ol>") == "5. a\n\nb\n\n6. c\n");
  CHECK(Markdown("<ol start=5><li>a<dt>b<dd>c</ol>") == "5. a\n\n   **b**\n\n   - c\n");
  CHECK(Markdown("<ol start=-3><li>a</ol><p>b") == "1. a\n\nb\n");
}

TEST_CASE("Markdown: two lists that stand together stay two") {
  CHECK(Markdown("<ul><li>a</ul><ul><li>b</ul>") == "- a\n\n* b\n");
  CHECK(Markdown("<ol><li>a</ol><ol><li>b</ol>") == "1. a\n\n1) b\n");
  CHECK(Markdown("<ul><li>a</ul><p>x</p><ul><li>b</ul>") == "- a\n\nx\n\n- b\n");
}

TEST_CASE("Markdown: quotes, with what is in them") {
  CHECK(Markdown("<blockquote><p>a</p><p>b<br>c</p></blockquote>d") == "> a\n>\n> b\\\n> c\n\nd\n");
  CHECK(Markdown("<blockquote><ul><li>a<li>b</ul><blockquote>c</blockquote></blockquote>") ==
        "> - a\n> - b\n>\n> > c\n");
  CHECK(Markdown("<blockquote>a</blockquote><blockquote>b</blockquote>") == "> a\n\n> b\n");
  CHECK(Markdown("<ul><li><blockquote>a</blockquote></ul>") == "- > a\n");
}

TEST_CASE("Markdown: tables with a header, with none, and with cells that span") {
  CHECK(Markdown("<table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3</table>") ==
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |\n");
  CHECK(Markdown("<table><tr><td>1<td>2<tr><td>3<td>4</table>") == "| | |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n");
  CHECK(Markdown("<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td colspan=2>2<tr><td>3<td>4</table>") ==
        "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | |\n| | 3 | 4 |\n");
  CHECK(
      Markdown("<table><caption>Of things</caption><tr><th>a|b<th><code>c|d</code><tr><td><ul><li>x<li>y</ul><td>1<br>2"
               "</table>") == "Of things\n\n| a\\|b | `c\\|d` |\n| --- | --- |\n| x y | 1 2 |\n");
  CHECK(Markdown("<table><tr><td>a</table>") == "a\n");
  CHECK(Markdown("<table><tr><th><th><tr><td><td></table>").empty());
}

TEST_CASE("Markdown: terms, definitions, captions and rules") {
  CHECK(Markdown("<dl><dt>a<dd>b<dt>c<dd><p>d</p><p>e</p></dl>") == "**a**\n\n- b\n\n**c**\n\n- d\n\n  e\n");
  CHECK(Markdown("<figure><img src=x><figcaption>c</figcaption></figure>") == "c\n");
  CHECK(Markdown("<hr><p>a<hr>b<hr>") == "a\n\n***\n\nb\n");
}

TEST_CASE("Markdown: text is never read as markup") {
  CHECK(Markdown("<p>*a* _b_ `c` [d](e) &lt;f&gt; ~~g~~ \\h ![i](j)") ==
        "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f> \\~\\~g\\~\\~ \\\\h !\\[i\\](j)\n");
  CHECK(Markdown("<p># a<p>- b<p>+ c<p>&gt; d<p>1. e<p>12) f<p>--- <p>=== <p>    g") ==
        "\\# a\n\n\\- b\n\n\\+ c\n\n\\> d\n\n1\\. e\n\n12\\) f\n\n\\---\n\n\\===\n\ng\n");
  CHECK(Markdown("<p>a<br># b<br>1. c<br>===") == "a\\\n\\# b\\\n1\\. c\\\n\\===\n");
  CHECK(Markdown("<p>a &amp;amp; b &amp; c &amp;#60; d") == "a \\&amp; b & c \\&#60; d\n");
  CHECK(Markdown("<p>a&amp;<b>lt</b>; !<a href=/x>y</a>") == "a\\&**lt**; \\![y](https://site.example/x)\n");
  CHECK(Markdown("<p>a | b<br>--- | ---") == "a \\| b\\\n\\--- \\| ---\n");
  CHECK(Markdown("<p>snake_case _x a_ 2026. 10.5 3.") == "snake_case \\_x a\\_ 2026. 10.5 3.\n");
  CHECK(Markdown("<p>&lt;script>alert(1)&lt;/script>") == "\\<script>alert(1)\\</script>\n");
  CHECK(Markdown("<xmp><b>x</b></xmp>") == "```\n<b>x</b>\n```\n");
}

TEST_CASE("Markdown: text that is cut into several elements is escaped as one") {
  CHECK(Markdown("<p><span>1</span>. a") == "1\\. a\n");
  CHECK(Markdown("<p><span>-</span> a") == "\\- a\n");
  CHECK(Markdown("<p><span>!</span><span>[a](b)</span>") == "!\\[a\\](b)\n");
}
}  // TEST_SUITE("parser/markdown")

}  // namespace
}  // namespace spinneret::internal
