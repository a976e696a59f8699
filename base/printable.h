// Text from the web, made safe to show on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// `text` with control characters (C0, DEL, and C1 in UTF-8) and malformed UTF-8 written as \xNN; the rest as it is.
std::string Printable(std::string_view text);

}  // namespace spinneret
