#include "crawler/worker_threads/this_thread.h"

#include <atomic>

#include <unistd.h>

#include "base/check.h"

namespace spinneret::worker_threads {
namespace {

thread_local internal::ThreadContext* t_context = nullptr;
thread_local std::uint32_t t_foreign_id = 0;  // of a thread that is no worker; 0: none yet

std::atomic<std::uint32_t> g_last_id{0};

}  // namespace

namespace internal {

ThreadContext* CurrentThreadContext() {
  return t_context;
}

void SetCurrentThreadContext(ThreadContext* context) {
  t_context = context;
}

std::uint32_t NextThreadId() {
  const std::uint32_t id = g_last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  SPINNERET_CHECK(id != 0, "thread ids are used up");
  return id;
}

}  // namespace internal

bool IsMainThread() {
  // The kernel gives the first thread of a process the process's own number.
  static thread_local const bool is_main = gettid() == getpid();
  return is_main;
}

std::uint32_t ThreadId() {
  if (t_context != nullptr) {
    return t_context->id;
  }
  if (IsMainThread()) {
    return 0;
  }
  if (t_foreign_id == 0) {
    t_foreign_id = internal::NextThreadId();
  }
  return t_foreign_id;
}

const std::string& ThreadName() {
  static const std::string none;
  return t_context != nullptr ? t_context->name : none;
}

std::stop_token CurrentStopToken() {
  return t_context != nullptr ? t_context->stop : std::stop_token();
}

void Exit(int code) {
  SPINNERET_CHECK(t_context != nullptr, "Exit ends a worker; the main thread returns from main");
  if (!t_context->exit_requested) {
    t_context->exit_requested = true;
    t_context->exit_code = code;
  }
  EventLoop::Current().link()->RequestEnd();
  throw internal::ExitRequest{};
}

}  // namespace spinneret::worker_threads
