// What the scheduler and its workers hang on their thread's loop besides ports: timers, signals, and a call once a
// turn.
//
// Thread     the loop's own. Callbacks run from the loop; what they throw stops it (EventLoop::Fail).
// Ownership  destroying an object ends its callbacks at once; libuv's own memory is freed in the loop's next turn.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace spinneret {

namespace internal {
struct LoopHandleState;
}

class LoopTimer {
 public:
  explicit LoopTimer(std::function<void()> fire);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  // Never early: rounded up to the next millisecond.
  void FireAt(SteadyTime at);
  void FireEvery(std::chrono::milliseconds interval);
  void Stop();

 private:
  internal::LoopHandleState* state_;
};

// Calls back on SIGINT and SIGTERM, and puts back at its end what was set for them before. Does not keep the loop
// running.
class LoopSignals {
 public:
  explicit LoopSignals(std::function<void()> on_signal);
  ~LoopSignals();
  LoopSignals(const LoopSignals&) = delete;
  LoopSignals& operator=(const LoopSignals&) = delete;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
  internal::LoopHandleState* interrupt_;
  internal::LoopHandleState* terminate_;
};

// Calls back once in every turn of the loop, after messages and timers. Does not keep the loop running.
class LoopTurn {
 public:
  explicit LoopTurn(std::function<void()> each_turn);
  ~LoopTurn();
  LoopTurn(const LoopTurn&) = delete;
  LoopTurn& operator=(const LoopTurn&) = delete;

 private:
  internal::LoopHandleState* state_;
};

}  // namespace spinneret
