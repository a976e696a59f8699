// Numbers as people write them on pages: "€ 1.234,50", "1 299 kr", "-3.5 %", "١٬٢٣٤".
//
// Reading   the first number in the text. Where both a point and a comma stand in it, the last of the two is the decimal
//           separator. A separator that stands there several times groups digits, and so does one before three digits
//           unless the locale has it as its decimal separator; any other is the decimal separator. Spaces and apostrophes
//           between groups of three are passed over. Digits of every script count.
// Source    separators of a locale: CLDR, by way of ICU.
// Errors    none: text without a number has none.
// Thread    immutable after construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret {

struct NumberValue {
  double value = 0;
  std::optional<std::int64_t> integer;  // where it is one, and fits
};

class NumberReader {
 public:
  // A BCP 47 tag, such as "de" or "pt-BR"; empty or unknown: as in English.
  explicit NumberReader(std::string_view locale);

  std::optional<NumberValue> Read(std::string_view text) const;

 private:
  char decimal_ = '.';  // '.' or ','
};

}  // namespace spinneret
