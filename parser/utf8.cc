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

}  // namespace spinneret::internal
