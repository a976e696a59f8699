#include "parser/utf8.h"

#include <unicode/utf8.h>

namespace spinneret::internal {

std::int32_t NextCodePoint(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
  U8_NEXT_OR_FFFD(bytes, at, text.size(), c);
#pragma GCC diagnostic pop
  return c;
}

void AppendUtf8(char32_t character, std::string& out) {
  const auto continuation = [character](unsigned shift) {
    return static_cast<char>(0x80U | ((character >> shift) & 0x3FU));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += {static_cast<char>(0xC0U | (character >> 6U)), continuation(0)};
  } else if (character < 0x10000) {
    out += {static_cast<char>(0xE0U | (character >> 12U)), continuation(6), continuation(0)};
  } else {
    out += {static_cast<char>(0xF0U | (character >> 18U)), continuation(12), continuation(6), continuation(0)};
  }
}

}  // namespace spinneret::internal
