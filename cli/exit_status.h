// The exit status of every command, as the README and --help list them.
#pragma once

namespace spinneret::cli {

enum ExitStatus : int {
  kDone = 0,            // also when single pages failed
  kNothingFetched = 1,  // no seed could be fetched, or an internal error
  kUsage = 2,           // usage, configuration, or a database that is in the way or in use
  kStorageFailed = 3,   // storage or disk
  kGateFailed = 10,     // a --fail-on gate
  kStopped = 11,        // by a signal; resumable
  kSizeReached = 14,    // --size-limit; resumable
  kTimeReached = 15,    // --time-limit; resumable
  kLimitReached = 16,   // --limit; resumable
};

}  // namespace spinneret::cli
