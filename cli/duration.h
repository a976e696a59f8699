// Durations, sizes and counts as people write and read them on the command line.
//
// Durations  digits, optionally a fraction, and a unit: 500ms, 2s, 1.5s, 10m, 1h. `0` alone is the only number without
//            a unit: "30" could be seconds or milliseconds, and a guess would be wrong for somebody. What is finer than
//            a millisecond is rounded up, so that only a written zero is zero. At most ten years.
// Sizes      bytes, or k, M, G (1024 each); a fraction is allowed before a unit.
// Errors     one way to fail, so parsing returns nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret::cli {

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
std::optional<std::uint64_t> ParseSize(std::string_view text);
// Decimal digits alone: no sign, no blank, nothing over 2^64-1.
std::optional<std::uint64_t> ParseCount(std::string_view text);

// "250ms", "1.5s", "2m 05s", "1h 02m", "3d 4h".
std::string FormatDuration(std::chrono::milliseconds duration);
// "512 B", "1.5 KiB", "32 MiB".
std::string FormatSize(std::uint64_t bytes);
// "1,234,567".
std::string FormatCount(std::uint64_t count);

}  // namespace spinneret::cli
