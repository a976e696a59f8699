#include "cli/failure.h"

#include <string>

#include "base/log.h"
#include "cli/exit_status.h"

namespace spinneret::cli {

int UsageFailure(std::string_view message) {
  Log(LogLevel::kError, message);
  return kUsage;
}

int ExitStatusFor(ErrorCode code) {
  const int number = static_cast<int>(code);
  if (number < 200 || code == ErrorCode::kStorageBusy || code == ErrorCode::kStorageVersion) {
    return kUsage;
  }
  if (number >= 700 && number < 800) {
    return kStorageFailed;
  }
  return kNothingFetched;
}

int ExitStatusForOpen(ErrorCode code) {
  return code == ErrorCode::kStorageCorrupt ? kUsage : ExitStatusFor(code);
}

int Fail(const Error& error) {
  Log(LogLevel::kError, error.message);
  return ExitStatusFor(error.code);
}

int FailOpen(const Error& error) {
  std::string message = error.message;
  if (error.code == ErrorCode::kNotFound) {
    message += "; check the path";
  } else if (error.code == ErrorCode::kStorageCorrupt) {
    message += "; name a database that `spinneret crawl` made";
  } else if (error.code == ErrorCode::kInUse || error.code == ErrorCode::kStorageBusy) {
    message += "; try again when it has ended";
  }
  Log(LogLevel::kError, message);
  return ExitStatusForOpen(error.code);
}

}  // namespace spinneret::cli
