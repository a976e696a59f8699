// Walking over text character by character.
//
// Source  UTF-8 as the Encoding standard decodes it: an ill-formed sequence is one U+FFFD for each maximal part of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret::internal {

// The code point at `at`, which moves behind it; U+FFFD for bytes that are none. `at` must be inside the text.
std::int32_t NextCodePoint(std::string_view text, std::size_t& at);

// A Unicode scalar value.
void AppendUtf8(char32_t character, std::string& out);

}  // namespace spinneret::internal
