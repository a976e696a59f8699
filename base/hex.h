// Bytes as text: two lower-case hexadecimal digits each.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

std::string HexOf(std::string_view bytes);

}  // namespace spinneret
