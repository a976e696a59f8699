// FaultPlan: which answers of a simulated server go wrong, and how. A pure function of the seed, the URL and how often it
// was asked for before: a URL fails its first n times, n from 0 to `most`, and is served from then on. So a client that
// tries again `most` times gets every page, and two runs with one seed meet the same faults, in whatever order they ask.
//
// Thread   any; one lock.
// Memory   a counter per URL that was asked for while faults are on.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "base/thread_annotations.h"

namespace spinneret::simweb {

enum class Fault : std::uint8_t {
  kNone,
  kError,        // 500, 502, 503 or 504
  kClose,        // the connection ends without an answer
  kTruncated,    // it ends in the middle of the body
  kBrokenCoding  // Content-Encoding: gzip, with a body that is not
};

struct PlannedFault {
  Fault fault = Fault::kNone;
  int status = 200;  // of kError
};

class FaultPlan {
 public:
  // From now on; how often URLs were asked for is forgotten. `most` 0: no faults.
  void Set(std::uint64_t seed, std::uint32_t most) EXCLUDES(mutex_);
  // What the next answer for this URL gets.
  PlannedFault Next(std::string_view host, std::string_view target) EXCLUDES(mutex_);
  // Answers that went wrong since Set().
  std::uint64_t given() const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::uint64_t seed_ GUARDED_BY(mutex_) = 0;
  std::uint32_t most_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> asked_ GUARDED_BY(mutex_);  // by the URL's hash
  std::uint64_t given_ GUARDED_BY(mutex_) = 0;
};

}  // namespace spinneret::simweb
