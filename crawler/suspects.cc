#include "crawler/suspects.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"
#include "crawler/inflight_slots.h"
#include "crawler/option_settings.h"
#include "crawler/page_worker.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/worker.h"
#include "parser/robots_txt.h"
#include "parser/url.h"

namespace spinneret {
namespace {

namespace wt = worker_threads;
using std::chrono::milliseconds;

// How a child that was not killed says what happened.
enum ChildExit : int { kRead = 0, kNotRead = 1, kOverMemory = 2 };
// Beyond the time limit of a request: what reading a page of the largest size may take.
constexpr milliseconds kReadingTime = std::chrono::minutes(2);

// Whether a page's body came, and was about to be read.
bool IsThere(int evidence) {
  struct stat status {};
  return evidence >= 0 && ::fstat(evidence, &status) == 0 && status.st_size > 0;
}

[[noreturn]] void ReadInChild(const WorkerFleetSettings& settings, const Suspect& suspect, int evidence, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(kNotRead);
  }
  PageWorkerData data;
  data.settings = settings.page;
  data.settings.evidence_fd = evidence;
  data.settings.fetch.max_connections = 1;
  data.connections = 1;
  data.counters = wt::SharedBuffer(static_cast<std::size_t>(WorkerCounter::kCount) * sizeof(std::uint64_t));
  data.inflight = InflightSlots::Make({}, 1);
  FetchJob job;
  job.url = UrlHandle{1};
  job.text = suspect.url;
  job.send_credentials = suspect.send_credentials;
  UrlBatch batch;
  batch.urls.push_back(std::move(job));
  data.first.push_back(std::move(batch));
  wt::WorkerOptions options;
  options.name = "fetch-1";
  options.memory_limit_bytes = static_cast<std::size_t>(settings.worker_memory_bytes);
  int end = kNotRead;
  wt::EventLoop& loop = wt::EventLoop::Current();
  wt::Worker<PageWorkerProtocol> worker(RunPageWorker, std::move(data), std::move(options));
  worker.OnMessage([&](const FromPageWorker& message) {
    if (std::holds_alternative<PageReport>(message)) {
      end = kRead;
    } else if (std::holds_alternative<BatchDone>(message)) {
      loop.Stop();
    }
  });
  worker.OnError([&](const wt::WorkerError& error) {
    end = error.code == wt::WorkerErrorCode::kOutOfMemory ? kOverMemory : kNotRead;
    try {
      std::rethrow_exception(error.exception);
    } catch (const MachineShort&) {
      // With nothing else in memory and the page there: it is too much for this machine.
      end = IsThere(evidence) ? kOverMemory : kNotRead;
    } catch (...) {
    }
  });
  worker.OnExit([&](int) { loop.Stop(); });
  loop.Run();
  ::_exit(end);  // nothing of the parent's is to be closed or committed here
}

// The status of waitpid; none when it took too long, and was ended.
std::optional<int> AwaitEnd(pid_t child, milliseconds bound) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      return status;
    }
    if (ended < 0 && errno != EINTR) {
      return std::nullopt;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return std::nullopt;
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
}

// Why the page is poison; empty when it is not.
std::string WhyPoison(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGSEGV || number == SIGABRT || number == SIGBUS) {
      return fmt::format("reading it ended a process: signal {} ({})", number, ::strsignal(number));
    }
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kOverMemory) {
    return "reading it took more memory than a worker may have (--worker-memory) or the machine had";
  }
  return {};
}

std::string ReadEvidence(int fd) {
  struct stat status {};
  std::string body;
  if (fd >= 0 && ::fstat(fd, &status) == 0 && status.st_size > 0) {
    body.resize(static_cast<std::size_t>(status.st_size));
    const ssize_t got = ::pread(fd, body.data(), body.size(), 0);
    body.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  }
  return body;
}

std::optional<Conviction> TryOne(const Suspect& suspect, const WorkerFleetSettings& settings) {
  const int evidence = ::memfd_create("page", MFD_CLOEXEC);
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ReadInChild(settings, suspect, evidence, self);
  }
  std::optional<Conviction> convicted;
  if (child > 0) {
    const std::optional<int> status = AwaitEnd(child, settings.page.fetch.limits.timeout + kReadingTime);
    if (std::string why = status ? WhyPoison(*status) : std::string(); !why.empty()) {
      convicted = Conviction{suspect.url, std::move(why), ReadEvidence(evidence)};
    }
  }
  if (evidence >= 0) {
    ::close(evidence);
  }
  return convicted;
}

// robots.txt's, of the stored copies.
Result<milliseconds> CrawlDelayOf(const std::string& origin, Store& store) {
  milliseconds delay{0};
  const Result<void> loaded = store.LoadRobots([&](const KnownRobots& row) {
    if (row.origin == origin) {
      delay = RobotsTxt::Parse(row.body, kRobotsAgent).crawl_delay().value_or(delay);
    }
  });
  if (!loaded) {
    return loaded.error();
  }
  return delay;
}

}  // namespace

Result<std::vector<Conviction>> TrySuspects(const CrawlOptions& options,
                                            const std::vector<std::shared_ptr<const Recipe>>& recipes, Store& store) {
  std::vector<Conviction> convictions;
  const WorkerFleetSettings settings = FleetSettingsOf(options, 1, store.secret(), recipes);
  for (const Suspect& suspect : InflightSlots::FindLeft(options.database)) {
    const std::optional<Url> url = Url::Parse(suspect.url);
    if (!url || !url->is_http()) {
      continue;
    }
    const Result<milliseconds> crawl_delay = CrawlDelayOf(url->origin(), store);
    if (!crawl_delay) {
      return crawl_delay.error();
    }
    Log(LogLevel::kInfo, fmt::format("{} was being read when the crawl ended in the middle: it is read alone first",
                                     Printable(suspect.url)));
    if (std::optional<Conviction> convicted = TryOne(suspect, settings)) {
      Log(LogLevel::kWarning, fmt::format("{} is set aside as poison: {}", Printable(suspect.url), convicted->how));
      convictions.push_back(std::move(*convicted));
    }
    std::this_thread::sleep_for(std::max(options.host_delay, *crawl_delay));
  }
  return convictions;
}

PoisonByUrl TakeUpPoison(const std::vector<Conviction>& convictions, bool try_earlier_again, std::int64_t now_ms,
                         Store& store) {
  PoisonByUrl poison = LoadPoison(store);
  if (convictions.empty() && (!try_earlier_again || poison.empty())) {
    return poison;
  }
  if (try_earlier_again) {
    poison.clear();
  }
  for (const Conviction& convicted : convictions) {
    PoisonPage& page = poison[convicted.url];
    page.at_ms = now_ms;
    page.how = convicted.how;
    KeepPoisonBody(store, convicted.body, page);
  }
  SavePoison(store, poison);
  return poison;
}

}  // namespace spinneret
