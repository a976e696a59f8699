#include "parser/structured_data.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "parser/lenient_json.h"
#include "parser/parsed_page.h"

namespace spinneret {
namespace {

using Texts = std::vector<std::string>;

const Url& Base() {
  static const Url url = *Url::Parse("https://a.example/d/");
  return url;
}

Texts JsonLdOf(std::string_view html) {
  ParsedPage page;
  page.Parse(html);
  return ReadJsonLd(MarkupOf(page.tree())).values;
}

std::string MicrodataOf(std::string_view html) {
  ParsedPage page;
  page.Parse(html);
  return ItemsToJson(ReadMicrodata(page.tree(), Base()).items);
}

std::string RdfaOf(std::string_view html) {
  ParsedPage page;
  page.Parse(html);
  return ItemsToJson(ReadRdfaLite(page.tree(), Base()).items);
}

// The values, and after them the state where it is not kFine.
Texts Lenient(std::string_view text) {
  Texts values;
  const JsonState state = ReadLenientJson(text, values);
  if (state != JsonState::kFine) {
    values.emplace_back(state == JsonState::kMended ? "mended" : "broken");
  }
  return values;
}

TEST_SUITE("parser/lenient_json") {
TEST_CASE("LenientJson: what is JSON stays what it is, without white space") {
  CHECK(Lenient(" {\"a\" : [1, -2.5e+3, true, null], \"b\":{} }\n") == Texts{"{\"a\":[1,-2.5e3,true,null],\"b\":{}}"});
  CHECK(Lenient("\"a\\n\\\"\\u00e9\\ud83d\\ude00\\/\"") == Texts{"\"a\\n\\\"\\u00e9\\ud83d\\ude00\\/\""});
  CHECK(Lenient("") == Texts{});
}

TEST_CASE("LenientJson: commas too many, comments and wrappers are passed over") {
  CHECK(Lenient("{\"a\":1,}") == Texts{"{\"a\":1}", "mended"});
  CHECK(Lenient("[1,,2,]") == Texts{"[1,2]", "mended"});
  CHECK(Lenient("/* x */{\"a\":1 // y\n}") == Texts{"{\"a\":1}", "mended"});
  CHECK(Lenient("<!--\n{\"a\":1}\n-->") == Texts{"{\"a\":1}", "mended"});
  CHECK(Lenient("//<![CDATA[\n{\"a\":1}\n//]]>") == Texts{"{\"a\":1}", "mended"});
  CHECK(Lenient("//<![CDATA[ {\"a\":1} //]]>") == Texts{"{\"a\":1}", "mended"});
  CHECK(Lenient("\xEF\xBB\xBF{\"a\":1};") == Texts{"{\"a\":1}", "mended"});
}

TEST_CASE("LenientJson: several values are read one by one") {
  CHECK(Lenient("{\"a\":1}{\"b\":2}") == Texts{"{\"a\":1}", "{\"b\":2}", "mended"});
  CHECK(Lenient("{\"a\":1},\n{\"b\":2}") == Texts{"{\"a\":1}", "{\"b\":2}", "mended"});
}

TEST_CASE("LenientJson: strings keep their text where a backslash or a line end is wrong") {
  CHECK(Lenient("\"a\nb\tc\"") == Texts{"\"a\\nb\\tc\"", "mended"});
  CHECK(Lenient("\"it\\'s C:\\path\"") == Texts{"\"it's C:\\\\path\"", "mended"});
  CHECK(Lenient("'say \"x\"'") == Texts{"\"say \\\"x\\\"\"", "mended"});
  CHECK(Lenient("\"\\ud800x\"") == Texts{"\"\\ufffdx\"", "mended"});
  CHECK(Lenient("\"\\u12\"") == Texts{"\"\\\\u12\"", "mended"});
  CHECK(Lenient("{&quot;a&quot;:&quot;b &amp;amp; c&quot;}") == Texts{"{\"a\":\"b &amp; c\"}", "mended"});
}

TEST_CASE("LenientJson: numbers and words of other languages mean what they mean") {
  CHECK(Lenient("[+1,.5,5.,undefined,NaN,True,None]") == Texts{"[1,0.5,5,null,null,true,null]", "mended"});
  CHECK(Lenient("{zip:01234}") == Texts{"{\"zip\":\"01234\"}", "mended"});
  CHECK(Lenient("1e999") == Texts{"\"1e999\"", "mended"});
}

TEST_CASE("LenientJson: what may mean two things is broken, and what is before it is kept") {
  for (const std::string_view text : {"{\"a\":\"say \"x\"\"}", "{\"a\":1", "{\"a\" 1}", "[1 2]", "{\"a\":}", "\"a",
                                      "{]", "word", "-", "1e", "{1:2}"}) {
    CHECK(Lenient(text) == Texts{"broken"});
  }
  CHECK(Lenient("{\"a\":1} {\"b\":") == Texts{"{\"a\":1}", "broken"});
  CHECK(Lenient(std::string(200, '[') + std::string(200, ']')) == Texts{"broken"});
}
}

TEST_SUITE("parser/structured_data") {
TEST_CASE("JsonLd: every script of the type is read, and an array is taken apart") {
  CHECK(JsonLdOf("<script type='Application/LD+JSON; charset=utf-8'>[{\"a\":\"],\"},[1]]</script><script>{}</script>"
                 "<body><script type=application/ld+json>{\"b\":2}</script>") ==
        Texts{"{\"a\":\"],\"}", "[1]", "{\"b\":2}"});
  CHECK(JsonLdOf("<script type=application/ld+json>[]</script>") == Texts{});
}

TEST_CASE("JsonLd: a broken script spoils no other") {
  ParsedPage page;
  page.Parse("<script type=application/ld+json>{\"a\":</script><script type=application/ld+json>{\"b\":2,}</script>");
  const JsonLd found = ReadJsonLd(MarkupOf(page.tree()));
  CHECK(found.values == Texts{"{\"b\":2}"});
  CHECK(found.broken == 1);
  CHECK(found.mended == 1);
}

TEST_CASE("Microdata: values come from where the standard says for each element") {
  CHECK(MicrodataOf("<div itemscope itemtype='https://schema.org/Thing https://x.example/T' itemid=x>"
                    "<b itemprop=name>N <i>n</i></b><img itemprop=image src=p.png><a itemprop=url href=../u>t</a>"
                    "<meta itemprop=m content=c><time itemprop=t datetime=2020-01-01>x</time><time itemprop=t>y</time>"
                    "<data itemprop=d value=5>five</data><a itemprop=e>no href</a></div>") ==
        "[{\"type\":[\"https://schema.org/Thing\",\"https://x.example/T\"],\"id\":\"https://a.example/d/x\","
        "\"properties\":{\"name\":[\"N n\"],\"image\":[\"https://a.example/d/p.png\"],"
        "\"url\":[\"https://a.example/u\"],\"m\":[\"c\"],\"t\":[\"2020-01-01\",\"y\"],\"d\":[\"5\"],\"e\":[\"\"]}}]");
}

TEST_CASE("Microdata: items nest, and a property may have several names") {
  CHECK(MicrodataOf("<div itemscope><p itemprop='a b' itemscope><b itemprop=c>x</b></p><b itemprop=c>y</b></div>") ==
        "[{\"type\":[],\"properties\":{\"a\":[{\"type\":[],\"properties\":{\"c\":[\"x\"]}}],"
        "\"b\":[{\"type\":[],\"properties\":{\"c\":[\"x\"]}}],\"c\":[\"y\"]}}]");
}

TEST_CASE("Microdata: itemref brings in what stands elsewhere, in document order, once") {
  CHECK(MicrodataOf("<p id=r><b itemprop=a>1</b></p><div itemscope itemref='r r none'><b itemprop=a>2</b></div>") ==
        "[{\"type\":[],\"properties\":{\"a\":[\"1\",\"2\"]}}]");
}

TEST_CASE("Microdata: an item that holds itself ends there") {
  CHECK(MicrodataOf("<div itemscope itemref=x></div><p id=x itemprop=a itemscope itemref=y></p>"
                    "<p id=y itemprop=b itemscope itemref='x y'></p>") ==
        "[{\"type\":[],\"properties\":{\"a\":[{\"type\":[],\"properties\":{\"b\":"
        "[{\"type\":[],\"properties\":{\"a\":[\"ERROR\"]}}]}}]}}]");
}

TEST_CASE("Microdata: items that double at each step are cut") {
  std::string html;
  for (int i = 0; i < 40; ++i) {
    const std::string own = std::to_string(i);
    const std::string next = "l" + std::to_string(i + 1) + " r" + std::to_string(i + 1);
    html += "<p id=l" + own + " itemprop=a itemscope itemref='" + next + "'></p>";
    html += "<p id=r" + own + " itemprop=b itemscope itemref='" + next + "'></p>";
  }
  ParsedPage page;
  const std::string all = html + "<div itemscope itemref='l0 r0'></div>";
  page.Parse(all);
  CHECK(ReadMicrodata(page.tree(), Base()).cut);
}

TEST_CASE("RdfaLite: types are made whole by vocabulary and prefix, items nest by property") {
  CHECK(
      RdfaOf("<div vocab='https://schema.org/' typeof=Person resource='#me'><b property=name>N</b>"
             "<p property=address typeof=PostalAddress><i property=city>C</i></p>"
             "<a property=url href=u>x</a><img property=image src=p.png><meta property=m content=c></div>") ==
      "[{\"type\":[\"https://schema.org/Person\"],\"id\":\"https://a.example/d/#me\",\"properties\":{\"name\":[\"N\"],"
      "\"address\":[{\"type\":[\"https://schema.org/PostalAddress\"],\"properties\":{\"city\":[\"C\"]}}],"
      "\"url\":[\"https://a.example/d/u\"],\"image\":[\"https://a.example/d/p.png\"],\"m\":[\"c\"]}}]");
  CHECK(RdfaOf("<p prefix='x: http://x.example/#' typeof='x:A foaf:B y:C'></p>") ==
        "[{\"type\":[\"http://x.example/#A\",\"http://xmlns.com/foaf/0.1/B\",\"y:C\"],\"properties\":{}}]");
  CHECK(RdfaOf("<meta property=og:title content=x>") == "[]");
}
}

}  // namespace
}  // namespace spinneret
