#include "cli/pager.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

volatile pid_t g_pager = -1;

void WaitFor(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void EndAfterPager(int number) {
  ::close(STDOUT_FILENO);
  WaitFor(g_pager);
  ::_exit(128 + number);
}

bool IsInPath(std::string_view program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = rest.find(':');
    const std::string file = std::string(rest.substr(0, end)) + "/" + std::string(program);
    if (::access(file.c_str(), X_OK) == 0) {
      return true;
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return false;
}

// Empty where none is wanted, or none is there.
std::string PagerCommand() {
  if (const char* pager = std::getenv("PAGER")) {
    const std::string command(pager);
    return command == "cat" ? "" : command;
  }
  return IsInPath("less") ? "less" : "";
}

}  // namespace

void Pager::Start() {
  if (pid_ >= 0 || !IsTerminal(STDOUT_FILENO)) {
    return;
  }
  const std::string command = PagerCommand();
  int ends[2] = {-1, -1};
  if (command.empty() || ::pipe2(ends, O_CLOEXEC) != 0) {
    return;
  }
  std::fflush(stdout);
  terminal_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  pid_ = terminal_ < 0 ? -1 : ::fork();
  if (pid_ == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::setenv("LESS", "FRX", 0);
    std::signal(SIGPIPE, SIG_DFL);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  if (pid_ > 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    g_pager = pid_;
    std::signal(SIGINT, &EndAfterPager);
    std::signal(SIGTERM, &EndAfterPager);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

Pager::~Pager() {
  if (pid_ > 0) {
    std::fflush(stdout);
    ::dup2(terminal_, STDOUT_FILENO);  // the pager sees the end
    WaitFor(pid_);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
  if (terminal_ >= 0) {
    ::close(terminal_);
  }
}

}  // namespace spinneret::cli
