// Preloaded into a program (LD_PRELOAD), a wall clock that is set again and again, by hours and by decades, forwards and
// backwards. The clocks that measure how long something takes are left alone, as on a machine whose time is corrected.
#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kYear = 365 * 24 * kHour;
constexpr std::array<std::int64_t, 6> kOffsets = {0, kHour, -40 * kYear, 60 * kYear, -kHour, 7 * kYear};
constexpr std::uint32_t kReadingsBetweenJumps = 40;

std::int64_t Offset() {
  static std::atomic<std::uint32_t> readings{0};
  return kOffsets.at(readings.fetch_add(1) / kReadingsBetweenJumps % kOffsets.size());
}

}  // namespace

extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long done = ::syscall(SYS_clock_gettime, clock, now);
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += Offset();
  }
  return static_cast<int>(done);
}

__attribute__((visibility("default"))) int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  timespec read{};
  clock_gettime(CLOCK_REALTIME, &read);
  now->tv_sec = read.tv_sec;
  now->tv_usec = read.tv_nsec / 1000;
  return 0;
}

__attribute__((visibility("default"))) time_t time(time_t* now) noexcept {
  timespec read{};
  clock_gettime(CLOCK_REALTIME, &read);
  if (now != nullptr) {
    *now = read.tv_sec;
  }
  return read.tv_sec;
}
// NOLINTEND(readability-identifier-naming)
}  // extern "C"
