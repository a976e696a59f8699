#include "parser/encoding.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::string_literals::operator""s;

struct Decoded {
  std::string encoding;
  std::string text;
};
bool operator==(const Decoded& a, const Decoded& b) {
  return a.encoding == b.encoding && a.text == b.text;
}
doctest::String toString(const Decoded& d) {
  return (d.encoding + ": " + d.text).c_str();
}

Decoded Decode(std::string_view bytes, std::string_view content_type = {}) {
  DecodedText out;
  DecodeHtml(bytes, content_type, out);
  return {std::string(out.encoding), std::string(out.text)};
}
std::string EncodingOf(std::string_view bytes, std::string_view content_type = {}) {
  return Decode(bytes, content_type).encoding;
}
std::string TextIn(std::string_view charset, std::string_view bytes) {
  return Decode(bytes, "text/html; charset=" + std::string(charset)).text;
}

TEST_SUITE("parser/encoding") {
TEST_CASE("EncodingForLabel: the standard's names for the web's many") {
  CHECK(EncodingForLabel("latin1") == "windows-1252");
  CHECK(EncodingForLabel(" UTF8\t") == "UTF-8");
  CHECK(EncodingForLabel("Shift-JIS") == "Shift_JIS");
  CHECK(EncodingForLabel("gb2312") == "GBK");
  CHECK(EncodingForLabel("ks_c_5601-1987") == "EUC-KR");
  CHECK(EncodingForLabel("unicode") == "UTF-16LE");
  CHECK(EncodingForLabel("iso-2022-kr") == "replacement");
  CHECK(EncodingForLabel("iso-8859-8-i") == "ISO-8859-8-I");
  CHECK(EncodingForLabel("").empty());
  CHECK(EncodingForLabel("utf-7").empty());
  CHECK(EncodingForLabel("utf-8\0"s).empty());
  CHECK(EncodingForLabel(std::string(10'000, 'x')).empty());
}

TEST_CASE("IsValidUtf8: well-formed sequences only") {
  CHECK(IsValidUtf8(""));
  CHECK(IsValidUtf8("plain ASCII of more than eight bytes"));
  CHECK(IsValidUtf8("\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  for (const std::string bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xEF\xBF", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "12345678\x80", "1234567\xC3"}) {
    CAPTURE(bytes);
    CHECK_FALSE(IsValidUtf8(bytes));
  }
}

TEST_CASE("DecodeHtml: UTF-8 is not copied") {
  const std::string page = "<p>gr\xC3\xBC\xC3\x9F dich</p>";
  DecodedText out;
  DecodeHtml(page, "text/html; charset=utf-8", out);
  CHECK(out.text.data() == page.data());
  CHECK(out.text.size() == page.size());
  CHECK(out.storage.empty());
}

TEST_CASE("DecodeHtml: a byte order mark wins over everything and is not text") {
  CHECK(Decode("\xEF\xBB\xBFx\xC3\xA4", "text/html; charset=iso-8859-1") == Decoded{"UTF-8", "x\xC3\xA4"});
  CHECK(Decode("\xFF\xFEx\0"s, "text/html; charset=utf-8") == Decoded{"UTF-16LE", "x"});
  CHECK(Decode("\xFE\xFF\0x"s) == Decoded{"UTF-16BE", "x"});
  CHECK(Decode("\xEF\xBB\xBF") == Decoded{"UTF-8", ""});
}

TEST_CASE("DecodeHtml: Content-Type wins over the page's own word, an unknown charset does not") {
  CHECK(EncodingOf("<meta charset=koi8-r>", "text/html; charset=utf-8") == "UTF-8");
  CHECK(EncodingOf("<meta charset=koi8-r>", "text/html; charset=bogus") == "KOI8-R");
  CHECK(EncodingOf("<meta charset=koi8-r>", "text/html") == "KOI8-R");
}

TEST_CASE("DecodeHtml: meta elements are found as the prescan finds them") {
  CHECK(EncodingOf("<meta charset=\"shift_jis\">") == "Shift_JIS");
  CHECK(EncodingOf("<META/charset = 'euc-kr'/>") == "EUC-KR");
  CHECK(EncodingOf("<meta http-equiv=Content-Type content='text/html; charset=big5'>") == "Big5");
  CHECK(EncodingOf("<meta content='text/html; charset=big5' http-equiv=content-type>") == "Big5");
  CHECK(EncodingOf("<meta content='text/html; charset=big5'>") == "UTF-8");
  CHECK(EncodingOf("<meta http-equiv=refresh content='charset=big5'>") == "UTF-8");
  CHECK(EncodingOf("<!-- <meta charset=big5> --><meta charset=euc-jp>") == "EUC-JP");
  CHECK(EncodingOf("<a title='<meta charset=big5>'><meta charset=euc-jp>") == "EUC-JP");
  CHECK(EncodingOf("<?x <meta charset=big5><meta charset=euc-jp>") == "EUC-JP");
  CHECK(EncodingOf("<metax charset=big5>") == "UTF-8");
  CHECK(EncodingOf("<meta charset=big5") == "UTF-8");
  CHECK(EncodingOf("<meta charset=bogus><meta charset=big5>") == "Big5");
}

TEST_CASE("DecodeHtml: what a meta element cannot mean is corrected") {
  CHECK(EncodingOf("<meta charset=utf-16>") == "UTF-8");
  CHECK(EncodingOf("<meta charset=x-user-defined>") == "windows-1252");
  CHECK(EncodingOf("x", "text/html; charset=x-user-defined") == "x-user-defined");
}

TEST_CASE("DecodeHtml: the prescan looks at 1024 bytes") {
  CHECK(EncodingOf(std::string(1024 - 19, ' ') + "<meta charset=big5>") == "Big5");
  CHECK(EncodingOf(std::string(1024 - 18, ' ') + "<meta charset=big5>") == "UTF-8");
}

TEST_CASE("DecodeHtml: an XML declaration names the encoding where no meta does") {
  CHECK(EncodingOf("<?xml version='1.0' encoding='koi8-r'?><html>") == "KOI8-R");
  CHECK(EncodingOf("<?xml version='1.0' encoding='koi8-r'?><meta charset=big5>") == "Big5");
}

TEST_CASE("DecodeHtml: undeclared text is UTF-8 where it can be, else windows-1252") {
  CHECK(Decode("caf\xC3\xA9") == Decoded{"UTF-8", "caf\xC3\xA9"});
  CHECK(Decode("caf\xE9 \x80") == Decoded{"windows-1252", "caf\xC3\xA9 \xE2\x82\xAC"});
  CHECK(Decode("") == Decoded{"UTF-8", ""});
}

TEST_CASE("DecodeHtml: undeclared UTF-8 that was cut within a character is UTF-8 still") {
  CHECK(Decode("na\xC3\xAFve caf\xC3") == Decoded{"UTF-8", "na\xC3\xAFve caf\xEF\xBF\xBD"});
  CHECK(EncodingOf("caf\xC3") == "windows-1252");
}

TEST_CASE("DecodeHtml: each maximal part of a malformed sequence is one U+FFFD") {
  CHECK(TextIn("utf-8", "a\xF0\x9F\x98z") == "a\xEF\xBF\xBDz");
  CHECK(TextIn("utf-8", "\xE2\x28\xA1") == "\xEF\xBF\xBD(\xEF\xBF\xBD");
  CHECK(TextIn("utf-8", "\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(TextIn("utf-8", "x\xC3") == "x\xEF\xBF\xBD");
}

TEST_CASE("DecodeHtml: UTF-16 with lone surrogates and half a unit at the end") {
  CHECK(TextIn("utf-16le", "\x3D\xD8\x00\xDE"s) == "\xF0\x9F\x98\x80");
  CHECK(TextIn("utf-16be", "\xD8\x3D\0x"s) == "\xEF\xBF\xBDx");
  CHECK(TextIn("utf-16le", "x\0y"s) == "x\xEF\xBF\xBD");
  CHECK(TextIn("utf-16le", "x\0\x3D\xD8y"s) == "x\xEF\xBF\xBD");
}

TEST_CASE("DecodeHtml: single-byte encodings by the standard's tables") {
  CHECK(TextIn("windows-1252", "\x81\x9F") == "\xC2\x81\xC5\xB8");
  CHECK(TextIn("koi8-r", "\xF0\xD2") == "\xD0\x9F\xD1\x80");
  CHECK(TextIn("koi8-u", "\xAE\xBE") == "\xD1\x9E\xD0\x8E");
  CHECK(TextIn("iso-8859-16", "\xA4\xFE\xE9") == "\xE2\x82\xAC\xC8\x9B\xC3\xA9");
  CHECK(TextIn("iso-8859-3", "\xA5") == "\xEF\xBF\xBD");
  CHECK(TextIn("windows-1255", "\xCA") == "\xD6\xBA");
  CHECK(TextIn("windows-1253", "\xAA") == "\xEF\xBF\xBD");
  CHECK(TextIn("windows-874", "\xFC\xA1") == "\xEF\xBF\xBD\xE0\xB8\x81");
  CHECK(TextIn("x-user-defined", "a\x80") == "a\xEF\x9E\x80");
}

TEST_CASE("DecodeHtml: Chinese, Japanese and Korean encodings") {
  CHECK(TextIn("shift_jis", "\x93\xFA\x96\x7B") == "\xE6\x97\xA5\xE6\x9C\xAC");
  CHECK(TextIn("euc-jp", "\xC6\xFC\xCB\xDC") == "\xE6\x97\xA5\xE6\x9C\xAC");
  CHECK(TextIn("iso-2022-jp", "\x1B$BF|K\\\x1B(B!") == "\xE6\x97\xA5\xE6\x9C\xAC!");
  CHECK(TextIn("gbk", "\xD6\xD0\xCE\xC4") == "\xE4\xB8\xAD\xE6\x96\x87");
  CHECK(TextIn("gb18030", "\x81\x30\x81\x30") == "\xC2\x80");
  CHECK(TextIn("big5", "\xA4\xA4\xA4\xE5") == "\xE4\xB8\xAD\xE6\x96\x87");
  CHECK(TextIn("euc-kr", "\xC7\xD1\xB1\xDB") == "\xED\x95\x9C\xEA\xB8\x80");
}

TEST_CASE("DecodeHtml: long text in a multi-byte encoding goes through whole") {
  std::string bytes;
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    bytes += "\x93\xFA-";
    text += "\xE6\x97\xA5-";
  }
  CHECK(TextIn("shift_jis", bytes) == text);
}

TEST_CASE("DecodeHtml: a broken character does not swallow the markup behind it") {
  for (const std::string charset : {"shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"}) {
    CAPTURE(charset);
    CHECK(TextIn(charset, "\x81<b>").find("<b>") != std::string::npos);
  }
}

TEST_CASE("DecodeHtml: what is not safe to decode is one U+FFFD") {
  CHECK(Decode("\x1B$)Chello", "text/html; charset=iso-2022-kr") == Decoded{"replacement", "\xEF\xBF\xBD"});
  CHECK(Decode("", "text/html; charset=hz-gb-2312") == Decoded{"replacement", ""});
}

TEST_CASE("DecodeHtml: one DecodedText serves page after page") {
  DecodedText out;
  DecodeHtml("caf\xE9", "", out);
  DecodeHtml("abc", "", out);
  CHECK(out.text == "abc");
  CHECK(out.encoding == "UTF-8");
  DecodeHtml("\xE9t\xE9", "", out);
  CHECK(out.text == "\xC3\xA9t\xC3\xA9");
}
}  // TEST_SUITE("parser/encoding")

}  // namespace
}  // namespace spinneret
