// Spinning: a short look for what is about to come, before a thread goes to sleep for it.
//
// Waking a sleeping thread costs tens of microseconds where processors rest; two threads that answer each other at once
// never need to. Between looks the processor is given to whoever else wants it. Who looks in vain looks less: each vain
// look costs a credit, each that was worth it, or would have been, gains some; without credit there is no looking.
//
// Thread  one.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace spinneret::worker_threads::internal {

class Spinning {
 public:
  using Clock = std::chrono::steady_clock;

  // True when `done` came to be true.
  template <class F>
  bool Until(F&& done) {
    if (done()) {
      return true;
    }
    if (credit_ == 0) {
      return false;
    }
    const Clock::time_point end = Clock::now() + kLongest;
    do {
      for (int i = 0; i < kLooksPerYield; ++i) {
        if (done()) {
          credit_ = std::min(credit_ + kGain, kMostCredit);
          return true;
        }
      }
      std::this_thread::yield();
    } while (Clock::now() < end);
    --credit_;
    return false;
  }

  // What was not found came after all, and so much later.
  void CameAfter(Clock::duration slept) {
    if (slept < kLongest) {
      credit_ = std::min(credit_ + kGain, kMostCredit);
    }
  }

 private:
  static constexpr std::chrono::microseconds kLongest{30};
  static constexpr int kLooksPerYield = 16;
  static constexpr int kGain = 2;
  static constexpr int kMostCredit = 16;

  int credit_ = kMostCredit;
};

}  // namespace spinneret::worker_threads::internal
