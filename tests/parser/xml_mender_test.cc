#include "parser/xml_mender.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

std::string Mend(std::string_view text) {
  XmlMender mender;
  std::string out;
  REQUIRE(mender.Feed(text, out));
  REQUIRE(mender.Finish(out));
  return out;
}

std::string MendByteByByte(std::string_view text) {
  XmlMender mender;
  std::string out;
  for (const char c : text) {
    REQUIRE(mender.Feed({&c, 1}, out));
  }
  REQUIRE(mender.Finish(out));
  return out;
}

TEST_SUITE("parser/xml_mender") {
TEST_CASE("XmlMender: an ampersand that begins no character reference is escaped, in text and in values") {
  CHECK(Mend("<a>x?a=1&b=2</a>") == "<a>x?a=1&amp;b=2</a>");
  CHECK(Mend("<a href='?a&b'/>") == "<a href='?a&amp;b'/>");
  CHECK(Mend("<a>&amp;&lt;&gt;&quot;&apos;&#38;&#x26;</a>") == "<a>&amp;&lt;&gt;&quot;&apos;&#38;&#x26;</a>");
  CHECK(Mend("&nbsp;&eacute;&ampx;&amp") == "&amp;nbsp;&amp;eacute;&amp;ampx;&amp;amp");
  CHECK(Mend("&#;&#x;&#xg;&#1a;") == "&amp;#;&amp;#x;&amp;#xg;&amp;#1a;");
}

TEST_CASE("XmlMender: no reference to a declared entity gets through") {
  CHECK(Mend("<a>&xxe;&lol9;</a>") == "<a>&amp;xxe;&amp;lol9;</a>");
}

TEST_CASE("XmlMender: what is no XML character becomes U+FFFD") {
  CHECK(Mend("a\x01z\x0B") == "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  CHECK(Mend("a\tb\nc\r") == "a\tb\nc\r");
  CHECK(Mend("&#0;&#xFFFF;&#x110000;&#99999999999;&#xD800;") ==
        "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(Mend("\xEF\xBF\xBE|\xEF\xBF\xBF|\xEF\xBF\xBD") == "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD");
  CHECK(Mend("<a b='\xEF\xBF\xBF\x02'>") == "<a b='\xEF\xBF\xBD\xEF\xBF\xBD'>");
  CHECK(Mend("caf\xE9 \xC3\xA9 \xED\xA0\x80") == "caf\xEF\xBF\xBD \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("XmlMender: comments, instructions and declarations are left out, and CDATA stays as it is") {
  CHECK(Mend("<?xml version='1.1'?><!-- <a> & --><a/>") == "<a/>");
  CHECK(Mend("<a><![CDATA[1&2<3]]>&x</a>") == "<a><![CDATA[1&2<3]]>&amp;x</a>");
  CHECK(Mend("<a><!-- open") == "<a>");
}

TEST_CASE("XmlMender: where the input is cut makes no difference") {
  const std::string_view text =
      "<?xml version='1.0'?><!DOCTYPE a [<!-- - -> -- --><!ELEMENT a (#PCDATA)>]><a x=\"'>&\" y='\"&amp;'>"
      "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x82 &#x26; &b <![CDATA[ ]] > \xEF\xBF\xBE ]]>]]></a>&";
  CHECK(MendByteByByte(text) == Mend(text));
}

TEST_CASE("XmlMender: a tag that does not end within 64 KB is refused, however it is filled") {
  for (const std::string_view filling : {"x", " a='>'", " a='&amp;&amp;'", "&", "'"}) {
    std::string tag = "<a ";
    while (tag.size() < XmlMender::kMaxTagBytes + 100) {
      tag += filling;
    }
    XmlMender mender;
    std::string out;
    CAPTURE(filling);
    CHECK_FALSE(mender.Feed(tag, out));
  }
  CHECK(Mend("<a>" + std::string(100'000, 'x') + "</a>").size() == 100'007);
}
}  // TEST_SUITE("parser/xml_mender")

}  // namespace
}  // namespace spinneret
