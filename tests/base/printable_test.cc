#include "base/printable.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret {

TEST_SUITE("base/printable") {
TEST_CASE("Printable: text in any script stays as it is") {
  const std::string text = "caf\u00e9 \u65e5\u672c\u8a9e \U0001F577 \u00a0";
  CHECK(Printable(text) == text);
}

TEST_CASE("Printable: terminal control sequences are spelled out") {
  CHECK(Printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
  CHECK(Printable("a\r\n\tb\x7f") == "a\\x0d\\x0a\\x09b\\x7f");
  CHECK(Printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // CSI as one C1 character
  CHECK(Printable(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("Printable: malformed UTF-8 is spelled out byte by byte") {
  CHECK(Printable("\xff") == "\\xff");
  CHECK(Printable("\xe4\xbd") == "\\xe4\\xbd");                    // cut short
  CHECK(Printable("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(Printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(Printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}
}

}  // namespace spinneret
