#include "storage/clean_text.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

TEST_SUITE("storage/clean_text") {
TEST_CASE("CleanText: valid UTF-8 of every length stays as it is") {
  std::string text =
      "plain \x01\x7F\t|\xC2\x80|\xDF\xBF|\xE0\xA0\x80|\xED\x9F\xBF|\xEF\xBF\xBF|\xF0\x90\x80\x80|\xF4\x8F\xBF\xBF|";
  for (int i = 0; i < 20; ++i) {
    text.insert(text.begin(), 'x');  // each position against the eight-byte steps of the ASCII scan
    CHECK(IsCleanText(text));
    CHECK_EQ(CleanText(text), text);
  }
}

TEST_CASE("CleanText: each malformed part becomes one U+FFFD") {
  const std::string replaced = "\xEF\xBF\xBD";
  const std::pair<std::string, std::string> rows[] = {
      {std::string("a\0b", 3), "a" + replaced + "b"},
      {"\xFF", replaced},
      {"\x80\x80", replaced + replaced},
      {"\xC0\xAF", replaced + replaced},  // overlong
      {"\xE2\x82", replaced},             // cut short
      {"\xE2\x82z", replaced + "z"},
      {"\xED\xA0\x80", replaced + replaced + replaced},  // surrogate
      {"\xF4\x90\x80\x80", replaced + replaced + replaced + replaced},
      {"\xF0\x9F\x98", replaced},
      {"caf\xE9 au lait", "caf" + replaced + " au lait"},
  };
  for (const auto& [bytes, expected] : rows) {
    for (const std::string& before : {std::string(), std::string("1234567"), std::string("12345678")}) {
      CHECK_FALSE(IsCleanText(before + bytes));
      CHECK_EQ(CleanText(before + bytes), before + expected);
      CHECK(IsCleanText(CleanText(before + bytes)));
    }
  }
}

TEST_CASE("CleanText: empty text is clean") {
  CHECK(IsCleanText({}));
  CHECK_EQ(CleanText({}), "");
}
}  // TEST_SUITE("storage/clean_text")

}  // namespace
}  // namespace spinneret
