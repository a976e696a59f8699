// Man pages and shell completions, made of what --help says.
//
// Output  man: roff with the man macros, for man-db and mandoc. Completions: scripts for bash, zsh and fish.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace spinneret::cli {

// spinneret(1) for the program, spinneret-crawl(1) … for a command; `all` is the whole tree.
std::string ManPage(const CommandEntry& command, const std::vector<CommandEntry>& all);

std::string BashCompletion(const std::vector<CommandEntry>& all);
std::string ZshCompletion(const std::vector<CommandEntry>& all);
std::string FishCompletion(const std::vector<CommandEntry>& all);

}  // namespace spinneret::cli
