#include "parser/date_text.h"

#include <doctest/doctest.h>

namespace spinneret {

TEST_SUITE("parser/date_text") {
namespace {
std::string Read(std::string_view text, std::string_view locale = "en") {
  return DateReader(locale).Read(text).value_or("none");
}
std::string ReadBy(std::string_view text, std::string_view format, std::string_view locale = "en") {
  REQUIRE(DateReader::CheckFormat(format));
  return DateReader(locale).Read(text, format).value_or("none");
}
}  // namespace

TEST_CASE("ISO 8601 stays what it is") {
  CHECK(Read("2024-03-12") == "2024-03-12");
  CHECK(Read("2024-03-12T08:30") == "2024-03-12T08:30:00");
  CHECK(Read("2024-03-12T08:30:05Z") == "2024-03-12T08:30:05Z");
  CHECK(Read("2024-03-12 08:30:05.250 +02:00") == "2024-03-12T08:30:05.250+02:00");
  CHECK(Read("2024-03-12T08:30:05-0730") == "2024-03-12T08:30:05-07:30");
  CHECK(Read("20240312") == "2024-03-12");
  CHECK(Read("20240312T083005Z") == "2024-03-12T08:30:05Z");
  CHECK(Read("20240312083005") == "2024-03-12T08:30:05");
  CHECK(Read("2024-03") == "2024-03");
  CHECK(Read("2024/3/2") == "2024-03-02");
}

TEST_CASE("months by their English names") {
  CHECK(Read("12 March 2024") == "2024-03-12");
  CHECK(Read("March 12, 2024") == "2024-03-12");
  CHECK(Read("Published on Mar. 3rd, 2024 at 8:30 PM") == "2024-03-03T20:30:00");
  CHECK(Read("1st of May, 2024") == "2024-05-01");
  CHECK(Read("12-Mar-24") == "2024-03-12");
  CHECK(Read("2024 Mar 12") == "2024-03-12");
  CHECK(Read("Sept 2023") == "2023-09");
  CHECK(Read("May 5, 2024, 12:05 a.m.") == "2024-05-05T00:05:00");
}

TEST_CASE("mail, HTTP and C forms") {
  CHECK(Read("Tue, 12 Mar 2024 08:30:00 GMT") == "2024-03-12T08:30:00Z");
  CHECK(Read("Tue, 12 Mar 2024 08:30:00 -0700") == "2024-03-12T08:30:00-07:00");
  CHECK(Read("12 Mar 2024 08:30 EST") == "2024-03-12T08:30:00-05:00");
  CHECK(Read("Tue Mar 12 08:30:00 2024") == "2024-03-12T08:30:00");
  CHECK(Read("12 Mar 2024 08:30 GMT+2") == "2024-03-12T08:30:00+02:00");
}

TEST_CASE("months by the names of other languages") {
  CHECK(Read("12. M\u00E4rz 2024", "de") == "2024-03-12");
  CHECK(Read("12 d\u00E9cembre 2024", "fr") == "2024-12-12");
  CHECK(Read("12 de marzo de 2024", "es") == "2024-03-12");
  CHECK(Read("12 \u043C\u0430\u0440\u0442\u0430 2024", "ru") == "2024-03-12");
  CHECK(Read("12 \u041C\u0410\u0420\u0422\u0410 2024", "ru") == "2024-03-12");
  CHECK(Read("2024\u5E743\u670812\u65E5", "ja") == "2024-03-12");
  CHECK(Read("2024\uB144 3\uC6D4 12\uC77C", "ko") == "2024-03-12");
  CHECK(Read("12 March 2024", "de") == "2024-03-12");
}

TEST_CASE("all in numbers: the locale decides only what can be read both ways") {
  CHECK(Read("3/12/2024", "en-US") == "2024-03-12");
  CHECK(Read("3/12/2024", "en-GB") == "2024-12-03");
  CHECK(Read("12.03.2024", "en-US") == "2024-03-12");
  CHECK(Read("13/12/2024", "en-US") == "2024-12-13");
  CHECK(Read("12/13/2024", "de") == "2024-12-13");
  CHECK(Read("12.03.99", "de") == "1999-03-12");
  CHECK(Read("12.03.24 17:05", "de") == "2024-03-12T17:05:00");
}

TEST_CASE("dates that are not in the calendar are not read") {
  CHECK(Read("2023-02-29") == "none");
  CHECK(Read("31 April 2024") == "none");
  CHECK(Read("29 Feb 2024") == "2024-02-29");
  CHECK(Read("2024-13-01") == "none");
  CHECK(Read("tomorrow") == "none");
  CHECK(Read("") == "none");
  CHECK(Read("version 1.2.3.4") == "none");
}

TEST_CASE("a time that is none does not spoil its date") {
  CHECK(Read("12 March 2024, 25:00") == "2024-03-12");
  CHECK(Read("12 March 2024 | 5 min read") == "2024-03-12");
  CHECK(Read("March 12, 2024 3 comments") == "2024-03-12");
}

TEST_CASE("formats") {
  CHECK(ReadBy("12/03/24", "%d/%m/%y") == "2024-03-12");
  CHECK(ReadBy("  Tag 5 des Mai  2024", "Tag %e des %B %Y", "de") == "2024-05-05");
  CHECK(ReadBy("8:05 pm on 2024.3.2", "%I:%M %p on %Y.%m.%d") == "2024-03-02T20:05:00");
  CHECK(ReadBy("2024-03-12 08:30:00 +0530", "%Y-%m-%d %H:%M:%S %z") == "2024-03-12T08:30:00+05:30");
  CHECK(ReadBy("1710232200", "%s") == "2024-03-12T08:30:00Z");
  CHECK(ReadBy("100% 2024", "100%% %Y") == "none");
  CHECK(ReadBy("2024-03", "%Y-%m") == "2024-03");
  CHECK(ReadBy("03/2024", "%d/%m/%Y") == "none");
  CHECK_FALSE(DateReader::CheckFormat("%Q"));
  CHECK_FALSE(DateReader::CheckFormat("%Y-%"));
}

TEST_CASE("hostile text is bounded") {
  CHECK(Read(std::string(1'000'000, '1')) == "none");
  CHECK(Read(std::string(100'000, '/') + "2024-03-12") == "none");
  CHECK(Read("\xFF\xFE 2024-03-12") == "2024-03-12");
  CHECK(ReadBy("999999999999", "%s") == "none");
}
}

}  // namespace spinneret
