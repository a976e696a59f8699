#include "tests/support/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::vector<std::string> MergedEnvironment(const std::vector<std::string>& added) {
  std::vector<std::string> merged = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view inherited(*entry);
    const std::string_view key = inherited.substr(0, inherited.find('=') + 1);
    bool replaced = false;
    for (const std::string& own : added) {
      replaced = replaced || std::string_view(own).substr(0, key.size()) == key;
    }
    if (!replaced) {
      merged.emplace_back(inherited);
    }
  }
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) {
    pointers.push_back(string.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  SPINNERET_CHECK(file.good(), "a test could not write a file of its own");
}

Process::Process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  SPINNERET_CHECK(!argv.empty(), "a process needs a program");
  WriteFile(files_ / "in", options.input);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, (files_ / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (files_ / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (files_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  // The sockets of a server that the test runs must not stay open in a program that outlives a case.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  // Signals as a shell hands them on, whatever the test program or a server in it has set.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) {
    sigaddset(&defaults, number);
  }
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> words = argv;
  std::vector<std::string> environment = MergedEnvironment(options.environment);
  const int error = posix_spawnp(&pid_, words.front().c_str(), &actions, &attributes, Pointers(words).data(),
                                 Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  SPINNERET_CHECK(error == 0, "a test could not start its program");
  pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));  // glibc 2.36 declares its wrapper without extern "C"
  SPINNERET_CHECK(pid_fd_ >= 0, "pidfd_open failed (Linux 5.3 or later is needed to run these tests)");
}

Process::~Process() {
  if (!ended_) {
    Signal(SIGKILL);
    Reap(milliseconds(-1));
  }
  ::close(pid_fd_);
}

bool Process::running() {
  return !Reap(milliseconds(0));
}

void Process::Signal(int number) {
  if (!ended_) {
    ::kill(pid_, number);  // not reaped yet, so the number is still this program's
  }
}

bool Process::Reap(milliseconds bound) {
  if (ended_) {
    return true;
  }
  const auto deadline = steady_clock::now() + bound;
  for (;;) {
    int left = -1;
    if (bound.count() >= 0) {
      left = static_cast<int>(
          std::max<milliseconds::rep>(0, std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count()));
    }
    pollfd end{pid_fd_, POLLIN, 0};
    const int ready = ::poll(&end, 1, left);
    if (ready > 0) {
      break;
    }
    if (ready == 0) {
      return false;
    }
    SPINNERET_CHECK(errno == EINTR, "poll failed");
  }
  SPINNERET_CHECK(::wait4(pid_, &wait_status_, 0, &usage_) == pid_, "wait4 failed");
  ended_ = true;
  return true;
}

ProcessResult Process::Wait(milliseconds bound) {
  ProcessResult result;
  if (!Reap(bound)) {
    result.timed_out = true;
    Signal(SIGKILL);
    Reap(milliseconds(-1));
  }
  if (WIFEXITED(wait_status_)) {
    result.exit_code = WEXITSTATUS(wait_status_);
  } else if (WIFSIGNALED(wait_status_)) {
    result.signal = WTERMSIG(wait_status_);
  }
  const auto span = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  result.cpu = std::chrono::duration_cast<milliseconds>(span(usage_.ru_utime) + span(usage_.ru_stime));
  result.out = out();
  result.err = err();
  return result;
}

bool Process::WaitUntil(const std::function<bool()>& condition, milliseconds bound) {
  const auto deadline = steady_clock::now() + bound;
  while (!condition()) {
    if (steady_clock::now() > deadline || Reap(milliseconds(3))) {
      return condition();  // it may have come true with the last thing that the program did
    }
  }
  return true;
}

std::string Process::out() const {
  return ReadFile(files_ / "out");
}
std::string Process::err() const {
  return ReadFile(files_ / "err");
}

ProcessResult Run(const std::vector<std::string>& argv, const ProcessOptions& options, milliseconds bound) {
  return Process(argv, options).Wait(bound);
}

}  // namespace spinneret::testing
