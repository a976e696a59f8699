// Text inside XML: what has a meaning there is escaped, what XML 1.0 has no place for becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// For character data and attribute values. Bytes that are not UTF-8, control characters but tab and line ends, and
// U+FFFE and U+FFFF are replaced.
std::string XmlText(std::string_view text);

}  // namespace spinneret
