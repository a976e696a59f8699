#include "crawler/worker_threads/resource_limits.h"

#include <cstdint>

#include <pthread.h>

#include "crawler/worker_threads/this_thread.h"

namespace spinneret::worker_threads {
namespace {

// The lowest address of the calling thread's stack, its guard pages not counted; 0 where the system does not tell.
std::uintptr_t StackBottom() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
    return 0;
  }
  void* lowest = nullptr;
  std::size_t size = 0;
  std::size_t guard = 0;
  const bool known =
      pthread_attr_getstack(&attributes, &lowest, &size) == 0 && pthread_attr_getguardsize(&attributes, &guard) == 0;
  pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<std::uintptr_t>(lowest) + guard : 0;
}

}  // namespace

ResourceLimits CurrentResourceLimits() {
  const internal::ThreadContext* const context = internal::CurrentThreadContext();
  return context != nullptr ? context->limits : ResourceLimits{};
}

std::size_t RemainingStackBytes() {
  static thread_local const std::uintptr_t kBottom = StackBottom();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (kBottom == 0) {
    return SIZE_MAX;
  }
  return here > kBottom ? here - kBottom : 0;
}

void CheckStack(std::size_t reserve_bytes) {
  if (const std::size_t left = RemainingStackBytes(); left < reserve_bytes) {
    throw WorkerStackOverflow("kWorkerStackOverflow: " + std::to_string(left) + " bytes of stack are left");
  }
}

}  // namespace spinneret::worker_threads
