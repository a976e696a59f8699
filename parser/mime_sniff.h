// What a response is, whatever its Content-Type says or leaves out: the computed MIME type of browsers.
//
// Source     WHATWG MIME Sniffing standard (July 2026): 5.1, 6.1, 6.2, 6.4 and 7. Feeds are not sniffed: the standard
//            dropped that in 2024.
// Departure  the signature of MP3 is read as its section means it, not as its slips have it.
// Errors     none.
// Cost       looks at the first 1445 bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

// Whether X-Content-Type-Options: nosniff was sent. Its values, joined by commas as RFC 9110 allows, may be many: the
// first counts (Fetch standard 3.6).
bool IsNosniff(std::string_view x_content_type_options);

enum class Nosniff : std::uint8_t { kNo, kYes };

// The essence ("text/html", lower case; never empty) of a body that came with the last Content-Type header
// `content_type`, whole; empty when there was none.
std::string ComputedMimeType(std::string_view content_type, std::string_view body, Nosniff nosniff);

}  // namespace spinneret
