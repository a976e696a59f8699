#include "crawler/loop_handles.h"

#include <csignal>
#include <utility>

#include <uv.h>

#include "crawler/worker_threads/event_loop.h"

namespace spinneret {

namespace internal {

// Lives until libuv has closed the handle, which is later than its owner.
struct LoopHandleState {
  union {
    uv_handle_t handle;
    uv_timer_t timer;
    uv_signal_t signal;
    uv_check_t check;
  };
  std::function<void()> call;

  explicit LoopHandleState(std::function<void()> callback) : handle{}, call(std::move(callback)) { handle.data = this; }
};

namespace {

uv_loop_t* Loop() {
  return worker_threads::EventLoop::Current().uv();
}

void Call(void* data) {
  worker_threads::RunGuarded([data] {
    const auto call = static_cast<LoopHandleState*>(data)->call;  // a copy: the callback may destroy its owner
    if (call) {
      call();
    }
  });
}

void Close(LoopHandleState* state) {
  state->call = nullptr;
  uv_close(&state->handle, [](uv_handle_t* handle) { delete static_cast<LoopHandleState*>(handle->data); });
}

LoopHandleState* WatchSignal(int number, const std::function<void()>& on_signal) {
  auto* state = new LoopHandleState(on_signal);
  uv_signal_init(Loop(), &state->signal);
  state->handle.data = state;
  uv_signal_start(
      &state->signal, [](uv_signal_t* handle, int) { Call(handle->data); }, number);
  uv_unref(&state->handle);
  return state;
}

}  // namespace
}  // namespace internal

LoopTimer::LoopTimer(std::function<void()> fire) : state_(new internal::LoopHandleState(std::move(fire))) {
  uv_timer_init(internal::Loop(), &state_->timer);
  state_->handle.data = state_;
}
LoopTimer::~LoopTimer() {
  internal::Close(state_);
}

void LoopTimer::FireAt(SteadyTime at) {
  const auto now = std::chrono::steady_clock::now();
  const auto wait = at <= now ? std::chrono::milliseconds(0)
                              : std::chrono::ceil<std::chrono::milliseconds>(at - now) + std::chrono::milliseconds(1);
  uv_update_time(state_->timer.loop);
  uv_timer_start(
      &state_->timer, [](uv_timer_t* timer) { internal::Call(timer->data); }, static_cast<std::uint64_t>(wait.count()),
      0);
}

void LoopTimer::FireEvery(std::chrono::milliseconds interval) {
  const auto period = static_cast<std::uint64_t>(interval.count());
  uv_timer_start(
      &state_->timer, [](uv_timer_t* timer) { internal::Call(timer->data); }, period, period);
}

void LoopTimer::Stop() {
  uv_timer_stop(&state_->timer);
}

LoopSignals::LoopSignals(std::function<void()> on_signal) {
  // libuv would leave the default behind.
  sigaction(SIGINT, nullptr, &old_interrupt_);
  sigaction(SIGTERM, nullptr, &old_terminate_);
  interrupt_ = internal::WatchSignal(SIGINT, on_signal);
  terminate_ = internal::WatchSignal(SIGTERM, on_signal);
}
LoopSignals::~LoopSignals() {
  internal::Close(interrupt_);
  internal::Close(terminate_);
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

LoopTurn::LoopTurn(std::function<void()> each_turn) : state_(new internal::LoopHandleState(std::move(each_turn))) {
  uv_check_init(internal::Loop(), &state_->check);
  state_->handle.data = state_;
  uv_check_start(&state_->check, [](uv_check_t* check) { internal::Call(check->data); });
  uv_unref(&state_->handle);
}
LoopTurn::~LoopTurn() {
  internal::Close(state_);
}

}  // namespace spinneret
