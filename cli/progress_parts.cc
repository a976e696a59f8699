#include "cli/progress_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "cli/duration.h"

namespace spinneret::cli {
namespace {

constexpr int kEighths = 8;

}  // namespace

double Share(double value) {
  return std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 0.0;
}

double MeanShare(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += Share(value);
  }
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::string RateText(double per_second) {
  if (!std::isfinite(per_second) || per_second < 0) {
    per_second = 0;
  }
  return per_second < 100 ? fmt::format("{:.1f}/s", per_second)
                          : FormatCount(static_cast<std::uint64_t>(std::min(per_second, 1e15))) + "/s";
}

std::string UtilizationBars(const std::vector<double>& utilization, Glyphs glyphs) {
  static constexpr std::array<std::string_view, kEighths> kBlocks = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                                     "\u2585", "\u2586", "\u2587", "\u2588"};
  static constexpr std::array<std::string_view, kEighths> kAscii = {"_", ".", "-", "=", "+", "*", "#", "@"};
  const auto& signs = glyphs == Glyphs::kUnicode ? kBlocks : kAscii;
  std::string out;
  for (const double value : utilization) {
    out += signs[std::min<std::size_t>(kEighths - 1, static_cast<std::size_t>(Share(value) * kEighths))];
  }
  return out;
}

std::string Bar(double share, int width, Glyphs glyphs) {
  // From an eighth of a column to a whole one.
  static constexpr std::array<std::string_view, kEighths> kBlocks = {"\u258f", "\u258e", "\u258d", "\u258c",
                                                                     "\u258b", "\u258a", "\u2589", "\u2588"};
  std::string out;
  const int eighths = static_cast<int>(Share(share) * width * kEighths);
  for (int column = 0; column < width; ++column) {
    const int filled = std::clamp(eighths - column * kEighths, 0, kEighths);
    if (glyphs == Glyphs::kAscii) {
      out += filled == kEighths ? '#' : '.';
    } else {
      out += filled == 0 ? std::string_view("\u2591") : kBlocks.at(static_cast<std::size_t>(filled - 1));
    }
  }
  return out;
}

std::string SecondsText(std::chrono::milliseconds duration) {
  return FormatDuration(std::chrono::ceil<std::chrono::seconds>(duration));
}

}  // namespace spinneret::cli
