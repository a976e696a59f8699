// How much of the time went into one thing: what it took, over the time since that was last asked.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace spinneret {

class TimeShare {
 public:
  explicit TimeShare(SteadyTime begin) : since_(begin) {}

  void Add(SteadyTime::duration spent) { spent_ += spent; }
  // 0 to 1, since the last call.
  double Take(SteadyTime now) {
    const std::chrono::duration<double> whole = now - since_;
    const std::chrono::duration<double> part = spent_;
    since_ = now;
    spent_ = {};
    return whole.count() > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0;
  }

 private:
  SteadyTime since_;
  SteadyTime::duration spent_{0};
};

}  // namespace spinneret
