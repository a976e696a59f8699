// PageRate: at most so many pages a second, as a bucket of tokens: one a page, filled at the rate, and never more than a
// tenth of a second's in it (one at least), so that a pause is not made up for.
//
// Thread   one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace spinneret {

class PageRate {
 public:
  // None: no bound. The first page may go at once.
  void Set(std::optional<double> per_second, SteadyTime now) {
    per_second_ = per_second;
    filled_at_ = now;
    tokens_ = 1;
  }
  const std::optional<double>& per_second() const { return per_second_; }

  // Pages that may go now.
  std::uint64_t Available(SteadyTime now) {
    if (!per_second_) {
      return UINT64_MAX;
    }
    const double seconds = std::chrono::duration<double>(now - filled_at_).count();
    filled_at_ = now;
    tokens_ = std::min(tokens_ + seconds * *per_second_, std::max(1.0, *per_second_ / 10));
    return tokens_ < 1 ? 0 : static_cast<std::uint64_t>(tokens_);
  }
  // They went.
  void Spend(std::uint64_t pages) {
    if (per_second_) {
      tokens_ -= static_cast<double>(pages);
    }
  }
  // When the next page may go, after Available said none.
  SteadyTime NextAt() const {
    const double seconds = per_second_ ? std::max(0.0, 1 - tokens_) / *per_second_ : 0;
    return filled_at_ + std::chrono::nanoseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e9)));
  }

 private:
  std::optional<double> per_second_;
  SteadyTime filled_at_{};
  double tokens_ = 1;  // negative where more went than was there
};

}  // namespace spinneret
