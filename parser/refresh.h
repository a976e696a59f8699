// The value of a Refresh header, or of <meta http-equiv=refresh content>, taken apart.
//
// Source     HTML standard, "shared declarative refresh steps" (§4.2.5.3), up to where the URL is parsed.
// Input      any bytes.
// Ownership  `url` looks into the value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spinneret {

struct Refresh {
  std::uint32_t delay_seconds = 0;  // what a number cannot hold is the greatest one
  std::string_view url;             // as written; empty: the document itself is loaded again
};

// Nothing where browsers do nothing.
std::optional<Refresh> ParseRefresh(std::string_view value);

}  // namespace spinneret
