// How a loop's thread spends its time: waiting for something to happen (idle) or running callbacks (active).
//
//   const LoopUtilizationReading before = worker.LoopUtilization();
//   …
//   const double busy = Utilization(before, worker.LoopUtilization());
#pragma once

#include <chrono>

namespace spinneret::worker_threads {

// Time since the loop was made. Neither member ever falls while the loop lives; both are zero once it is gone.
struct LoopUtilizationReading {
  std::chrono::nanoseconds idle{0};
  std::chrono::nanoseconds active{0};
};

// The active share, 0 to 1, of the time between two readings of one loop. 0 when no time passed between them, or when
// the loop ended meanwhile.
inline double Utilization(const LoopUtilizationReading& earlier, const LoopUtilizationReading& later) {
  const auto idle = later.idle - earlier.idle;
  const auto active = later.active - earlier.active;
  if (idle.count() < 0 || active.count() <= 0) {
    return 0;
  }
  return static_cast<double>(active.count()) / static_cast<double>((idle + active).count());
}

}  // namespace spinneret::worker_threads
