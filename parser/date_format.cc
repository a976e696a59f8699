// DateReader: dates by a given format.
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "parser/date_parts.h"
#include "parser/date_text.h"

namespace spinneret {
namespace {

using internal::DateParts;
using internal::DateToken;
using internal::DaysIn;
using internal::FullYear;
using internal::IsLeapYear;
using internal::kMaxDateText;

bool TakeDigits(std::string_view& text, std::size_t most, long long& value) {
  std::size_t count = 0;
  while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9') {
    ++count;
  }
  if (count == 0) {
    return false;
  }
  std::from_chars(text.data(), text.data() + count, value);
  text.remove_prefix(count);
  return true;
}

void SkipSpace(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))) {
    text.remove_prefix(1);
  }
}

// Days since 1970-01-01 as a date of the proleptic Gregorian calendar.
void SetFromEpoch(long long seconds, DateParts& date) {
  long long days = seconds / 86400;
  long long rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  int year = 1970;
  const auto length = [](int y) { return IsLeapYear(y) ? 366 : 365; };
  for (; days < 0; days += length(year)) {
    --year;
  }
  for (; days >= length(year); ++year) {
    days -= length(year);
  }
  int month = 1;
  for (; days >= DaysIn(year, month); ++month) {
    days -= DaysIn(year, month);
  }
  date.year = year;
  date.month = month;
  date.day = static_cast<int>(days) + 1;
  date.hour = static_cast<int>(rest / 3600);
  date.minute = static_cast<int>(rest / 60 % 60);
  date.second = static_cast<int>(rest % 60);
  date.zone = "Z";
}

bool TakeFormatZone(std::string_view& text, std::string& zone) {
  if (text.starts_with('Z')) {
    text.remove_prefix(1);
    zone = "Z";
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) {
    return false;
  }
  const char sign = text[0];
  text.remove_prefix(1);
  long long hours = 0;
  long long minutes = 0;
  if (!TakeDigits(text, 2, hours)) {
    return false;
  }
  if (text.starts_with(':')) {
    text.remove_prefix(1);
  }
  TakeDigits(text, 2, minutes);
  zone = fmt::format("{}{:02}:{:02}", sign, hours, minutes);
  return hours <= 15 && minutes <= 59;
}

constexpr long long kLastEpochSecond = 253402300799;  // the end of the year 9999

}  // namespace

Result<void> DateReader::CheckFormat(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      continue;
    }
    if (++i == format.size() || std::string_view("YymdeBbHIMSpzs%").find(format[i]) == std::string_view::npos) {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("{} is not known in a date's format; %Y %y %m %d %e %B %b %H %I %M %S %p %z %s %% are",
                             i == format.size() ? "% at the end" : "%" + std::string(1, format[i])));
    }
  }
  return {};
}

std::optional<std::string> DateReader::Read(std::string_view text, std::string_view format) const {
  DateParts date;
  text = text.substr(0, kMaxDateText);
  SkipSpace(text);
  int half = -1;
  bool has_clock = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      SkipSpace(text);
      continue;
    }
    if (c != '%' || i + 1 == format.size() || format[i + 1] == '%') {
      if (text.empty() || text.front() != c) {
        return std::nullopt;
      }
      text.remove_prefix(1);
      i += c == '%' ? 1 : 0;
      continue;
    }
    long long number = 0;
    const char kind = format[++i];
    switch (kind) {
      case 'B':
      case 'b': {
        SkipSpace(text);
        const std::vector<DateToken> tokens = internal::DateTokens(text);
        const auto found = tokens.empty() ? months_.end() : months_.find(tokens.front().text);
        if (found == months_.end()) {
          return std::nullopt;
        }
        date.month = found->second;
        text.remove_prefix(tokens.front().length);
        if (text.starts_with('.') && (i + 1 == format.size() || format[i + 1] != '.')) {
          text.remove_prefix(1);
        }
        continue;
      }
      case 'p': {
        if (text.size() < 2 || (text[1] | 0x20) != 'm' || ((text[0] | 0x20) != 'a' && (text[0] | 0x20) != 'p')) {
          return std::nullopt;
        }
        half = (text[0] | 0x20) == 'p' ? 1 : 0;
        text.remove_prefix(2);
        continue;
      }
      case 'z':
        if (!TakeFormatZone(text, date.zone)) {
          return std::nullopt;
        }
        continue;
      default:
        SkipSpace(text);
        if (!TakeDigits(text, kind == 'Y' ? 4 : kind == 's' ? 12 : 2, number)) {
          return std::nullopt;
        }
    }
    const auto value = static_cast<int>(number);
    switch (kind) {
      case 'Y':
        date.year = value;
        break;
      case 'y':
        date.year = FullYear(value);
        break;
      case 'm':
        date.month = value;
        break;
      case 'H':
      case 'I':
        date.hour = value;
        has_clock = true;
        break;
      case 'M':
        date.minute = value;
        has_clock = true;
        break;
      case 'S':
        date.second = value;
        has_clock = true;
        break;
      case 's':
        if (number > kLastEpochSecond) {
          return std::nullopt;
        }
        SetFromEpoch(number, date);
        break;
      default:  // d, e
        date.day = value;
    }
  }
  if (half >= 0 && date.hour >= 0) {
    if (date.hour > 12) {
      return std::nullopt;
    }
    date.hour = date.hour % 12 + 12 * half;
  }
  if (has_clock && date.hour == -1) {
    date.hour = 0;
  }
  if (!IsValid(date)) {
    return std::nullopt;
  }
  return Format(date);
}

}  // namespace spinneret
