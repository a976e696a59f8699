// Results on stdout: buffered, and a reader that goes away (`| head`) is told apart from a disk that is full.
//
// Needs SIGPIPE to be ignored (limits.h).
#pragma once

#include <string_view>

#include "cli/row_writer.h"

namespace spinneret::cli {

class StandardOutput {
 public:
  // False when nobody reads any more, or writing failed; then nothing else is written.
  bool Write(std::string_view bytes);
  // Flushes. kDone also when the reader has gone; a failure is said, and is kStorageFailed.
  int Finish();

  RowWriter::Sink sink() {
    return [this](std::string_view bytes) { return Write(bytes); };
  }

 private:
  int error_ = 0;  // errno of the first failure
};

// How rows are written to this process's stdout.
OutputSettings SettingsForStdout(OutputFormat format);

}  // namespace spinneret::cli
