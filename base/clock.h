// Clock: the two times a crawl needs, behind an interface so that tests can move them.
//
// Now()         steady, for delays and deadlines; the same on all threads.
// WallTimeMs()  milliseconds since 1970-01-01 UTC, for what is stored.
#pragma once

#include <chrono>
#include <cstdint>

namespace spinneret {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  virtual std::int64_t WallTimeMs() const = 0;
};

// CLOCK_BOOTTIME, which goes on while the machine sleeps: for leases. Any thread.
std::chrono::nanoseconds BootTime();

// The machine's own clocks. Any thread; lives for the whole process.
const Clock& SystemClock();

}  // namespace spinneret
