#include "crawler/worker_threads/event_loop.h"

#include <iterator>
#include <string>

#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/mutex.h"

namespace spinneret::worker_threads {

struct EventLoop::Handles {
  uv_loop_t loop;
  uv_async_t wakeup;
  uv_prepare_t before_poll;
  uv_check_t after_poll;
  uv_idle_t no_sleep;  // while active, the loop looks at its handles without waiting
};

namespace {

// A plain pointer, so that a destructor of another thread_local object may still ask for it; the guard below closes
// the loop when the thread ends.
thread_local EventLoop* t_loop = nullptr;

struct CloseAtThreadEnd {
  ~CloseAtThreadEnd() { EventLoop::CloseCurrent(); }
  void Arm() {}
};
thread_local CloseAtThreadEnd t_close_at_thread_end;

// Held while the descriptors of a loop are opened or closed. libuv closes them by a raw system call, which
// ThreadSanitizer does not see, so the same number opened by another thread looks like a race unless the two are
// ordered.
Mutex g_descriptors;

Error UvError(const char* what, int code) {
  return Err(ErrorCode::kSystem, std::string(what) + ": " + uv_strerror(code) + " (" + uv_err_name(code) + ")");
}

int InitLoop(uv_loop_t* loop) REQUIRES(g_descriptors) {
  loop->backend_fd = -1;
  const int code = uv_loop_init(loop);
  // Before 1.51 libuv forgets its epoll descriptor when it fails for want of descriptors, which makes the want worse
  // with each attempt (libuv pull request 4757).
  constexpr unsigned kLeakFixed = (1U << 16U) | (51U << 8U);
  if (code != 0 && uv_version() < kLeakFixed && loop->backend_fd >= 0) {
    close(loop->backend_fd);
  }
  return code;
}

bool CloseLoop(uv_loop_t* loop) {
  MutexLock lock(g_descriptors);
  return uv_loop_close(loop) == 0;
}

}  // namespace

Result<EventLoop*> EventLoop::Open() {
  if (t_loop != nullptr) {
    return t_loop;
  }
  auto handles = std::make_unique<Handles>();
  MutexLock lock(g_descriptors);
  if (const int code = InitLoop(&handles->loop); code != 0) {
    return UvError("cannot make an event loop", code);
  }
  if (const int code = uv_loop_configure(&handles->loop, UV_METRICS_IDLE_TIME); code != 0) {
    uv_loop_close(&handles->loop);
    return UvError("cannot measure an event loop", code);
  }
  const int code = uv_async_init(&handles->loop, &handles->wakeup,
                                 [](uv_async_t* wakeup) { static_cast<EventLoop*>(wakeup->data)->RunReady(); });
  if (code != 0) {
    uv_loop_close(&handles->loop);
    return UvError("cannot make the wake-up of an event loop", code);
  }
  uv_unref(reinterpret_cast<uv_handle_t*>(&handles->wakeup));
  // These four cannot fail.
  uv_prepare_init(&handles->loop, &handles->before_poll);
  uv_prepare_start(&handles->before_poll,
                   [](uv_prepare_t* prepare) { static_cast<EventLoop*>(prepare->data)->BeforePoll(); });
  uv_check_init(&handles->loop, &handles->after_poll);
  uv_check_start(&handles->after_poll, [](uv_check_t* check) { static_cast<EventLoop*>(check->data)->AfterPoll(); });
  uv_idle_init(&handles->loop, &handles->no_sleep);
  uv_unref(reinterpret_cast<uv_handle_t*>(&handles->before_poll));
  uv_unref(reinterpret_cast<uv_handle_t*>(&handles->after_poll));
  uv_unref(reinterpret_cast<uv_handle_t*>(&handles->no_sleep));
  t_loop = new EventLoop(std::move(handles));
  t_close_at_thread_end.Arm();
  return t_loop;
}

EventLoop& EventLoop::Current() {
  if (t_loop != nullptr) {
    return *t_loop;
  }
  Result<EventLoop*> loop = Open();
  SPINNERET_CHECK(loop.has_value(), "no event loop can be made: no file descriptors or memory left");
  return **loop;
}

void EventLoop::CloseCurrent() {
  EventLoop* const loop = t_loop;
  if (loop == nullptr) {
    return;
  }
  SPINNERET_CHECK(!loop->running_, "a loop cannot be closed from one of its callbacks");
  delete loop;  // t_loop still names it: close callbacks and handlers' destructors may ask for it
  t_loop = nullptr;
}

EventLoop::EventLoop(std::unique_ptr<Handles> handles)
    : handles_(std::move(handles)),
      link_(std::make_shared<internal::LoopLink>(this, &handles_->loop, &handles_->wakeup)) {
  handles_->wakeup.data = this;
  handles_->before_poll.data = this;
  handles_->after_poll.data = this;
}

EventLoop::~EventLoop() {
  // A copy: asking a worker to stop calls its stop callbacks, which may let go of other tasks.
  std::vector<std::shared_ptr<internal::LoopTask>> told;
  for (internal::LoopTask* task : tasks_) {
    told.push_back(task->weak_from_this().lock());
  }
  for (const auto& task : told) {
    if (task != nullptr) {
      task->StopSoon();
    }
  }
  told.clear();
  // One by one and from the start again: what a task lets go of may destroy others.
  while (!tasks_.empty()) {
    const auto task = (*tasks_.begin())->weak_from_this().lock();
    tasks_.erase(tasks_.begin());
    if (task != nullptr) {
      task->LoopClosing();
    }
  }
  link_->Close();
  running_ = true;
  closing_ = true;
  // Again as long as requests that were under way end in callbacks that open new handles.
  do {
    uv_walk(
        &handles_->loop,
        [](uv_handle_t* handle, void*) {
          if (uv_is_closing(handle) == 0) {
            uv_close(handle, nullptr);
          }
        },
        nullptr);
    uv_run(&handles_->loop, UV_RUN_DEFAULT);
  } while (!CloseLoop(&handles_->loop));
}

uv_loop_s* EventLoop::uv() {
  return &handles_->loop;
}

void EventLoop::BeforeRun() {
  SPINNERET_CHECK(!running_, "a loop cannot be run from one of its callbacks");
  running_ = true;
  link_->WakeIfReady();
}

void EventLoop::AfterRun() {
  running_ = false;
  stop_ = false;
  if (failure_ != nullptr) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

void EventLoop::Run() {
  BeforeRun();
  may_wait_ = true;
  if (!stopping()) {
    uv_run(&handles_->loop, UV_RUN_DEFAULT);
  }
  AfterRun();
}

bool EventLoop::RunOnce(Wait wait) {
  BeforeRun();
  may_wait_ = wait == Wait::kYes;
  if (!stopping()) {
    uv_run(&handles_->loop, wait == Wait::kYes ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  }
  AfterRun();
  return uv_loop_alive(&handles_->loop) != 0;
}

void EventLoop::Stop() {
  stop_ = true;
  if (running_) {
    uv_stop(&handles_->loop);
  }
}

void EventLoop::Fail(std::exception_ptr failure) noexcept {
  if (failure_ == nullptr) {
    failure_ = std::move(failure);
  }
  if (running_) {
    uv_stop(&handles_->loop);
  }
}

void EventLoop::EndSoon() noexcept {
  link_->MarkEnd();
  if (running_) {
    uv_stop(&handles_->loop);
  }
}

void EventLoop::Hold() {
  if (holds_++ == 0) {
    uv_ref(reinterpret_cast<uv_handle_t*>(&handles_->wakeup));
  }
}

void EventLoop::Release() {
  SPINNERET_CHECK(holds_ > 0, "more releases of a loop than holds");
  if (--holds_ == 0) {
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles_->wakeup));
  }
}

// Right before the loop waits. What has come meanwhile gets its turn here; only a loop that finds nothing sleeps, and
// only a sleeping one has to be woken.
void EventLoop::BeforePoll() {
  if (closing_) {
    return;
  }
  if (stopping()) {
    uv_stop(&handles_->loop);
    return;
  }
  // A look is worth its time where messages come and go, and on a loop that would wait at all.
  const bool may_wait = may_wait_ && (uv_backend_timeout(&handles_->loop) != 0 ||
                                      uv_is_active(reinterpret_cast<uv_handle_t*>(&handles_->no_sleep)) != 0);
  const bool ready =
      delivered_ && may_wait ? spinning_.Until([this] { return link_->MayBeReady(); }) : link_->MayBeReady();
  if (ready) {
    RunReady();
    uv_idle_start(&handles_->no_sleep, [](uv_idle_t*) {});
    return;
  }
  if (link_->FallAsleep()) {
    uv_idle_stop(&handles_->no_sleep);
    delivered_ = false;
    slept_ = true;
    slept_since_ = internal::Spinning::Clock::now();
  } else {
    uv_idle_start(&handles_->no_sleep, [](uv_idle_t*) {});
  }
}

void EventLoop::AfterPoll() {
  if (std::exchange(slept_, false)) {
    link_->Awake();
    if (delivered_) {
      spinning_.CameAfter(internal::Spinning::Clock::now() - slept_since_);
    }
  }
}

// Called by libuv, through which nothing may be thrown: not even for want of memory.
void EventLoop::RunReady() noexcept {
  try {
    RunTaken();
  } catch (...) {
    Fail(std::current_exception());
    turn_.clear();
  }
  if (stopping()) {
    uv_stop(&handles_->loop);
  }
}

void EventLoop::RunTaken() {
  link_->TakeReady(turn_);
  delivered_ = delivered_ || !turn_.empty();
  std::size_t next = 0;
  while (next < turn_.size() && !stopping()) {
    const std::shared_ptr<internal::LoopTask> task = std::move(turn_[next++]);
    task->scheduled_.exchange(false, std::memory_order_acq_rel);
    try {
      task->RunTurn();
    } catch (...) {
      Fail(std::current_exception());
    }
  }
  if (next < turn_.size()) {
    link_->PutBack({std::make_move_iterator(turn_.begin() + static_cast<std::ptrdiff_t>(next)),
                    std::make_move_iterator(turn_.end())});
  }
  turn_.clear();
}

LoopUtilizationReading CurrentLoopUtilization() {
  return EventLoop::Current().Utilization();
}

}  // namespace spinneret::worker_threads
