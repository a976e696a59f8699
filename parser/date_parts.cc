#include "parser/date_parts.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "parser/utf8.h"

namespace spinneret::internal {

bool IsLeapYear(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int DaysIn(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool IsDate(int year, int month, int day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= DaysIn(year, month);
}

bool IsValid(const DateParts& date) {
  return IsDate(date.year, date.month, date.day == -1 ? 1 : date.day) && date.hour <= 23 && date.minute <= 59 &&
         date.second <= 60;
}

std::string Format(const DateParts& date) {
  if (date.day == -1) {
    return fmt::format("{:04}-{:02}", date.year, date.month);
  }
  std::string out = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  if (date.hour != -1) {
    out += fmt::format("T{:02}:{:02}:{:02}", date.hour, date.minute, date.second);
    if (!date.fraction.empty()) {
      out += "." + date.fraction;
    }
    out += date.zone;
  }
  return out;
}

int FullYear(int two_digits) {
  return two_digits + (two_digits < 70 ? 2000 : 1900);
}

std::string LowerCase(std::u16string_view text) {
  std::vector<UChar> lower(text.size() * 3 + 1);
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t length = u_strToLower(lower.data(), static_cast<std::int32_t>(lower.size()), text.data(),
                                           static_cast<std::int32_t>(text.size()), "", &status);
  std::string utf8(static_cast<std::size_t>(length) * 3 + 1, '\0');
  std::int32_t utf8_length = 0;
  u_strToUTF8(utf8.data(), static_cast<std::int32_t>(utf8.size()), &utf8_length, lower.data(), length, &status);
  utf8.resize(U_SUCCESS(status) != 0 ? static_cast<std::size_t>(utf8_length) : 0);
  return utf8;
}

namespace {

bool IsCjk(UChar32 c) {
  return c == 0x5E74 || c == 0x6708 || c == 0x65E5 || c == 0xB144 || c == 0xC6D4 || c == 0xC77C;
}

bool IsLetter(std::int32_t c) {
  return u_isalpha(c) != 0 && !IsCjk(c);
}

void AppendCodePoint(std::int32_t c, std::u16string& out) {
  if (c > 0xFFFF) {
    out += static_cast<char16_t>(U16_LEAD(c));
    out += static_cast<char16_t>(U16_TRAIL(c));
  } else {
    out += static_cast<char16_t>(c);
  }
}

}  // namespace

std::vector<DateToken> DateTokens(std::string_view text) {
  std::vector<DateToken> tokens;
  text = text.substr(0, kMaxDateText);
  bool spaced = true;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at;
    std::int32_t c = NextCodePoint(text, next);
    if (u_isUWhiteSpace(c) != 0) {
      spaced = true;
      at = next;
      continue;
    }
    DateToken token;
    token.spaced = spaced;
    spaced = false;
    const std::size_t start = at;
    if (u_charDigitValue(c) >= 0) {
      token.kind = DateToken::Kind::kNumber;
      for (; u_charDigitValue(c) >= 0; c = at < text.size() ? NextCodePoint(text, next) : -1) {
        token.text += static_cast<char>('0' + u_charDigitValue(c));
        at = next;
      }
      if (token.text.size() <= 9) {
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), token.value);
      }
    } else if (IsLetter(c)) {
      token.kind = DateToken::Kind::kWord;
      std::u16string word;
      for (; IsLetter(c) || u_charType(c) == U_NON_SPACING_MARK; c = at < text.size() ? NextCodePoint(text, next) : 0) {
        AppendCodePoint(c, word);
        at = next;
      }
      token.text = LowerCase(word);
    } else {
      token.text = std::string(text.substr(at, next - at));
      at = next;
    }
    token.length = at - start;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace spinneret::internal
