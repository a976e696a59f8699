// FakeClock: a clock that a test moves.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace spinneret {

class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return now_; }
  std::int64_t WallTimeMs() const override {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }
  void Advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

}  // namespace spinneret
