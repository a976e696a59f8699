// RateWindow: how fast a count grows, over the last few samples of it, and between which rates that went of late.
//
// Thread   one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "base/clock.h"

namespace spinneret {

class RateWindow {
 public:
  static constexpr std::size_t kSamples = 5;  // that the rate looks back
  static constexpr std::size_t kRates = 60;   // that Slowest and Fastest look back

  void Add(SteadyTime at, std::uint64_t count) {
    samples_.emplace_back(at, count);
    if (samples_.size() > kSamples + 1) {
      samples_.pop_front();
      rates_.push_back(PerSecond(at, count));
      if (rates_.size() > kRates) {
        rates_.pop_front();
      }
    }
  }
  // From the oldest sample to `count` now; 0 without one.
  double PerSecond(SteadyTime now, std::uint64_t count) const {
    if (samples_.empty()) {
      return 0;
    }
    const auto& [since, before] = samples_.front();
    const double seconds = std::chrono::duration<double>(now - since).count();
    return seconds > 0 ? static_cast<double>(count - std::min(before, count)) / seconds : 0;
  }

  // 0 while there are fewer than kSamples + 1 samples.
  double Slowest() const { return rates_.empty() ? 0 : *std::min_element(rates_.begin(), rates_.end()); }
  double Fastest() const { return rates_.empty() ? 0 : *std::max_element(rates_.begin(), rates_.end()); }

 private:
  std::deque<std::pair<SteadyTime, std::uint64_t>> samples_;
  std::deque<double> rates_;
};

}  // namespace spinneret
