// Bytes in one known encoding to UTF-8. For encoding.cc.
//
// Errors   none: what is malformed becomes U+FFFD.
// Limits   the output is at most three times as long as the input.
// Thread   any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/encoding_labels.h"

namespace spinneret::internal {

bool IsAscii(std::string_view bytes);

// How many leading bytes are well-formed UTF-8.
std::size_t ValidUtf8Prefix(std::string_view bytes);

// True when `bytes` begin a UTF-8 character, in a well-formed way, and end before it does.
bool IsUnfinishedUtf8(std::string_view bytes);

// `bytes` with each maximal subpart of an ill-formed sequence as one U+FFFD (Unicode §3.9, Encoding standard §8.1.1).
void RepairUtf8(std::string_view bytes, std::string& out);

// Any encoding; `out` is cleared first.
void Decode(const Encoding& encoding, std::string_view bytes, std::string& out);

}  // namespace spinneret::internal
