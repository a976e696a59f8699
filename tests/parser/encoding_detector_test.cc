#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/encoding.h"

namespace spinneret {
namespace {

struct Guessed {
  std::string encoding;
  EncodingSource source;
  std::string text;
};
Guessed Guess(std::string_view bytes) {
  DecodedText out;
  DecodeHtml(bytes, "text/html", out);
  return {std::string(out.encoding), out.source, std::string(out.text)};
}

constexpr char kPolish1250[] =
    "<p>Za\xBF\xF3\xB3\xE6 g\xEA\x9Cl\xB9 ja\x9F\xF1, prosz\xEA pa\xF1stwa, \xBF"
    "eby by\xB3o wi\xEA"
    "cej \x9Cwiate\xB3</p>";

TEST_SUITE("parser/encoding_detector") {
TEST_CASE("DecodeHtml: bytes that say nothing are taken for what they look like") {
  const Guessed russian =
      Guess("<p>\xCF\xF0\xE8\xE2\xE5\xF2, \xEA\xE0\xEA \xE4\xE5\xEB\xE0 \xF1\xE5\xE3\xEE\xE4\xED\xFF");
  CHECK(russian.encoding == "windows-1251");
  CHECK(russian.source == EncodingSource::kDetected);
  CHECK(russian.text ==
        "<p>\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82, \xD0\xBA\xD0\xB0\xD0\xBA "
        "\xD0\xB4\xD0\xB5\xD0\xBB\xD0\xB0 \xD1\x81\xD0\xB5\xD0\xB3\xD0\xBE\xD0\xB4\xD0\xBD\xD1\x8F");
  CHECK(Guess("\xF0\xD2\xC9\xD7\xC5\xD4, \xCB\xC1\xCB \xC4\xC5\xCC\xC1 \xD3\xC5\xC7\xCF\xC4\xCE\xD1").encoding ==
        "KOI8-U");
  CHECK(Guess(kPolish1250).encoding == "windows-1250");
  CHECK(Guess("\x82\xB1\x82\xEA\x82\xCD\x93\xFA\x96{\x8C\xEA\x82\xCC\x95\xB6\x8F\xCD\x82\xC5\x82\xB7\x81"
              "B")
            .encoding == "Shift_JIS");
  CHECK(Guess("\xA4\xB3\xA4\xEC\xA4\xCF\xC6\xFC\xCB\xDC\xB8\xEC\xA4\xCE\xCA\xB8\xBE\xCF\xA4\xC7\xA4\xB9\xA1\xA3")
            .encoding == "EUC-JP");
}

TEST_CASE("DecodeHtml: a few accents in a Western text are windows-1252") {
  for (const std::string bytes :
       {"caf\xE9", "<p>na\xEFve r\xE9sum\xE9s are rare</p>", "\x93quoted\x94", "\xA9 2020 Z\xFCrich"}) {
    CAPTURE(bytes);
    CHECK(Guess(bytes).encoding == "windows-1252");
    CHECK(Guess(bytes).source == EncodingSource::kDefault);
  }
}

TEST_CASE("DecodeHtml: where few of a text's letters are not ASCII, no other Latin encoding is guessed") {
  CHECK(Guess(std::string(kPolish1250) + "<p>" + std::string(2'000, 'e') + "</p>").encoding == "windows-1252");
  CHECK(Guess(std::string(kPolish1250) + "<p title='" + std::string(2'000, 'e') + "'></p>").encoding == "windows-1250");
}

TEST_CASE("DecodeHtml: a guess that would not decode is none") {
  CHECK(
      Guess("\x82\xB1\x82\xEA\x82\xCD\x93\xFA\x96{\x8C\xEA\x82\xCC\x95\xB6\xFF\xFF\x8F\xCD\x82\xC5\x82\xB7").encoding !=
      "Shift_JIS");
}

TEST_CASE("DecodeHtml: a meta element too late for the prescan counts where the bytes are not UTF-8") {
  const std::string late = std::string(2'000, ' ') + "<meta charset=iso-8859-2>";
  const Guessed legacy = Guess(late + "\xB1");
  CHECK(legacy.encoding == "ISO-8859-2");
  CHECK(legacy.source == EncodingSource::kMeta);
  CHECK(Guess(late + "\xC4\x85").encoding == "UTF-8");
  CHECK(Guess(std::string(70'000, ' ') + "<meta charset=iso-8859-2>\xB1").encoding == "windows-1252");
}

TEST_CASE("DecodeHtml: the reason for an encoding is told") {
  const auto reason = [](std::string_view bytes, std::string_view content_type = {}) {
    DecodedText out;
    DecodeHtml(bytes, content_type, out);
    return out.source;
  };
  CHECK(reason("\xEF\xBB\xBFx", "text/html; charset=big5") == EncodingSource::kBom);
  CHECK(reason("x", "text/html; charset=big5") == EncodingSource::kContentType);
  CHECK(reason("<meta charset=big5>") == EncodingSource::kMeta);
  CHECK(reason("<?xml version='1.0' encoding='big5'?>") == EncodingSource::kXmlDeclaration);
  CHECK(reason("caf\xC3\xA9") == EncodingSource::kValidUtf8);
}
}  // TEST_SUITE("parser/encoding_detector")

}  // namespace
}  // namespace spinneret
