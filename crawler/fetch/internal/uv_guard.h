// Guarded: what a callback of libuv does, which may throw where memory ends. Nothing may be thrown through libuv, libcurl or
// c-ares, so it becomes the failure of this thread's loop, which then ends.
//
// Unlike RunGuarded of the runtime it runs also when the thread is asked to end: transfers that have ended are still told of,
// so that the page that was too much for the worker is known.
#pragma once

#include <exception>
#include <utility>

#include "crawler/worker_threads/event_loop.h"

namespace spinneret {

template <class F>
void Guarded(F&& act) noexcept {
  try {
    std::forward<F>(act)();
  } catch (...) {
    worker_threads::EventLoop::Current().Fail(std::current_exception());
  }
}

}  // namespace spinneret
