// What code can ask about the thread it runs on, and how a worker ends itself.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/resource_limits.h"

namespace spinneret::worker_threads {

// The thread the process began with.
bool IsMainThread();

// 0 on the main thread, else unique for the life of the process and never given again. Threads that are no workers get
// theirs when they first ask.
std::uint32_t ThreadId();

// The name a worker was started with, in full; empty elsewhere.
const std::string& ThreadName();

// In a worker: set when it is terminated. A computation that does not return to the loop looks at it from time to time;
// one that never does cannot be stopped (C++ has no way to). Elsewhere: never set.
std::stop_token CurrentStopToken();

// Ends the calling worker with this exit code: the stack is unwound, the loop is not run again. The unwinding is an
// exception of a type of its own, so destructors run; a catch (...) that keeps it can go on running statements, but
// cannot keep the worker alive. From a raw handle's callback only within RunGuarded. Not on the main thread.
[[noreturn]] void Exit(int code);

namespace internal {

// What Exit throws. Not to be caught but at a worker's boundary.
struct ExitRequest {};

class WorkerStart;

// A worker's own view of itself; null on other threads.
struct ThreadContext {
  std::uint32_t id = 0;
  std::string name;
  std::stop_token stop;
  WorkerStart* start = nullptr;
  ResourceLimits limits;
  bool exit_requested = false;
  int exit_code = 0;
};
ThreadContext* CurrentThreadContext();
void SetCurrentThreadContext(ThreadContext* context);

// The next number for ThreadId.
std::uint32_t NextThreadId();

}  // namespace internal

}  // namespace spinneret::worker_threads
