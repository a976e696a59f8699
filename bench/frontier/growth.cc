// bench_frontier [URLS [HOSTS]]: fills the frontier's structures with URLS (default: 10 M) known URLs, which wait in the
// queues of HOSTS (default: 1 M) hosts, and prints at each power of ten what a URL costs.
//
//   known  a URL that is known already is looked for     new   one that is not, and is added
//   other  one that is not known is looked for           slowest  the longest of the additions since the line before
//   ready  a host is taken out of the heap of those that may be asked, a URL out of its queue, and it goes back
//   bytes  of resident memory, a URL
//
// Fingerprints are random, as XXH3's are, so every look-up goes to memory of its own. Times are of the thread's CPU but
// the slowest addition, which is what the crawl would wait for.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "crawler/frontier/host_table.h"
#include "crawler/frontier/known_urls.h"

namespace spinneret {
namespace {

constexpr std::uint64_t kLooks = 1'000'000;

// SplitMix64: the same numbers each time, and any of them without those before.
std::uint64_t Mix(std::uint64_t number) {
  std::uint64_t z = (number + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

UrlFingerprint FingerprintOf(std::uint64_t url) {
  const std::uint64_t a = Mix(2 * url);
  const std::uint64_t b = Mix(2 * url + 1);
  return {{static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32U), static_cast<std::uint32_t>(b)}};
}

double CpuNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double ResidentBytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  unsigned long pages = 0, resident = 0;
  const bool read = file != nullptr && std::fscanf(file, "%lu %lu", &pages, &resident) == 2;
  if (file != nullptr) {
    std::fclose(file);
  }
  return read ? static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

// CPU nanoseconds of one `work(i)`.
template <class Work>
double PerCall(std::uint64_t calls, const Work& work) {
  const double begun = CpuNanoseconds();
  for (std::uint64_t i = 0; i < calls; ++i) {
    work(i);
  }
  return (CpuNanoseconds() - begun) / static_cast<double>(std::max<std::uint64_t>(1, calls));
}

class Growth {
 public:
  explicit Growth(std::uint64_t hosts) : hosts_(HostSettings{.delay = std::chrono::milliseconds(0)}) {
    for (std::uint64_t i = 0; i < hosts; ++i) {
      hosts_.Add(HostKey{Mix(~i)}, "www.host-" + std::to_string(i) + ".example");
    }
  }

  void To(std::uint64_t urls) {
    const double resident_before = ResidentBytes();
    const std::uint64_t before = known_.size();
    std::chrono::nanoseconds slowest{0};
    const double added = PerCall(urls - before, [&](std::uint64_t i) {
      const auto begun = std::chrono::steady_clock::now();
      Add(before + i);
      slowest = std::max(slowest, std::chrono::steady_clock::now() - begun);
    });
    bytes_ += ResidentBytes() - resident_before;
    std::uint64_t found = 0;
    const double known =
        PerCall(kLooks, [&](std::uint64_t i) { found += known_.Find(FingerprintOf(Mix(i) % urls)) ? 1U : 0U; });
    const double other =
        PerCall(kLooks, [&](std::uint64_t i) { found += known_.Find(FingerprintOf(urls + (Mix(i) >> 1U))) ? 1U : 0U; });
    if (found != kLooks) {
      std::fprintf(stderr, "bench_frontier: %llu of %llu were found\n", static_cast<unsigned long long>(found),
                   static_cast<unsigned long long>(kLooks));
      std::exit(1);
    }
    const double ready = PerCall(kLooks, [&](std::uint64_t) { Issue(); });
    std::printf("%11llu %9.0f %9.0f %9.0f %9.0f %12.3f %9.1f\n", static_cast<unsigned long long>(urls), added, known,
                other, ready, std::chrono::duration<double, std::milli>(slowest).count(),
                bytes_ / static_cast<double>(urls));
    std::fflush(stdout);
  }

 private:
  void Add(std::uint64_t url) {
    const UrlFingerprint fingerprint = FingerprintOf(url);
    if (known_.Find(fingerprint)) {
      return;
    }
    const UrlHandle handle{static_cast<std::uint32_t>(known_.size() + 1)};
    known_.Add(handle, fingerprint, 1, kUnlimitedHops);
    Host& host = hosts_.At(static_cast<std::uint32_t>(Mix(url) % hosts_.size()));
    host.waiting.PushBack(handle);
    ++host.pending;
    hosts_.Reconsider(host);
  }
  // A batch of one, whose page leads to another that waits.
  void Issue() {
    Host* const host = hosts_.PopReady(SteadyTime::max());
    if (host == nullptr) {
      std::fprintf(stderr, "bench_frontier: no host is ready\n");
      std::exit(1);
    }
    host->waiting.PushBack(host->waiting.PopFront());
    hosts_.Reconsider(*host);
  }

  KnownUrls known_;
  HostTable hosts_;
  double bytes_ = 0;
};

std::uint64_t NumberOr(const char* text, std::uint64_t otherwise) {
  const std::uint64_t number = text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  if (number == 0) {
    std::fprintf(stderr, "usage: bench_frontier [URLS [HOSTS]]\n");
    std::exit(2);
  }
  return number;
}

int Main(int argc, char** argv) {
  const std::uint64_t urls = NumberOr(argc > 1 ? argv[1] : nullptr, 10'000'000);
  const std::uint64_t hosts = NumberOr(argc > 2 ? argv[2] : nullptr, 1'000'000);
  if (urls > UINT32_MAX || hosts > UINT32_MAX) {
    std::fprintf(stderr, "bench_frontier: handles have 32 bits\n");
    return 2;
  }
  Growth growth(hosts);
  std::printf("%11s %9s %9s %9s %9s %12s %9s\n", "URLs", "new ns", "known ns", "other ns", "ready ns", "slowest ms",
              "bytes");
  for (std::uint64_t step = 100'000; step < urls; step *= 10) {
    growth.To(step);
  }
  growth.To(urls);
  return 0;
}

}  // namespace
}  // namespace spinneret

int main(int argc, char** argv) {
  return spinneret::Main(argc, argv);
}
