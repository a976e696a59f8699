#include "cli/duration.h"

#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace spinneret::cli {
namespace {

constexpr std::uint64_t kMaxDurationMs = 10ULL * 365 * 24 * 3600 * 1000;
constexpr std::uint64_t kMaxUint64 = std::numeric_limits<std::uint64_t>::max();

struct Decimal {
  std::uint64_t whole = 0;
  std::string_view fraction;  // digits after the point
  std::string_view unit;      // what follows the number
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Decimal> ReadDecimal(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && IsDigit(text[at])) {
    ++at;
  }
  const std::optional<std::uint64_t> whole = ParseCount(text.substr(0, at));
  if (!whole) {
    return std::nullopt;
  }
  Decimal decimal{*whole, {}, {}};
  if (at < text.size() && text[at] == '.') {
    const std::size_t begin = ++at;
    while (at < text.size() && IsDigit(text[at])) {
      ++at;
    }
    decimal.fraction = text.substr(begin, at - begin);
    if (decimal.fraction.empty()) {
      return std::nullopt;
    }
  }
  decimal.unit = text.substr(at);
  return decimal;
}

// decimal × unit, rounded up to a whole; nothing when it is over `limit`.
std::optional<std::uint64_t> Scale(const Decimal& decimal, std::uint64_t unit, std::uint64_t limit) {
  if (decimal.whole > limit / unit) {
    return std::nullopt;
  }
  const std::uint64_t base = decimal.whole * unit;
  // Nine digits after the point are far below a millisecond of an hour; the rest can only decide the rounding up.
  constexpr std::size_t kDigits = 9;
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;
  bool more = false;
  for (std::size_t i = 0; i < decimal.fraction.size(); ++i) {
    if (i < kDigits) {
      numerator = numerator * 10 + static_cast<std::uint64_t>(decimal.fraction[i] - '0');
      denominator *= 10;
    } else {
      more = more || decimal.fraction[i] != '0';
    }
  }
  // unit ≤ 2^30 and numerator < 10^9 < 2^30: the product fits.
  const std::uint64_t product = numerator * unit;
  std::uint64_t part = product / denominator;
  if (product % denominator != 0 || more) {
    ++part;
  }
  if (part > limit - base) {
    return std::nullopt;
  }
  return base + part;
}

}  // namespace

std::optional<std::uint64_t> ParseCount(std::string_view text) {
  if (text.empty() || !IsDigit(text.front())) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  if (text == "0") {
    return std::chrono::milliseconds{0};
  }
  const std::optional<Decimal> decimal = ReadDecimal(text);
  if (!decimal) {
    return std::nullopt;
  }
  struct Unit {
    std::string_view name;
    std::uint64_t ms;
  };
  constexpr std::array<Unit, 4> kUnits = {{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  for (const Unit& unit : kUnits) {
    if (decimal->unit == unit.name) {
      const std::optional<std::uint64_t> ms = Scale(*decimal, unit.ms, kMaxDurationMs);
      if (!ms) {
        return std::nullopt;
      }
      return std::chrono::milliseconds{static_cast<std::int64_t>(*ms)};
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ParseSize(std::string_view text) {
  const std::optional<Decimal> decimal = ReadDecimal(text);
  if (!decimal) {
    return std::nullopt;
  }
  if (decimal->unit.empty()) {
    return decimal->fraction.empty() ? std::optional(decimal->whole) : std::nullopt;
  }
  if (decimal->unit == "k" || decimal->unit == "K") {
    return Scale(*decimal, 1ULL << 10U, kMaxUint64);
  }
  if (decimal->unit == "M") {
    return Scale(*decimal, 1ULL << 20U, kMaxUint64);
  }
  if (decimal->unit == "G") {
    return Scale(*decimal, 1ULL << 30U, kMaxUint64);
  }
  return std::nullopt;
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  const std::int64_t ms = duration.count();
  if (ms < 0) {
    return "0ms";
  }
  if (ms < 1000) {
    return fmt::format("{}ms", ms);
  }
  if (ms < 60'000) {
    // Tenths are cut, not rounded: 59.96s must not read "60s".
    const std::int64_t tenths = ms / 100;
    return tenths % 10 == 0 ? fmt::format("{}s", tenths / 10) : fmt::format("{}.{}s", tenths / 10, tenths % 10);
  }
  const std::int64_t seconds = ms / 1000;
  if (seconds < 3600) {
    return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  }
  if (seconds < 86'400) {
    return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
  }
  return fmt::format("{}d {}h", seconds / 86'400, seconds / 3600 % 24);
}

std::string FormatSize(std::uint64_t bytes) {
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  constexpr std::array<std::string_view, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::string number = fmt::format("{:.1f}", value);
  if (number.ends_with(".0")) {
    number.resize(number.size() - 2);
  }
  return fmt::format("{} {}", number, kUnits[unit]);
}

std::string FormatCount(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace spinneret::cli
