#include "cli/limits.h"

#include <algorithm>
#include <csignal>

#include <sys/resource.h>

namespace spinneret::cli {

std::uint64_t RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return UINT32_MAX;
  }
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    limit = setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised : limit;
  }
  return limit.rlim_cur;
}

std::uint32_t ConnectionsWithin(std::uint64_t files, std::uint32_t workers) {
  constexpr std::uint64_t kOwn = 24;  // standard streams, the database and what lies beside it, the main loop, spare
  constexpr std::uint64_t kOfAWorker = 10;  // its loop, libcurl's and c-ares' own, name servers' sockets
  const std::uint64_t taken = kOwn + kOfAWorker * workers;
  const std::uint64_t free = files < taken ? 0 : files - taken;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(free / 2, 1, UINT32_MAX));  // as many again are kept open
}

void TakeWriteErrors() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace spinneret::cli
