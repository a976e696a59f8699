#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace spinneret::internal {

void CheckFailed(const char* condition, const char* why, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, condition, why);
  std::abort();
}

}  // namespace spinneret::internal
