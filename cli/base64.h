// Base64 as JSON carries bytes (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spinneret::cli {

// The bytes of `text`; nothing when it is not base64. White space is passed over, and padding may be left out.
std::optional<std::string> DecodeBase64(std::string_view text);
// With padding, on one line.
std::string EncodeBase64(std::string_view bytes);

}  // namespace spinneret::cli
