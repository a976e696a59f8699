// A worker whose events are written down in the order in which they come, and a timer on the calling thread's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>

#include "crawler/worker_threads/worker.h"

namespace spinneret::worker_threads {

using Events = std::vector<std::string>;

// Text both ways, and text to start with.
struct Text {
  using Data = std::string;
  using ToWorker = std::string;
  using ToParent = std::string;
};

class RecordedWorker {
 public:
  explicit RecordedWorker(std::function<void()> entry, std::string data = {}, WorkerOptions options = {})
      : worker(std::move(entry), std::move(data), std::move(options)) {
    worker.OnOnline([this] { events.emplace_back("online"); });
    worker.OnMessage([this](std::string text) { events.push_back("message " + std::move(text)); });
    worker.OnError([this](const WorkerError& error) { events.push_back("error " + error.message); });
    worker.OnExit([this](int code) { events.push_back("exit " + std::to_string(code)); });
  }

  // Runs the loop until nothing holds it.
  const Events& RunToEnd() {
    EventLoop::Current().Run();
    return events;
  }

  Worker<Text> worker;
  Events events;
};

// In a worker: listens, and answers each message with it.
inline void EchoUntilTerminated() {
  auto* const port = ParentPort<Text>();
  port->OnMessage([port](std::string text) { port->PostMessage(std::move(text)); });
}

// In a worker: works without ever returning to the loop, but looks at its stop token.
inline void SpinUntilTerminated() {
  const std::stop_token stop = CurrentStopToken();
  while (!stop.stop_requested()) {
  }
}

// A timer on the calling thread's loop: stopped once `fn` has returned false, freed when the thread ends.
class Timer {
 public:
  static void Start(std::uint64_t first_ms, std::uint64_t repeat_ms, std::function<bool()> fn) {
    static thread_local std::vector<std::unique_ptr<Timer>> timers;
    Timer* const timer = timers.emplace_back(new Timer(std::move(fn))).get();
    uv_timer_init(EventLoop::Current().uv(), &timer->handle_);
    timer->handle_.data = timer;
    uv_timer_start(&timer->handle_, &Timer::Fire, first_ms, repeat_ms);
  }

 private:
  explicit Timer(std::function<bool()> fn) : fn_(std::move(fn)) {}

  static void Fire(uv_timer_t* handle) {
    RunGuarded([handle] {
      if (!static_cast<Timer*>(handle->data)->fn_()) {
        uv_close(reinterpret_cast<uv_handle_t*>(handle), nullptr);
      }
    });
  }

  uv_timer_t handle_{};
  std::function<bool()> fn_;
};

}  // namespace spinneret::worker_threads
