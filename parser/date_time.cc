#include "parser/date_time.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

namespace spinneret {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Takes characters from the front; what does not fit is left.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(char c) {
    if (AtEnd() || Lower(text_[at_]) != c) {
      return false;
    }
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (Peek() == ' ' || Peek() == '\t') {
      ++at_;
    }
  }
  // Between `least` and `most` digits.
  std::optional<int> Number(std::size_t least, std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < most && Peek() >= '0' && Peek() <= '9') {
      value = value * 10 + (Peek() - '0');
      ++at_;
      ++count;
    }
    return count >= least ? std::optional(value) : std::nullopt;
  }
  // Letters, in lower case.
  std::string Word() {
    std::string word;
    while (Lower(Peek()) >= 'a' && Lower(Peek()) <= 'z') {
      word += Lower(Peek());
      ++at_;
    }
    return word;
  }
  std::size_t position() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> DayMs(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(date).time_since_epoch()).count();
}

// "hh:mm[:ss[.fraction]]" as milliseconds. A leap second is the one before it.
std::optional<std::int64_t> TakeTime(Cursor& in) {
  const std::optional<int> hour = in.Number(1, 2);
  if (!hour || !in.Take(':')) {
    return std::nullopt;
  }
  const std::optional<int> minute = in.Number(2, 2);
  if (!minute || *hour > 24 || *minute > 59) {
    return std::nullopt;
  }
  std::int64_t ms = (*hour * 60 + *minute) * kMinuteMs;
  if (in.Take(':')) {
    const std::optional<int> second = in.Number(2, 2);
    if (!second || *second > 60) {
      return std::nullopt;
    }
    ms += (*second == 60 ? 59 : *second) * 1000;
    if (in.Take('.') || in.Take(',')) {
      std::int64_t unit = 100;
      std::size_t digits = 0;
      for (; in.Peek() >= '0' && in.Peek() <= '9'; ++digits) {
        ms += unit * *in.Number(1, 1);
        unit /= 10;
      }
      if (digits == 0) {
        return std::nullopt;
      }
    }
  }
  return ms <= 24 * 60 * kMinuteMs ? std::optional(ms) : std::nullopt;
}

// "+hh:mm", "+hhmm", "+hh": what is ahead of UTC, in milliseconds.
std::optional<std::int64_t> TakeOffset(Cursor& in) {
  const bool ahead = in.Take('+');
  if (!ahead && !in.Take('-')) {
    return std::nullopt;
  }
  const std::optional<int> hours = in.Number(2, 2);
  if (!hours || *hours > 23) {
    return std::nullopt;
  }
  const bool colon = in.Take(':');
  const std::optional<int> minutes = in.Number(2, 2);
  if ((colon && !minutes) || minutes.value_or(0) > 59) {
    return std::nullopt;
  }
  const std::int64_t ms = (*hours * 60 + minutes.value_or(0)) * kMinuteMs;
  return ahead ? ms : -ms;
}

std::optional<int> MonthOf(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (word.starts_with(kMonths[i])) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

// Hours ahead of UTC. A name that is not known is UTC (RFC 2822 §4.3).
int ZoneHours(std::string_view word) {
  struct Zone {
    std::string_view name;
    int hours;
  };
  constexpr std::array<Zone, 8> kZones = {
      {{"edt", -4}, {"est", -5}, {"cdt", -5}, {"cst", -6}, {"mdt", -6}, {"mst", -7}, {"pdt", -7}, {"pst", -8}}};
  for (const Zone& zone : kZones) {
    if (zone.name == word) {
      return zone.hours;
    }
  }
  return 0;
}

}  // namespace

std::optional<std::int64_t> ParseW3cDateTime(std::string_view text) {
  Cursor in(text);
  const std::optional<int> year = in.Number(4, 4);
  if (!year) {
    return std::nullopt;
  }
  std::optional<int> month = 1;
  std::optional<int> day = 1;
  bool has_day = false;
  if (in.Take('-')) {
    month = in.Number(2, 2);
    if (in.Take('-')) {
      day = in.Number(2, 2);
      has_day = true;
    }
  }
  if (!month || !day) {
    return std::nullopt;
  }
  std::optional<std::int64_t> ms = DayMs(*year, *month, *day);
  if (!ms || in.AtEnd()) {
    return ms;
  }
  if (!has_day || (!in.Take('t') && !in.Take(' '))) {
    return std::nullopt;
  }
  in.SkipSpace();
  const std::optional<std::int64_t> time = TakeTime(in);
  if (!time) {
    return std::nullopt;
  }
  *ms += *time;
  in.SkipSpace();
  if (!in.AtEnd() && !in.Take('z')) {
    const std::optional<std::int64_t> ahead = TakeOffset(in);
    if (!ahead) {
      return std::nullopt;
    }
    *ms -= *ahead;
  }
  return in.AtEnd() ? ms : std::nullopt;
}

std::optional<std::int64_t> ParseMailDate(std::string_view text) {
  Cursor in(text);
  if (!in.Word().empty()) {  // the day's name says nothing new
    in.Take(',');
  }
  in.SkipSpace();
  const std::optional<int> day = in.Number(1, 2);
  in.SkipSpace();
  in.Take('-');
  const std::optional<int> month = MonthOf(in.Word());
  in.SkipSpace();
  in.Take('-');
  const std::size_t before = in.position();
  std::optional<int> year = in.Number(2, 4);
  if (!day || !month || !year) {
    return std::nullopt;
  }
  switch (in.position() - before) {
    case 2:
      *year += *year < 50 ? 2000 : 1900;
      break;
    case 3:
      *year += 1900;
      break;
    default:
      break;
  }
  std::optional<std::int64_t> ms = DayMs(*year, *month, *day);
  in.SkipSpace();
  if (!ms || in.AtEnd()) {
    return ms;
  }
  const std::optional<std::int64_t> time = TakeTime(in);
  if (!time) {
    return std::nullopt;
  }
  *ms += *time;
  in.SkipSpace();
  if (in.Peek() == '+' || in.Peek() == '-') {
    const std::optional<std::int64_t> ahead = TakeOffset(in);
    if (!ahead) {
      return std::nullopt;
    }
    *ms -= *ahead;
  } else {
    *ms -= ZoneHours(in.Word()) * 60 * kMinuteMs;
  }
  return ms;
}

std::string FormatW3cDateTime(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds(ms)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant) - day);
  const auto padded = [](std::int64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
  };
  return padded(static_cast<int>(date.year()), 4) + "-" + padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + "T" + padded(time.hours().count(), 2) + ":" +
         padded(time.minutes().count(), 2) + ":" + padded(time.seconds().count(), 2) + "Z";
}

}  // namespace spinneret
