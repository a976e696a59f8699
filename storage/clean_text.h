// What may stand in a text column: valid UTF-8 without U+0000.
//
// Headers and error texts come from the web as any bytes. A database takes them, but then readers fail on the row:
// Python raises, PostgreSQL refuses, and SQLite's own functions stop at the NUL.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

bool IsCleanText(std::string_view text);

// `text` with U+FFFD for each NUL and for each maximal part of a malformed sequence, as the WHATWG decoder does it.
std::string CleanText(std::string_view text);

}  // namespace spinneret
