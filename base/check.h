// SPINNERET_CHECK: aborts on a programmer's mistake, in release builds too. Never reachable from crawled bytes.
#pragma once

namespace spinneret::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* why, const char* file, int line) noexcept;
}  // namespace spinneret::internal

#define SPINNERET_CHECK(condition, why)                                        \
  do {                                                                         \
    if (!(condition)) [[unlikely]] {                                           \
      ::spinneret::internal::CheckFailed(#condition, why, __FILE__, __LINE__); \
    }                                                                          \
  } while (false)
