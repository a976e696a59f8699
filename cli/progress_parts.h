// What the progress line and the progress view have in common: rates, bars, and how long a crawl will take.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "crawler/crawl_status.h"

namespace spinneret::cli {

enum class Glyphs : std::uint8_t { kUnicode, kAscii };

// `value` within 0 … 1; 0 for what is no number.
double Share(double value);
double MeanShare(const std::vector<double>& values);

// "12.3/s", "1,234/s".
std::string RateText(double per_second);
// A character for each worker.
std::string UtilizationBars(const std::vector<double>& utilization, Glyphs glyphs);
// `share` of `width` columns, to an eighth of one.
std::string Bar(double share, int width, Glyphs glyphs);
// "7m 37s", rounded up to seconds.
std::string SecondsText(std::chrono::milliseconds duration);

// How much is left is said from then on: before, there is too little to go by.
inline constexpr std::chrono::milliseconds kEarly{5000};

}  // namespace spinneret::cli
