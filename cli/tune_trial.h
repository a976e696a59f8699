// One trial of `spinneret tune`: a short crawl in a process of its own, and what it showed.
//
// A process   keeps trials apart: memory, connections, signal handling and CPU time of one are nothing to the next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "crawler/bottleneck.h"

namespace spinneret::cli {

struct TrialResult {
  std::uint32_t workers = 0;
  std::uint32_t connections = 0;
  std::uint64_t pages = 0;
  double seconds = 0;
  double cpu_ms_per_page = 0;
  double main_utilization = 0;    // mean over the trial, 0 … 1
  double worker_utilization = 0;  // mean over the trial and its workers
  double p95_ms = 0;              // of a request
  Diagnosis bound_by;             // what held it back
  bool stopped = false;           // by a signal
  double pages_per_second() const { return seconds > 0 ? static_cast<double>(pages) / seconds : 0; }
};

// What the lines of `--progress json` say, put together. Lines that are something else are kept as messages.
class TrialLog {
 public:
  void AddLine(const std::string& line);

  std::uint64_t pages() const { return pages_; }
  double seconds() const { return seconds_; }
  double main_utilization() const;
  double worker_utilization() const;
  const std::vector<std::string>& messages() const { return messages_; }  // the last few

 private:
  std::uint64_t pages_ = 0;
  double seconds_ = 0;
  double main_sum_ = 0;
  double worker_sum_ = 0;
  std::uint64_t ticks_ = 0;
  std::vector<std::string> messages_;
};

struct TrialCounts {
  std::uint32_t workers = 0;
  std::uint32_t connections = 0;
};

// Runs this program with `arguments` to its end. SIGINT and SIGTERM are handed on to it, and `stopped` says so.
// Errors: kInvalidArgument when the crawl refused its options (exit 2), kStorage (exit 3), kInternal for any other end
// that gave no numbers; the message is the crawl's own.
Result<TrialResult> RunTrial(TrialCounts counts, const std::vector<std::string>& arguments);

// What a trial's database says beyond: p95_ms and bound_by. What cannot be read stays as it is.
void ReadTrialDatabase(const std::string& path, TrialResult& result);

}  // namespace spinneret::cli
