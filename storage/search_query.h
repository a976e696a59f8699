// What a person types to find pages, as a query of SQLite's FTS5.
//
// Thread   pure functions.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// Words that must all be there, "phrases", and word* for words that begin so; nothing else has a meaning, so that no text
// is an error. Empty when there is no word in it.
std::string SearchQuery(std::string_view words);

}  // namespace spinneret
