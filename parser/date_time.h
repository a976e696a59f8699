// Dates as feeds, sitemaps and people write them, to an instant.
//
// Units    milliseconds since 1970 UTC. A time without a zone is UTC; what is not written (day, hour …) is the first.
// Errors   what cannot be a date gives nothing. Input is trimmed by the caller.
// Thread   pure functions.
// Source   W3C note "Date and Time Formats" (a profile of ISO 8601), RFC 822 §5 as amended by RFC 1123 §5.2.14 and
//          RFC 2822 §4.3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret {

// "2026", "2026-11", "2026-11-23", "2026-11-23T08:15Z", "2026-11-23T08:15:30.25+01:00". Also read: a space in place of
// the T, a zone without colon ("+0100") or without minutes ("+01"), and no zone.
std::optional<std::int64_t> ParseW3cDateTime(std::string_view text);

// "Mon, 23 Nov 2026 08:15:30 +0100", without the day's name, without seconds, with two digits for the year, with a zone
// by name.
std::optional<std::int64_t> ParseMailDate(std::string_view text);

// "2026-11-23T08:15:30Z"; a fraction of a second is cut off.
std::string FormatW3cDateTime(std::int64_t ms);

}  // namespace spinneret
