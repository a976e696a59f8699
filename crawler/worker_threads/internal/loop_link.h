// LoopTask and LoopLink: how other threads reach a loop, which may be gone by then.
//
// A loop has one wake-up handle for everything. What wants a turn on its thread is a LoopTask; it is put on the link's
// ready list, and the loop is woken when it sleeps. So a loop with hundreds of ports costs no more per
// wake-up than a loop with one, and no port has a handle of its own whose closing would have to be awaited.
//
// Ownership  Ports and workers share a loop's link, which outlives the loop; then Schedule drops what it is given.
// Locks      The link's mutex is the innermost of this library: nothing is called while it is held but libuv's wake-up
//            and clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "crawler/worker_threads/loop_utilization.h"

struct uv_async_s;
struct uv_loop_s;

namespace spinneret::worker_threads {
class EventLoop;
}

namespace spinneret::worker_threads::internal {

// Thread  RunTurn, StopSoon and LoopClosing are called on the loop's thread alone. The destructor may run on any thread
//         that was just waking the task, so whatever belongs to the loop's thread is let go of before.
class LoopTask : public std::enable_shared_from_this<LoopTask> {
 public:
  LoopTask() = default;
  LoopTask(const LoopTask&) = delete;
  LoopTask& operator=(const LoopTask&) = delete;
  virtual ~LoopTask() = default;

  // One turn. What it throws becomes the loop's failure (EventLoop::Fail).
  virtual void RunTurn() = 0;
  // The loop is about to close. First StopSoon is called on all attached tasks (start ending, do not wait), then
  // LoopClosing on each (be done with the loop). No events are given from either.
  virtual void StopSoon() noexcept {}
  virtual void LoopClosing() noexcept = 0;

 private:
  friend class LoopLink;
  friend class ::spinneret::worker_threads::EventLoop;
  std::atomic<bool> scheduled_{false};  // stands on the ready list of a link
};

class LoopLink {
 public:
  LoopLink(EventLoop* loop, uv_loop_s* uv, uv_async_s* wakeup);

  // Any thread.

  // Gives `task` one turn on the loop's thread, soon. A task that is already waiting for one is not added again.
  void Schedule(std::shared_ptr<LoopTask> task) EXCLUDES(mutex_);
  // Ends the loop for good: it stops after the callback that runs now, and runs no more.
  void RequestEnd() EXCLUDES(mutex_);
  // The loop's own thread: the same without a wake-up, and without the lock.
  void MarkEnd() noexcept { end_requested_.store(true, std::memory_order_release); }
  bool end_requested() const noexcept { return end_requested_.load(std::memory_order_acquire); }
  LoopUtilizationReading Utilization() EXCLUDES(mutex_);
  bool OnLoopThread() const { return thread_ == std::this_thread::get_id(); }

  // The loop's thread only.

  EventLoop* loop() const { return loop_; }  // null once closed
  // Swaps the ready list with `ready`, which must be empty.
  void TakeReady(std::vector<std::shared_ptr<LoopTask>>& ready) EXCLUDES(mutex_);
  // Puts back, in front, what was taken and got no turn. Does not wake.
  void PutBack(std::vector<std::shared_ptr<LoopTask>> rest) EXCLUDES(mutex_);
  // A look without the lock: something is ready, or the end is requested.
  bool MayBeReady() const noexcept { return ready_hint_.load(std::memory_order_acquire) || end_requested(); }
  // From a successful call to Awake, whoever schedules a task wakes the loop. False when something is ready already.
  bool FallAsleep() EXCLUDES(mutex_);
  void Awake() EXCLUDES(mutex_);
  // Wakes the loop when something is ready.
  void WakeIfReady() EXCLUDES(mutex_);
  // From here on the loop's handles are not touched by any thread through this link.
  void Close() EXCLUDES(mutex_);

 private:
  const std::thread::id thread_;
  const std::uint64_t started_at_;
  EventLoop* loop_;  // the loop's thread only
  std::atomic<bool> end_requested_{false};
  std::atomic<bool> ready_hint_{false};

  Mutex mutex_;
  uv_loop_s* uv_ GUARDED_BY(mutex_);       // null once closed
  uv_async_s* wakeup_ GUARDED_BY(mutex_);  // null once closed
  bool asleep_ GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<LoopTask>> ready_ GUARDED_BY(mutex_);
  LoopUtilizationReading last_reading_ GUARDED_BY(mutex_);
};

}  // namespace spinneret::worker_threads::internal
