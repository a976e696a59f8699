#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "parser/encoding.h"
#include "parser/encoding_departures.h"
#include "parser/encoding_indexes.h"

namespace spinneret {
namespace {

std::string TextIn(std::string_view charset, std::string_view bytes) {
  DecodedText out;
  DecodeHtml(bytes, "text/html; charset=" + std::string(charset), out);
  return std::string(out.text);
}

// With "?" for U+FFFD, so that a row can be read.
std::string Shown(std::string_view charset, std::string_view bytes) {
  std::string text = TextIn(charset, bytes);
  for (std::size_t at = text.find("\xEF\xBF\xBD"); at != std::string::npos; at = text.find("\xEF\xBF\xBD")) {
    text.replace(at, 3, "?");
  }
  return text;
}

std::uint32_t CodePointOf(const internal::IndexedCharacter& character) {
  std::uint32_t c = static_cast<std::uint8_t>(character.utf8[0]) & (0xFFU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) {
    c = (c << 6U) | (static_cast<std::uint8_t>(character.utf8[i]) & 0x3FU);
  }
  return c;
}

std::uint64_t DigestOf(const internal::EncodingIndex& index) {
  std::uint64_t digest = 0xCBF29CE484222325U;
  const auto add = [&digest](std::size_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      digest = (digest ^ ((number >> shift) & 0xFFU)) * 0x100000001B3U;
    }
  };
  for (std::size_t pointer = 0; pointer < index.size(); ++pointer) {
    if (index[pointer]) {
      add(pointer);
      add(CodePointOf(index[pointer]));
    }
  }
  return digest;
}

TEST_SUITE("parser/encoding_multi_byte") {
TEST_CASE("encoding indexes: every row is the standard's, whatever ICU the program runs on") {
  for (const internal::IndexDigest& wanted : internal::kIndexDigests) {
    const std::string_view name = wanted.index;
    CAPTURE(name);
    const internal::EncodingIndex& index = name == "big5"      ? internal::Big5Index()
                                           : name == "euc-kr"  ? internal::EucKrIndex()
                                           : name == "gb18030" ? internal::Gb18030Index()
                                           : name == "jis0208" ? internal::Jis0208Index()
                                                               : internal::Jis0212Index();
    CHECK(DigestOf(index) == wanted.digest);
  }
}

TEST_CASE("encoding indexes: threads that ask for one at once get the same") {
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string& text : texts) {
    threads.emplace_back([&text] { text = TextIn("euc-jp", "\xC6\xFC\x8F\xB0\xA1") + TextIn("big5", "\xA4\xA4"); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(std::count(texts.begin(), texts.end(), "\xE6\x97\xA5\xE4\xB8\x82\xE4\xB8\xAD") == 4);
}

TEST_CASE("multi-byte decoders: an ASCII byte that ends a broken pair is text, another is taken with it") {
  struct Row {
    const char* charset;
    std::string bytes;
    std::string shown;
  };
  const std::vector<Row> rows = {
      {"big5", "\x81<\x81\x80z", "?<?z"},
      {"big5", "\xA4", "?"},
      {"big5", "\x80\xFFz", "??z"},
      {"euc-kr", "\xC7<\xC7\xFFz", "?<?z"},
      {"euc-kr", "\x81\x40", "?@"},
      {"euc-kr", "\x80\xFFz", "??z"},
      {"shift_jis", "\x81<\x81\xFDz", "?<?z"},
      {"shift_jis", "\xA0\xFD\xFE\xFFz", "????z"},
      {"shift_jis", "\x81\x7F", "?\x7F"},
      {"euc-jp", "\xC6<\xC6\xFFz", "?<?z"},
      {"euc-jp", "\x8E\xE0z", "?z"},
      {"euc-jp", "\x8E<", "?<"},
      {"euc-jp", "\x8F<\x8F\xA0z", "?<?z"},
      {"euc-jp", "\x8F\xB0<", "?<"},
      {"euc-jp", "\x8F\xB0\xFFz", "?z"},
      {"euc-jp", "\x8F\xB0", "?"},
      {"gbk", "\x81<\x81\xFFz", "?<?z"},
      {"gbk", "\xFFz\x81", "?z?"},
      {"gb18030", "\x81\x30", "?"},
      {"gb18030", "\x81\x30\x81", "?"},
      {"gb18030", "\x81\x30z", "?0z"},
      {"gb18030", "\x81\x30\x81z", "?0\xE4\xBA\x83"},
      {"gb18030", "\x84\x32\xA4\x30", "?"},
      {"gb18030", "\xE3\x32\x9A\x36", "?"},
      {"gb18030", "\x81\x30\x81\x81\x30",
       "?0\xE4\xBA\x96"
       "0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.charset);
    CAPTURE(row.shown);
    CHECK(Shown(row.charset, row.bytes) == row.shown);
  }
}

TEST_CASE("gb18030: four bytes reach every code point that two do not") {
  CHECK(TextIn("gb18030", "\x81\x30\x81\x30") == "\xC2\x80");
  CHECK(TextIn("gb18030", "\x81\x35\xF4\x37") == "\xEE\x9F\x87");              // U+E7C7, the one exception
  CHECK(TextIn("gb18030", "\x84\x31\xA4\x39") == "\xEF\xBF\xBF");              // U+FFFF, the last of the plane
  CHECK(TextIn("gb18030", "\x90\x30\x81\x30") == "\xF0\x90\x80\x80");          // U+10000
  CHECK(TextIn("gb18030", "\xE3\x32\x9A\x35") == "\xF4\x8F\xBF\xBF");          // U+10FFFF
  CHECK(TextIn("gbk", "\x80\xA3\xA0") == "\xE2\x82\xAC\xE3\x80\x80");          // the euro, and a space of the web's own
  CHECK(TextIn("gb18030", "\xA6\xD9\xFE\x59") == "\xEF\xB8\x90\xE9\xBE\xB4");  // as GB 18030-2022 has them
}

TEST_CASE("Big5: four pairs stand for two code points each") {
  CHECK(TextIn("big5", "\x88\x62\x88\x64\x88\xA3\x88\xA5") ==
        "\xC3\x8A\xCC\x84\xC3\x8A\xCC\x8C\xC3\xAA\xCC\x84\xC3\xAA\xCC\x8C");
  CHECK(TextIn("big5-hkscs", "\x87\x40\xFE\xFE") == "\xE4\x8F\xB0\xE7\xA7\x94");
}

TEST_CASE("Shift_JIS: half-width katakana, characters of the user's own, and 0x80") {
  CHECK(TextIn("shift_jis", "\xB1\xDF") == "\xEF\xBD\xB1\xEF\xBE\x9F");
  CHECK(TextIn("shift_jis", "\xF0\x40\xF9\xFC") == "\xEE\x80\x80\xEE\x9D\x97");
  CHECK(TextIn("shift_jis", "\x80") == "\xC2\x80");
}

TEST_CASE("EUC-JP: the sets behind 0x8E and 0x8F") {
  CHECK(TextIn("euc-jp", "\x8E\xB1") == "\xEF\xBD\xB1");
  CHECK(TextIn("euc-jp", "\x8F\xA2\xAF") == "\xCB\x98");
}

TEST_CASE("ISO-2022-JP: sets, and what is wrong with an escape sequence") {
  CHECK(Shown("iso-2022-jp", "\x1B(J\\~\x1B(B\\~") == "\xC2\xA5\xE2\x80\xBE\\~");
  CHECK(Shown("iso-2022-jp", "\x1B(I1") == "\xEF\xBD\xB1");
  CHECK(Shown("iso-2022-jp", "\x1B$@F|\x1B(B.") == "\xE6\x97\xA5.");
  CHECK(Shown("iso-2022-jp", "\x1B$BF\x1B(Bx") == "?x");  // a pair that an escape cuts
  CHECK(Shown("iso-2022-jp", "\x1B$BF") == "?");          // and one that the end cuts
  CHECK(Shown("iso-2022-jp", "\x1B$BF\x80!") == "??");
  CHECK(Shown("iso-2022-jp", "\x1B(B\x1B(Bx") == "?x");  // nothing between two
  CHECK(Shown("iso-2022-jp", "\x1B(B\x1B$B") == "?");
  CHECK(Shown("iso-2022-jp", "\x1B(Xy\x1B") == "?(Xy?");  // none that is known
  CHECK(Shown("iso-2022-jp", "\x1B$") == "?$");
  CHECK(Shown("iso-2022-jp", "\x1B$B\x1B$Ay") == "?\xE3\x81\xA1?");
  CHECK(Shown("iso-2022-jp", "a\x0E\x0F\x80z") == "a???z");
}

TEST_CASE("multi-byte decoders: any cut of a text gives its beginning and at most one mark") {
  const std::vector<std::pair<const char*, std::string>> texts = {
      {"shift_jis", "ab\x93\xFA\x96\x7B\xB1z"},
      {"euc-jp", "ab\xC6\xFC\x8E\xB1\x8F\xB0\xA1z"},
      {"gb18030", "ab\xD6\xD0\x81\x30\x81\x30\x90\x30\x81\x30z"},
      {"big5", "ab\xA4\xA4\xA4\xE5z"},
      {"euc-kr", "ab\xC7\xD1\xB1\xDBz"},
      {"utf-8", "ab\xE6\x97\xA5\xF0\x9F\x98\x80z"},
  };
  for (const auto& named : texts) {
    const std::string_view charset = named.first;
    const std::string_view bytes = named.second;
    CAPTURE(charset);
    const std::string whole = TextIn(charset, bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      std::string text = TextIn(charset, bytes.substr(0, size));
      if (text.ends_with("\xEF\xBF\xBD")) {
        text.resize(text.size() - 3);
      }
      CHECK(whole.starts_with(text));
    }
  }
}

TEST_CASE("multi-byte decoders: megabytes of errors are read in one pass") {
  for (const char* const charset : {"big5", "euc-kr", "shift_jis", "euc-jp", "gb18030", "iso-2022-jp"}) {
    CAPTURE(charset);
    std::string bytes;
    while (bytes.size() < 2'000'000) {
      bytes += "\x81\x30\x81\x1B$";
    }
    const std::string text = TextIn(charset, bytes);
    CHECK(text.size() > bytes.size());
    CHECK(text.size() <= bytes.size() * 3);
  }
}
}  // TEST_SUITE("parser/encoding_multi_byte")

}  // namespace
}  // namespace spinneret
