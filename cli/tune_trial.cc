#include "cli/tune_trial.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/exit_status.h"
#include "cli/why.h"
#include "storage/named_queries.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxLine = 1U << 20U;
constexpr std::size_t kMaxMessages = 10;
constexpr char kMessagePrefix[] = "spinneret: ";

volatile std::sig_atomic_t g_signals = 0;

void CountSignal(int /*number*/) {
  g_signals = g_signals + 1;
}

// Takes SIGINT and SIGTERM while it lives. Without SA_RESTART: a read that waits must come back.
class SignalCounter {
 public:
  SignalCounter() {
    g_signals = 0;
    struct sigaction action {};
    action.sa_handler = CountSignal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~SignalCounter() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }
  SignalCounter(const SignalCounter&) = delete;
  SignalCounter& operator=(const SignalCounter&) = delete;

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) {
      close(std::exchange(fd_, -1));
    }
  }

 private:
  int fd_;
};

Error SystemError(std::string_view what) {
  return Err(ErrorCode::kSystem, fmt::format("{}: {}", what, std::strerror(errno)));
}

double Number(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

// Reads lines until the end of `fd`; hands signals on to `child`, each once.
void ReadLines(int fd, pid_t child, TrialLog& log) {
  std::string line;
  char buffer[4096];
  int handed_on = 0;
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    while (handed_on < g_signals) {
      // On a terminal the child got SIGINT itself; it takes a second one as "at once", which is no loss here.
      kill(child, SIGTERM);
      ++handed_on;
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] == '\n') {
        log.AddLine(std::exchange(line, {}));
      } else if (line.size() < kMaxLine) {
        line += buffer[i];
      }
    }
  }
  if (!line.empty()) {
    log.AddLine(line);
  }
}

}  // namespace

void TrialLog::AddLine(const std::string& line) {
  const nlohmann::json json =
      line.starts_with('{') ? nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false) : nlohmann::json();
  if (!json.is_object()) {
    if (!line.empty()) {
      // The line will be said by this process, which puts the prefix before it again.
      messages_.push_back(line.starts_with(kMessagePrefix) ? line.substr(sizeof kMessagePrefix - 1) : line);
    }
    if (messages_.size() > kMaxMessages) {
      messages_.erase(messages_.begin());
    }
    return;
  }
  pages_ = static_cast<std::uint64_t>(std::max(0.0, Number(json, "run_pages")));
  seconds_ = Number(json, "elapsed_ms") / 1000;
  // The first moment is start-up and the last object repeats a tick: neither says how busy a crawl is.
  if (json.contains("end") || pages_ == 0) {
    return;
  }
  ++ticks_;
  main_sum_ += Number(json, "main_utilization");
  const auto workers = json.find("worker_utilization");
  if (workers != json.end() && workers->is_array() && !workers->empty()) {
    double sum = 0;
    for (const nlohmann::json& value : *workers) {
      sum += value.is_number() ? value.get<double>() : 0;
    }
    worker_sum_ += sum / static_cast<double>(workers->size());
  }
}

double TrialLog::main_utilization() const {
  return ticks_ == 0 ? 0 : main_sum_ / static_cast<double>(ticks_);
}
double TrialLog::worker_utilization() const {
  return ticks_ == 0 ? 0 : worker_sum_ / static_cast<double>(ticks_);
}

Result<TrialResult> RunTrial(TrialCounts counts, const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return SystemError("no pipe to a trial crawl");
  }
  Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  // All that allocates is done before the fork.
  std::vector<std::string> words = {"spinneret"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);

  const SignalCounter signals;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    return SystemError("a trial crawl cannot be started");
  }
  if (child == 0) {
    // Should this process be killed, its trial goes too.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int null = open("/dev/null", O_RDWR);
    if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(write_end.get(), STDERR_FILENO) < 0) {
      _exit(127);
    }
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  write_end.Close();
  TrialLog log;
  ReadLines(read_end.get(), child, log);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      return SystemError("the end of a trial crawl is not known");
    }
  }

  TrialResult result;
  result.workers = counts.workers;
  result.connections = counts.connections;
  result.pages = log.pages();
  result.seconds = log.seconds();
  result.main_utilization = log.main_utilization();
  result.worker_utilization = log.worker_utilization();
  const auto ms = [](const timeval& time) {
    return 1000.0 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1000.0;
  };
  if (result.pages > 0) {
    result.cpu_ms_per_page = (ms(usage.ru_utime) + ms(usage.ru_stime)) / static_cast<double>(result.pages);
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.stopped = g_signals > 0 || code == kStopped;
  if (result.stopped || code == kDone || code == kSizeReached || code == kTimeReached || code == kLimitReached) {
    return result;
  }
  const std::string message = log.messages().empty() ? fmt::format("a trial crawl ended with wait status {}", status)
                                                     : fmt::format("a trial crawl failed: {}", log.messages().back());
  return Err(code == kUsage           ? ErrorCode::kInvalidArgument
             : code == kStorageFailed ? ErrorCode::kStorage
                                      : ErrorCode::kInternal,
             message);
}

void ReadTrialDatabase(const std::string& path, TrialResult& result) {
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(path);
  if (!reader) {
    return;
  }
  if (Result<Diagnosis> diagnosis = DiagnoseCrawl(**reader)) {
    result.bound_by = *std::move(diagnosis);
  }
  std::size_t p95 = 0;
  const Result<void> read = (*reader)->Query(
      GetStatistic("times").sql,
      [&p95](const std::vector<std::string>& columns) {
        p95 = static_cast<std::size_t>(std::find(columns.begin(), columns.end(), "p95_ms") - columns.begin());
      },
      [&](const std::vector<Cell>& cells) {
        if (p95 < cells.size()) {
          const auto* const ms = std::get_if<double>(&cells[p95]);
          result.p95_ms = ms == nullptr ? 0 : *ms;
        }
        return false;
      });
  if (!read) {
    Log(LogLevel::kDebug, read.error().message);
  }
}

}  // namespace spinneret::cli
