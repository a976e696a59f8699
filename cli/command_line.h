// The command line as a whole: which command, which options, and what to say when it cannot be read.
#pragma once

namespace spinneret::cli {

// Reads the command line, runs its command and returns the exit status. Nothing is thrown.
int RunCommandLine(int argc, char** argv);

}  // namespace spinneret::cli
