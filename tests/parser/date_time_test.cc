#include "parser/date_time.h"

#include <optional>
#include <string_view>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

constexpr std::int64_t kDay = 86'400'000;
// 2004-12-23
constexpr std::int64_t kMs = 12775 * kDay;

TEST_SUITE("parser/date_time") {
TEST_CASE("W3C datetime: every precision is read, and what is not written is the first") {
  CHECK(ParseW3cDateTime("1970") == 0);
  CHECK(ParseW3cDateTime("1971") == 365 * kDay);
  CHECK(ParseW3cDateTime("1970-02") == 31 * kDay);
  CHECK(ParseW3cDateTime("2004-12-23") == kMs);
  CHECK(ParseW3cDateTime("2004-12-23T18:00Z") == kMs + 18 * 3'600'000);
  CHECK(ParseW3cDateTime("2004-12-23T18:00:15+00:00") == kMs + 18 * 3'600'000 + 15'000);
  CHECK(ParseW3cDateTime("2004-12-23T18:00:15.25-01:30") == kMs + 19 * 3'600'000 + 30 * 60'000 + 15'250);
  CHECK(ParseW3cDateTime("1969-12-31T23:59:59Z") == -1000);
}

TEST_CASE("W3C datetime: common departures are read as what they mean") {
  CHECK(ParseW3cDateTime("2004-12-23 18:00:15") == kMs + 18 * 3'600'000 + 15'000);
  CHECK(ParseW3cDateTime("2004-12-23T18:00:15+0100") == kMs + 17 * 3'600'000 + 15'000);
  CHECK(ParseW3cDateTime("2004-12-23T18:00:15 +01") == kMs + 17 * 3'600'000 + 15'000);
  CHECK(ParseW3cDateTime("2004-12-23t18:00:60z") == kMs + 18 * 3'600'000 + 59'000);
  CHECK(ParseW3cDateTime("2004-12-23T18:00:15.123456789Z") == kMs + 18 * 3'600'000 + 15'123);
}

TEST_CASE("W3C datetime: what is no date is nothing") {
  for (const std::string_view text :
       {"", "4", "200", "20041223", "2004-13", "2004-02-30", "2004-12-23T", "2004-12-23T25:00Z", "2004-12-23T18:60Z",
        "2004-12-23T18Z", "2004-12T18:00Z", "2004-12-23T18:00:15+1", "2004-12-23T18:00:15Zulu", "2004-12-23T24:01Z",
        "2004-12-23T18:00:15.Z", "23.12.2004", "yesterday", "2004-12-23T18:00+25:00"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseW3cDateTime(text).has_value());
  }
}

TEST_CASE("mail dates: with and without day, seconds, century, and with zones as numbers and names") {
  CHECK(ParseMailDate("Thu, 23 Dec 2004 18:00:15 GMT") == kMs + 18 * 3'600'000 + 15'000);
  CHECK(ParseMailDate("23 Dec 2004 18:00:15 +0100") == kMs + 17 * 3'600'000 + 15'000);
  CHECK(ParseMailDate("Thu, 23 Dec 04 18:00 EST") == kMs + 23 * 3'600'000);
  CHECK(ParseMailDate("Thursday, 23-December-2004 18:00:00 UT") == kMs + 18 * 3'600'000);
  CHECK(ParseMailDate("1 Jan 70 00:00:00 Z") == 0);
  CHECK(ParseMailDate("23 Dec 2004") == kMs);
}

TEST_CASE("mail dates: what is no date is nothing") {
  for (const std::string_view text : {"", "Thu", "Thu, Dec 23 2004", "32 Dec 2004", "23 Foo 2004", "23 Dec",
                                      "23 Dec 2004 x", "23 Dec 2004 18:00 +1"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseMailDate(text).has_value());
  }
}

TEST_CASE("an instant is written as W3C datetime in UTC") {
  CHECK(FormatW3cDateTime(0) == "1970-01-01T00:00:00Z");
  CHECK(FormatW3cDateTime(kMs + 18 * 3'600'000 + 15'999) == "2004-12-23T18:00:15Z");
  CHECK(FormatW3cDateTime(-1) == "1969-12-31T23:59:59Z");
}
}  // TEST_SUITE("parser/date_time")

}  // namespace
}  // namespace spinneret
