// Process: a program that a test runs, with its input, output and end under the test's control.
//
// Ownership  the destructor kills (SIGKILL) and reaps a program that still runs, so that no test leaves one behind.
// Output     goes to files of its own, so that a program that writes much never waits for its test.
// Limits     every wait has an end: a program that is over it is killed, and the result says timed_out.
// Thread     one thread per Process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

#include "tests/support/temp_dir.h"

namespace spinneret::testing {

struct ProcessResult {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;      // the signal that ended it, 0 when it exited
  bool timed_out = false;
  std::chrono::milliseconds cpu{0};  // of all its threads
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::string input;                     // stdin; empty: /dev/null's end of file
  std::vector<std::string> environment;  // "NAME=value", over what the test itself was given
  std::string folder;                    // where it runs; empty: where the test does
};

class Process {
 public:
  // argv[0] is a path, or a name that PATH knows. Starting a program that is not there is a broken test: CHECK.
  explicit Process(const std::vector<std::string>& argv, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  // Sends `number`; nothing when it has ended.
  void Signal(int number);

  // Until it ends.
  ProcessResult Wait(std::chrono::milliseconds bound = std::chrono::minutes(3));
  // Until `condition` holds, which is asked every few milliseconds; false when the program ended first, or the bound
  // passed.
  bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds bound = std::chrono::minutes(1));

  // What it has written so far.
  std::string out() const;
  std::string err() const;

 private:
  // Waits up to `bound` for the end and reaps; true when it has ended.
  bool Reap(std::chrono::milliseconds bound);

  TempDir files_;
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  bool ended_ = false;
  int wait_status_ = 0;
  rusage usage_{};
};

// Runs to the end.
ProcessResult Run(const std::vector<std::string>& argv, const ProcessOptions& options = {},
                  std::chrono::milliseconds bound = std::chrono::minutes(3));

// The bytes of a file; empty when there is none.
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& bytes);

}  // namespace spinneret::testing
