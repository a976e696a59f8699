// How a command says what went wrong, and the exit status that goes with it.
#pragma once

#include <string_view>

#include "base/error.h"

namespace spinneret::cli {

// Says `message` and returns kUsage. The message names the place and what to do next.
int UsageFailure(std::string_view message);

// Arguments and names that are not there → kUsage; storage → kStorageFailed; the rest → kNothingFetched.
int ExitStatusFor(ErrorCode code);
// Of opening a database: what is not one, or is another version's, is a wrong argument and not a failing disk.
int ExitStatusForOpen(ErrorCode code);

// Says the error and returns the status.
int Fail(const Error& error);
int FailOpen(const Error& error);

}  // namespace spinneret::cli
