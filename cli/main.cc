#include "cli/command_line.h"

int main(int argc, char** argv) {
  return spinneret::cli::RunCommandLine(argc, argv);
}
