#include "cli/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace spinneret::cli {

bool StandardOutput::Write(std::string_view bytes) {
  if (error_ == 0 && std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
    error_ = errno == 0 ? EIO : errno;
  }
  return error_ == 0;
}

int StandardOutput::Finish() {
  if (error_ == 0 && std::fflush(stdout) != 0) {
    error_ = errno == 0 ? EIO : errno;
  }
  if (error_ == 0 || error_ == EPIPE) {
    return kDone;
  }
  Log(LogLevel::kError, fmt::format("stdout cannot be written: {}", std::strerror(error_)));
  return kStorageFailed;
}

OutputSettings SettingsForStdout(OutputFormat format) {
  OutputSettings settings;
  settings.format = format;
  settings.unicode = IsUtf8Locale();
  if (IsTerminal(STDOUT_FILENO)) {
    settings.width = TerminalWidth(STDOUT_FILENO);
  }
  return settings;
}

}  // namespace spinneret::cli
