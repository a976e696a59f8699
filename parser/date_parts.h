// What the readers of dates share: a date in parts, and text as numbers, words and marks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::internal {

inline constexpr std::size_t kMaxDateText = 512;

struct DateParts {
  int year = -1;
  int month = -1;
  int day = -1;   // -1: not said
  int hour = -1;  // -1: no time
  int minute = 0;
  int second = 0;
  std::string fraction;  // digits
  std::string zone;      // "Z", "+02:00" or empty
};

bool IsLeapYear(int year);
// Of a month from 1 to 12.
int DaysIn(int year, int month);
bool IsDate(int year, int month, int day);
bool IsValid(const DateParts& date);
// ISO 8601; of a valid date.
std::string Format(const DateParts& date);
// 70 to 99 are of the last century.
int FullYear(int two_digits);

struct DateToken {
  enum class Kind : std::uint8_t { kNumber, kWord, kMark } kind = Kind::kMark;
  std::string text;        // digits in ASCII; words in lower case; one mark
  int value = -1;          // of a number of up to nine digits
  bool spaced = false;     // white space stands before it
  std::size_t length = 0;  // in the text, bytes
};
// Of the first kMaxDateText bytes.
std::vector<DateToken> DateTokens(std::string_view text);

std::string LowerCase(std::u16string_view text);

}  // namespace spinneret::internal
