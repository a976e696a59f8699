#include "crawler/frontier/distinct_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spinneret {

void DistinctSketch::Add(std::uint64_t hash) {
  const auto run = static_cast<std::uint8_t>(1 + std::countl_zero(hash | 0x3FU));
  std::uint8_t& bucket = longest_[hash & 0x3FU];
  bucket = std::max(bucket, run);
}

double DistinctSketch::Estimate() const {
  constexpr double kBuckets = 64;
  constexpr double kAlpha = 0.709;  // the paper's, for 64 buckets
  double sum = 0;
  double empty = 0;
  for (const std::uint8_t run : longest_) {
    sum += std::ldexp(1.0, -run);
    empty += run == 0 ? 1 : 0;
  }
  const double raw = kAlpha * kBuckets * kBuckets / sum;
  return raw <= 2.5 * kBuckets && empty > 0 ? kBuckets * std::log(kBuckets / empty) : raw;
}

}  // namespace spinneret
