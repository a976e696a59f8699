#include "parser/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/unum.h>

#include "parser/utf8.h"

namespace spinneret {
namespace {

// What a character means inside a number.
enum class Mark : char {
  kDigit = 'd',
  kPoint = '.',
  kComma = ',',
  kApostrophe = '\'',
  kSpace = ' ',
  kMinus = '-',
  kCurrency = '$',
  kOther = 'x'
};

struct Character {
  Mark mark = Mark::kOther;
  char digit = '0';
  char ascii = '\0';
};

constexpr std::size_t kMaxDigits = 400;
constexpr std::size_t kMaxText = 4096;

Character Classify(UChar32 c) {
  Character out;
  out.ascii = c > 0 && c < 0x80 ? static_cast<char>(c) : '\0';
  if (const std::int32_t digit = u_charDigitValue(c); digit >= 0) {
    out.mark = Mark::kDigit;
    out.digit = static_cast<char>('0' + digit);
    return out;
  }
  switch (c) {
    case '.':
    case 0xFF0E:
      out.mark = Mark::kPoint;
      break;
    case ',':
    case 0x066B:  // Arabic decimal separator, which reads as a comma does in Arabic
    case 0xFF0C:
      out.mark = Mark::kComma;
      break;
    case '\'':
    case 0x2019:
    case 0x066C:  // Arabic thousands separator
      out.mark = Mark::kApostrophe;
      break;
    case ' ':
    case 0x00A0:
    case 0x2009:
    case 0x202F:
      out.mark = Mark::kSpace;
      break;
    case '-':
    case 0x2212:
    case 0x2010:
    case 0x2011:
      out.mark = Mark::kMinus;
      break;
    default:
      if (u_charType(c) == U_CURRENCY_SYMBOL) {
        out.mark = Mark::kCurrency;
      }
  }
  return out;
}

std::vector<Character> Characters(std::string_view text) {
  text = text.substr(0, kMaxText);
  std::vector<Character> out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    out.push_back(Classify(internal::NextCodePoint(text, at)));
  }
  return out;
}

std::size_t DigitsFrom(const std::vector<Character>& text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && text[at + count].mark == Mark::kDigit) {
    ++count;
  }
  return count;
}

bool IsSeparator(Mark mark) {
  return mark == Mark::kPoint || mark == Mark::kComma;
}

// Spaces and apostrophes never are decimal separators, so that three digits and no more have to follow.
bool IsQuietSeparator(const std::vector<Character>& text, std::size_t at, std::size_t digits_before) {
  const Mark mark = text[at].mark;
  return (mark == Mark::kApostrophe || mark == Mark::kSpace) && digits_before <= 3 && DigitsFrom(text, at + 1) == 3;
}

struct Separator {
  Mark mark;
  std::size_t digits_before;  // in the whole number
};

}  // namespace

NumberReader::NumberReader(std::string_view locale) {
  if (locale.empty()) {
    return;
  }
  std::string name(locale.substr(0, 64));
  for (char& c : name) {
    c = c == '-' ? '_' : c;
  }
  UErrorCode status = U_ZERO_ERROR;
  UNumberFormat* const format = unum_open(UNUM_DECIMAL, nullptr, 0, name.c_str(), nullptr, &status);
  if (U_SUCCESS(status) != 0) {
    UChar symbol[8] = {};
    unum_getSymbol(format, UNUM_DECIMAL_SEPARATOR_SYMBOL, symbol, 8, &status);
    if (U_SUCCESS(status) != 0 && (symbol[0] == ',' || symbol[0] == 0x066B)) {
      decimal_ = ',';
    }
  }
  unum_close(format);
}

std::optional<NumberValue> NumberReader::Read(std::string_view text) const {
  const std::vector<Character> characters = Characters(text);
  std::size_t at = 0;
  while (at < characters.size() && characters[at].mark != Mark::kDigit) {
    ++at;
  }
  if (at == characters.size()) {
    return std::nullopt;
  }
  // ".5" has no digit before its point; after a letter it is the end of a word ("No.5").
  bool leading_point = false;
  std::size_t before = at;
  if (before > 0 && IsSeparator(characters[before - 1].mark) &&
      (before == 1 || characters[before - 2].mark != Mark::kOther)) {
    leading_point = true;
    --before;
  }
  while (before > 0 &&
         (characters[before - 1].mark == Mark::kCurrency || characters[before - 1].mark == Mark::kSpace)) {
    --before;
  }
  const bool negative = before > 0 && characters[before - 1].mark == Mark::kMinus &&
                        (before == 1 || characters[before - 2].mark != Mark::kOther);

  std::string digits;
  std::vector<Separator> separators;
  if (leading_point) {
    separators.push_back({characters[at - 1].mark, 0});
  }
  std::size_t group = 0;  // digits since the last separator
  while (at < characters.size() && digits.size() < kMaxDigits) {
    const Character& c = characters[at];
    if (c.mark == Mark::kDigit) {
      digits += c.digit;
      ++group;
    } else if (IsSeparator(c.mark) && DigitsFrom(characters, at + 1) > 0) {
      separators.push_back({c.mark, digits.size()});
      group = 0;
    } else if (IsQuietSeparator(characters, at, group)) {
      group = 0;
    } else {
      break;
    }
    ++at;
  }

  // Which separator, if any, begins the decimals.
  std::optional<std::size_t> point;
  if (!separators.empty()) {
    const Separator& last = separators.back();
    std::size_t same = 0;
    for (const Separator& separator : separators) {
      same += separator.mark == last.mark ? 1 : 0;
    }
    const bool mixed = same != separators.size();
    const bool three_follow = digits.size() - last.digits_before == 3;
    const std::size_t whole = last.digits_before;
    const bool may_group = three_follow && whole >= 1 && whole <= 3 && digits[0] != '0';
    const bool is_decimal_of_locale = static_cast<char>(last.mark) == decimal_;
    if (same == 1 && (mixed || !may_group || is_decimal_of_locale)) {
      point = last.digits_before;
    }
  }

  std::string literal = negative ? "-" : "";
  literal += point ? digits.substr(0, *point) + "." + digits.substr(*point) : digits;
  if (at + 1 < characters.size() && (characters[at].ascii == 'e' || characters[at].ascii == 'E')) {
    std::size_t exponent = at + 1;
    const bool minus = characters[exponent].mark == Mark::kMinus;
    exponent += minus || characters[exponent].ascii == '+' ? 1 : 0;
    const std::size_t count = DigitsFrom(characters, exponent);
    const std::size_t end = exponent + count;
    const bool word = end < characters.size() && u_isalpha(static_cast<UChar32>(characters[end].ascii)) != 0;
    if (count > 0 && count <= 3 && !word) {
      literal += minus ? "e-" : "e";
      for (std::size_t i = exponent; i < end; ++i) {
        literal += characters[i].digit;
      }
    }
  }

  NumberValue number;
  number.value = std::strtod(literal.c_str(), nullptr);
  if (!std::isfinite(number.value)) {
    return std::nullopt;
  }
  std::int64_t integer = 0;
  const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), integer);
  if (read.ec == std::errc() && read.ptr == literal.data() + literal.size()) {
    number.integer = integer;
  }
  return number;
}

}  // namespace spinneret
