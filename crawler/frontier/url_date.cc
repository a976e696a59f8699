#include "crawler/frontier/url_date.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace spinneret {
namespace {

constexpr int kFirstYear = 1500;
constexpr int kLastYear = 2200;
// Without marks a date is told from a number by its year alone.
constexpr int kFirstYearUnmarked = 1900;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) {
    ++end;
  }
  return end - at;
}

std::optional<int> Number(std::string_view digits, int min, int max) {
  if (digits.empty() || digits.size() > 4 || DigitsAt(digits, 0) != digits.size()) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : digits) {
    value = value * 10 + (c - '0');
  }
  return value >= min && value <= max ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<int> ReadYear(std::string_view text) {
  return text.size() == 4 ? Number(text, kFirstYear, kLastYear) : std::nullopt;
}

std::optional<int> ReadDay(std::string_view text) {
  return text.size() <= 2 ? Number(text, 1, 31) : std::nullopt;
}

std::optional<int> ReadMonth(std::string_view text) {
  if (text.size() <= 2) {
    return Number(text, 1, 12);
  }
  constexpr std::array<std::string_view, 12> kNames = {"january",   "february", "march",    "april",
                                                       "may",       "june",     "july",     "august",
                                                       "september", "october",  "november", "december"};
  constexpr std::size_t kShort = 3;
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string_view name = text.size() == kShort ? kNames[i].substr(0, kShort) : kNames[i];
    if (text.size() == name.size() && std::equal(text.begin(), text.end(), name.begin(), same)) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

std::int32_t MonthAt(std::int64_t wall_ms) {
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(wall_ms)));
  const std::chrono::year_month_day date(day);
  return MonthIndex(static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())));
}

std::optional<DateInText> FindDate(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t run = DigitsAt(text, at);
    if (run == 0) {
      continue;
    }
    const std::optional<int> year = ReadYear(text.substr(at, 4));
    const std::size_t mark = at + run;
    if (run == 8 && year && *year >= kFirstYearUnmarked) {
      const std::optional<int> month = ReadMonth(text.substr(at + 4, 2));
      if (month && ReadDay(text.substr(at + 6, 2))) {
        return DateInText{at, at + 8, MonthIndex(*year, *month)};
      }
    }
    const bool marked = mark + 1 < text.size() && (text[mark] == '-' || text[mark] == '_' || text[mark] == '.');
    if (run == 4 && year && marked) {
      std::size_t end = mark + 1 + DigitsAt(text, mark + 1);
      if (const std::optional<int> month = ReadMonth(text.substr(mark + 1, end - mark - 1))) {
        if (end + 1 < text.size() && text[end] == text[mark]) {
          const std::size_t day_digits = DigitsAt(text, end + 1);
          end += ReadDay(text.substr(end + 1, day_digits)) ? 1 + day_digits : 0;
        }
        return DateInText{at, end, MonthIndex(*year, *month)};
      }
    }
    at = mark;
  }
  return std::nullopt;
}

}  // namespace spinneret
