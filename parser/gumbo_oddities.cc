#include "parser/gumbo_oddities.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "parser/html_text.h"
#include "parser/utf8.h"

namespace spinneret::internal {
namespace {

bool IsHexDigit(char c) {
  const char lower = LowerAscii(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

bool IsOddToGumbo(std::int32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r') || (c >= 0x7F && c <= 0x9F) ||
         (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

bool IsHugeReference(std::string_view text) {
  constexpr std::size_t kMostDigits = 7;  // hexadecimal ones, of which 31 bits hold all
  std::size_t digits = text.find_first_not_of("0xX", 2);
  std::size_t end = digits;
  while (end < text.size() && IsHexDigit(text[end])) {
    ++end;
  }
  return end - std::min(digits, end) > kMostDigits;
}

}  // namespace

bool HasGumboOddity(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size();) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    if (byte == '&') {
      if (raw.substr(i).starts_with("&#") && IsHugeReference(raw.substr(i))) {
        return true;
      }
    } else if (byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte >= 0xEF) {
      if (IsOddToGumbo(NextCodePoint(raw, i))) {
        return true;
      }
      continue;
    }
    ++i;
  }
  return false;
}

}  // namespace spinneret::internal
