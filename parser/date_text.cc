#include "parser/date_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/udat.h>

#include "parser/date_parts.h"

namespace spinneret {
namespace {

using internal::DateParts;
using internal::DateToken;
using internal::DateTokens;
using internal::FullYear;
using internal::IsDate;
using internal::IsValid;

std::optional<std::string> NamedZone(std::string_view name) {
  struct Zone {
    std::string_view name, offset;
  };
  constexpr std::array<Zone, 12> kZones = {{{"z", "Z"},
                                            {"utc", "Z"},
                                            {"gmt", "Z"},
                                            {"ut", "Z"},
                                            {"est", "-05:00"},
                                            {"edt", "-04:00"},
                                            {"cst", "-06:00"},
                                            {"cdt", "-05:00"},
                                            {"mst", "-07:00"},
                                            {"mdt", "-06:00"},
                                            {"pst", "-08:00"},
                                            {"pdt", "-07:00"}}};
  for (const Zone& zone : kZones) {
    if (zone.name == name) {
      return std::string(zone.offset);
    }
  }
  return std::nullopt;
}

// Reads from a position of the token list; every reader either takes what it wants or leaves the position.
class Reader {
 public:
  Reader(const std::vector<DateToken>& tokens, const std::map<std::string, int, std::less<>>& months, bool month_first)
      : tokens_(tokens), months_(months), month_first_(month_first) {}

  std::optional<DateParts> At(std::size_t start) {
    for (const auto form : {&Reader::Compact, &Reader::YearFirst, &Reader::Cjk, &Reader::DayAndName, &Reader::NameFirst,
                            &Reader::YearAndName, &Reader::Numbers, &Reader::YearAndMonth}) {
      at_ = start;
      DateParts date;
      if (!(this->*form)(date)) {
        continue;
      }
      if (IsValid(date)) {
        return date;
      }
      end_of_wrong_ = std::max(end_of_wrong_, at_);
    }
    return std::nullopt;
  }
  // What looks like a date and is none ("31 April 2024") is not read in parts either ("April 2024").
  std::size_t end_of_wrong() const { return end_of_wrong_; }

 private:
  const DateToken* Peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool IsMark(std::string_view mark, std::size_t ahead = 0) const {
    const DateToken* token = Peek(ahead);
    return token != nullptr && token->kind == DateToken::Kind::kMark && token->text == mark;
  }
  bool TakeMark(std::string_view mark) {
    const bool there = IsMark(mark);
    at_ += there ? 1 : 0;
    return there;
  }
  bool IsNumber(std::size_t least, std::size_t most, std::size_t ahead = 0) const {
    const DateToken* token = Peek(ahead);
    return token != nullptr && token->kind == DateToken::Kind::kNumber && token->text.size() >= least &&
           token->text.size() <= most;
  }
  bool TakeNumber(std::size_t least, std::size_t most, int& value) {
    if (!IsNumber(least, most)) {
      return false;
    }
    value = tokens_[at_++].value;
    return true;
  }
  bool TakeWord(std::string_view word) {
    const DateToken* token = Peek();
    const bool there = token != nullptr && token->kind == DateToken::Kind::kWord && token->text == word;
    at_ += there ? 1 : 0;
    return there;
  }
  bool TakeMonthName(int& month) {
    const DateToken* token = Peek();
    if (token == nullptr || token->kind != DateToken::Kind::kWord) {
      return false;
    }
    const auto found = months_.find(token->text);
    if (found == months_.end()) {
      return false;
    }
    month = found->second;
    ++at_;
    TakeMark(".");
    return true;
  }

  // "20240312", "20240312T083000Z"
  bool Compact(DateParts& date) {
    const DateToken* token = Peek();
    if (token == nullptr || token->kind != DateToken::Kind::kNumber ||
        (token->text.size() != 8 && token->text.size() != 14)) {
      return false;
    }
    const auto part = [&](std::size_t from, std::size_t count) {
      int value = -1;
      std::from_chars(token->text.data() + from, token->text.data() + from + count, value);
      return value;
    };
    date.year = part(0, 4);
    date.month = part(4, 2);
    date.day = part(6, 2);
    if (date.year < 1800 || date.year > 2200) {
      return false;
    }
    ++at_;
    if (token->text.size() == 14) {
      date.hour = part(8, 2);
      date.minute = part(10, 2);
      date.second = part(12, 2);
      TakeZone(date);
      return true;
    }
    if (const DateToken* t = Peek();
        t != nullptr && t->text == "t" && IsNumber(4, 6, 1) && tokens_[at_ + 1].text.size() % 2 == 0) {
      const std::string& time = tokens_[at_ + 1].text;
      std::from_chars(time.data(), time.data() + 2, date.hour);
      std::from_chars(time.data() + 2, time.data() + 4, date.minute);
      if (time.size() == 6) {
        std::from_chars(time.data() + 4, time.data() + 6, date.second);
      }
      at_ += 2;
      TakeZone(date);
    }
    return true;
  }

  // "2024-03-12", "2024/3/12", "2024.3.12", and a time
  bool YearFirst(DateParts& date) {
    if (!TakeNumber(4, 4, date.year)) {
      return false;
    }
    for (const std::string_view mark : {"-", "/", "."}) {
      if (TakeMark(mark)) {
        return TakeNumber(1, 2, date.month) && TakeMark(mark) && TakeNumber(1, 2, date.day) && TakeTime(date);
      }
    }
    return false;
  }

  bool YearAndMonth(DateParts& date) {  // "2024-03"
    return TakeNumber(4, 4, date.year) && TakeMark("-") && TakeNumber(2, 2, date.month) && !IsMark("-");
  }

  // year, month and day, each followed by its sign
  bool Cjk(DateParts& date) {
    if (!TakeNumber(4, 4, date.year) || !(TakeMark("\u5E74") || TakeMark("\uB144")) || !TakeNumber(1, 2, date.month) ||
        !(TakeMark("\u6708") || TakeMark("\uC6D4"))) {
      return false;
    }
    if (TakeNumber(1, 2, date.day)) {
      return (TakeMark("\u65E5") || TakeMark("\uC77C")) && TakeTime(date);
    }
    return true;
  }

  void TakeOrdinal() {
    for (const char* ending : {"st", "nd", "rd", "th", "er", "o"}) {
      if (Peek() != nullptr && !Peek()->spaced && TakeWord(ending)) {
        return;
      }
    }
    TakeMark(".") || TakeMark("\u00BA");
  }

  bool TakeYear(int& year) {
    TakeMark(",");
    TakeMark("'") || TakeMark("\u2019");
    TakeWord("de") || TakeWord("del") || TakeWord("of");
    if (!IsNumber(4, 4) && !IsNumber(2, 2)) {
      return false;
    }
    const bool is_short = tokens_[at_].text.size() == 2;
    // "12 March 08:30" has an hour there, not a year.
    if (is_short && IsMark(":", 1)) {
      return false;
    }
    year = is_short ? FullYear(tokens_[at_].value) : tokens_[at_].value;
    ++at_;
    return true;
  }

  // "12 March 2024", "12. Maerz 2024", "1st of May, 2024", "12-Mar-24", "12 de marzo de 2024"
  bool DayAndName(DateParts& date) {
    if (!TakeNumber(1, 2, date.day)) {
      return false;
    }
    TakeOrdinal();
    TakeMark("-") || TakeMark("/") || TakeWord("of") || TakeWord("de");
    if (!TakeMonthName(date.month)) {
      return false;
    }
    TakeMark("-") || TakeMark("/");
    return TakeYear(date.year) && TakeTime(date);
  }

  // "March 12, 2024", "Mar 12th 2024", "Tue Mar 12 08:30:00 2024", "March 2024"
  bool NameFirst(DateParts& date) {
    if (!TakeMonthName(date.month)) {
      return false;
    }
    const std::size_t after_month = at_;
    if (TakeNumber(1, 2, date.day)) {
      TakeOrdinal();
      if (IsNumber(2, 2) && IsMark(":", 1)) {
        return TakeTime(date) && TakeYear(date.year);
      }
      if (TakeYear(date.year)) {
        return TakeTime(date);
      }
    }
    at_ = after_month;
    date.day = -1;
    TakeWord("de") || TakeMark(",");
    return TakeNumber(4, 4, date.year);
  }

  // "2024 March 12", "2024-Mar-12"
  bool YearAndName(DateParts& date) {
    if (!TakeNumber(4, 4, date.year)) {
      return false;
    }
    TakeMark("-") || TakeMark(",") || TakeMark(".");
    if (!TakeMonthName(date.month)) {
      return false;
    }
    TakeMark("-");
    if (TakeNumber(1, 2, date.day)) {
      TakeOrdinal();
      return TakeTime(date);
    }
    return true;
  }

  // "12.03.2024", "3/12/2024", "12-03-24"
  bool Numbers(DateParts& date) {
    int first = -1;
    int second = -1;
    if (!TakeNumber(1, 2, first)) {
      return false;
    }
    for (const std::string_view mark : {".", "/", "-"}) {
      if (!TakeMark(mark)) {
        continue;
      }
      if (!TakeNumber(1, 2, second) || !TakeMark(mark) || !(IsNumber(4, 4) || IsNumber(2, 2))) {
        return false;
      }
      date.year = tokens_[at_].text.size() == 2 ? FullYear(tokens_[at_].value) : tokens_[at_].value;
      ++at_;
      const bool month_first = month_first_ && mark != ".";
      date.month = month_first ? first : second;
      date.day = month_first ? second : first;
      if (!IsDate(date.year, date.month, date.day)) {
        std::swap(date.month, date.day);
      }
      return TakeTime(date);
    }
    return false;
  }

  // A time may follow a date; where none does, nothing is taken. Always true.
  bool TakeTime(DateParts& date) {
    const std::size_t before = at_;
    TakeMark(",");
    TakeWord("t") || TakeWord("at") || TakeWord("um") || TakeMark("-") || TakeMark("|");
    int hour = -1;
    if (!TakeNumber(1, 2, hour)) {
      at_ = before;
      return true;
    }
    int minute = 0;
    int second = 0;
    const bool clock = TakeMark(":") && TakeNumber(2, 2, minute);
    if (clock && IsMark(":") && IsNumber(2, 2, 1)) {
      ++at_;
      TakeNumber(2, 2, second);
      if ((IsMark(".") || IsMark(",")) && IsNumber(1, 9, 1) && !Peek(1)->spaced) {
        date.fraction = tokens_[at_ + 1].text;
        at_ += 2;
      }
    }
    const int half = TakeHalfOfDay();
    if ((!clock && half < 0) || hour > (half < 0 ? 23 : 12) || minute > 59 || second > 60) {
      at_ = before;
      date.fraction.clear();
      return true;
    }
    date.hour = half < 0 ? hour : hour % 12 + 12 * half;
    date.minute = minute;
    date.second = second;
    TakeZone(date);
    return true;
  }

  // 0 for a.m., 1 for p.m., -1 for neither.
  int TakeHalfOfDay() {
    if (TakeWord("am")) {
      return 0;
    }
    if (TakeWord("pm")) {
      return 1;
    }
    const DateToken* m = Peek(2);
    if (IsMark(".", 1) && m != nullptr && m->text == "m" && (Peek()->text == "a" || Peek()->text == "p")) {
      const int half = Peek()->text == "p" ? 1 : 0;
      at_ += 3;
      TakeMark(".");
      return half;
    }
    return -1;
  }

  void TakeZone(DateParts& date) {
    const DateToken* token = Peek();
    if (token == nullptr) {
      return;
    }
    if (token->kind == DateToken::Kind::kWord) {
      if (const std::optional<std::string> zone = NamedZone(token->text)) {
        date.zone = *zone;
        ++at_;
      }
      // "GMT+2" says more than "GMT".
      if (date.zone != "Z") {
        return;
      }
    }
    const bool minus = IsMark("-") || IsMark("\u2212");
    if ((!minus && !IsMark("+")) || (!IsNumber(4, 4, 1) && !IsNumber(1, 2, 1)) || Peek(1)->spaced) {
      return;
    }
    int hours = tokens_[at_ + 1].value;
    int minutes = 0;
    std::size_t taken = 2;
    if (tokens_[at_ + 1].text.size() == 4) {
      minutes = hours % 100;
      hours /= 100;
    } else if (IsMark(":", 2) && IsNumber(2, 2, 3)) {
      minutes = tokens_[at_ + 3].value;
      taken = 4;
    }
    if (hours > 15 || minutes > 59) {
      return;
    }
    at_ += taken;
    date.zone = fmt::format("{}{:02}:{:02}", minus ? '-' : '+', hours, minutes);
  }

  const std::vector<DateToken>& tokens_;
  const std::map<std::string, int, std::less<>>& months_;
  const bool month_first_;
  std::size_t at_ = 0;
  std::size_t end_of_wrong_ = 0;
};

// A name of a month as it is looked up: lower case, without the point of an abbreviation.
std::string MonthKey(std::u16string_view name) {
  while (!name.empty() && name.back() == u'.') {
    name.remove_suffix(1);
  }
  return internal::LowerCase(name);
}

void AddMonths(const char* locale, std::map<std::string, int, std::less<>>& months, bool* month_first) {
  UErrorCode status = U_ZERO_ERROR;
  UDateFormat* const format = udat_open(UDAT_NONE, UDAT_SHORT, locale, nullptr, 0, nullptr, 0, &status);
  if (U_SUCCESS(status) != 0) {
    for (const UDateFormatSymbolType type :
         {UDAT_MONTHS, UDAT_SHORT_MONTHS, UDAT_STANDALONE_MONTHS, UDAT_STANDALONE_SHORT_MONTHS}) {
      for (int month = 0; month < 12; ++month) {
        std::array<UChar, 64> name{};
        UErrorCode symbol = U_ZERO_ERROR;
        const std::int32_t length = udat_getSymbols(format, type, month, name.data(), 63, &symbol);
        if (U_SUCCESS(symbol) != 0 && length > 0 && u_isalpha(name[0]) != 0) {
          months.try_emplace(MonthKey({name.data(), static_cast<std::size_t>(length)}), month + 1);
        }
      }
    }
    if (month_first != nullptr) {
      std::array<UChar, 64> pattern{};
      const std::int32_t length = udat_toPattern(format, 0, pattern.data(), 63, &status);
      const std::u16string_view order(pattern.data(), static_cast<std::size_t>(std::max(length, 0)));
      *month_first = order.find(u'M') < order.find(u'd');
    }
  }
  udat_close(format);
}

}  // namespace

DateReader::DateReader(std::string_view locale) {
  std::string name(locale.empty() ? "en" : locale.substr(0, 64));
  for (char& c : name) {
    c = c == '-' ? '_' : c;
  }
  AddMonths(name.c_str(), months_, &month_first_);
  AddMonths("en", months_, nullptr);
  months_.try_emplace("sept", 9);
}

std::optional<std::string> DateReader::Read(std::string_view text) const {
  const std::vector<DateToken> tokens = DateTokens(text);
  Reader reader(tokens, months_, month_first_);
  for (std::size_t i = 0; i < tokens.size(); i = std::max(i + 1, reader.end_of_wrong())) {
    if (tokens[i].kind == DateToken::Kind::kMark) {
      continue;
    }
    if (const std::optional<DateParts> date = reader.At(i)) {
      return Format(*date);
    }
  }
  return std::nullopt;
}

}  // namespace spinneret
