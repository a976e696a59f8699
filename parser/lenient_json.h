// JSON as it stands in pages, made into JSON as the standard has it.
//
// Mended     what can mean one thing only: comments, commas too many, a byte order mark, wrappers of comments and CDATA,
//            several values one after another, control characters in strings, backslashes that escape nothing, strings
//            in single quotes, keys without quotes, numbers such as +1 and .5, undefined and NaN (null), and text whose
//            every quote is written &quot;.
// Not mended what may mean two things: a quote too many, a bracket or comma that is missing, text that stops early.
// Source     RFC 8259 for what comes out. Halves of surrogate pairs become U+FFFD.
// Limits     kLenientJsonBytes of text; 128 levels of nesting. Linear in the text.
// Thread     pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret {

inline constexpr std::size_t kLenientJsonBytes = 4U << 20U;

enum class JsonState {
  kFine,    // it was JSON already
  kMended,  // it is now
  kBroken,  // what is before the fault was read
};

// Appends each value of `text`, well-formed UTF-8, to `values`, as JSON without white space.
JsonState ReadLenientJson(std::string_view text, std::vector<std::string>& values);

// `text` in quotes, as a JSON string.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace spinneret
