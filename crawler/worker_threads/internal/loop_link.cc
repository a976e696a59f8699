#include "crawler/worker_threads/internal/loop_link.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <uv.h>

#include "crawler/worker_threads/internal/memory_account.h"

namespace spinneret::worker_threads::internal {

LoopLink::LoopLink(EventLoop* loop, uv_loop_s* uv, uv_async_s* wakeup)
    : thread_(std::this_thread::get_id()), started_at_(uv_hrtime()), loop_(loop), uv_(uv), wakeup_(wakeup) {}

void LoopLink::Schedule(std::shared_ptr<LoopTask> task) {
  // Whoever finds the flag set has stored its message before, and the turn that is still to come reads it after
  // clearing the flag.
  if (task->scheduled_.exchange(true, std::memory_order_acq_rel)) {
    return;
  }
  // An exception here would leave the flag set, and the task without turns for ever.
  const NeverRefuse whole;
  MutexLock lock(mutex_);
  if (wakeup_ == nullptr) {
    return;
  }
  ready_.push_back(std::move(task));
  ready_hint_.store(true, std::memory_order_release);
  // A loop that is awake looks at the list before it sleeps.
  if (asleep_) {
    asleep_ = false;
    uv_async_send(wakeup_);
  }
}

void LoopLink::RequestEnd() {
  end_requested_.store(true, std::memory_order_release);
  MutexLock lock(mutex_);
  if (wakeup_ != nullptr) {
    uv_async_send(wakeup_);
  }
}

LoopUtilizationReading LoopLink::Utilization() {
  MutexLock lock(mutex_);
  if (uv_ == nullptr) {
    return {};
  }
  const std::uint64_t idle = uv_metrics_idle_time(uv_);
  const std::uint64_t elapsed = uv_hrtime() - started_at_;
  const std::uint64_t active = elapsed > idle ? elapsed - idle : 0;
  // Idle time and clock are read one after the other, so a waiting loop seems active for the moment between; without
  // the maximum, a later and luckier reading would be below an earlier one.
  last_reading_.idle = std::max(last_reading_.idle, std::chrono::nanoseconds(idle));
  last_reading_.active = std::max(last_reading_.active, std::chrono::nanoseconds(active));
  return last_reading_;
}

void LoopLink::TakeReady(std::vector<std::shared_ptr<LoopTask>>& ready) {
  MutexLock lock(mutex_);
  ready.swap(ready_);
  ready_hint_.store(false, std::memory_order_relaxed);
}

void LoopLink::PutBack(std::vector<std::shared_ptr<LoopTask>> rest) {
  const NeverRefuse whole;
  MutexLock lock(mutex_);
  std::move(ready_.begin(), ready_.end(), std::back_inserter(rest));
  ready_.swap(rest);
  ready_hint_.store(!ready_.empty(), std::memory_order_relaxed);
  rest.clear();  // holds moved-from pointers alone, so nothing is destroyed under the lock
}

bool LoopLink::FallAsleep() {
  MutexLock lock(mutex_);
  asleep_ = ready_.empty();
  return asleep_;
}

void LoopLink::Awake() {
  MutexLock lock(mutex_);
  asleep_ = false;
}

void LoopLink::WakeIfReady() {
  MutexLock lock(mutex_);
  if (wakeup_ != nullptr && !ready_.empty()) {
    uv_async_send(wakeup_);
  }
}

void LoopLink::Close() {
  loop_ = nullptr;
  std::vector<std::shared_ptr<LoopTask>> dropped;  // destroyed after the lock is released
  MutexLock lock(mutex_);
  uv_ = nullptr;
  wakeup_ = nullptr;
  dropped.swap(ready_);
}

}  // namespace spinneret::worker_threads::internal
