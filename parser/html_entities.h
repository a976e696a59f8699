// Text of HTML as written to the text it stands for: character references, line ends.
//
// Source   HTML standard §13.2.5.72 to 80 (character references), §13.5 (their names), §13.2.3.5 (line ends).
// Input    any bytes; what is UTF-8 stays so. A NUL is left as it is.
// Limits   linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace spinneret::internal {

// In an attribute a reference without its semicolon may be part of a query.
enum class Place { kText, kAttribute };

void AppendHtmlText(std::string_view raw, Place place, std::string& out);

}  // namespace spinneret::internal
