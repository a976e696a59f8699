// The commands and options of the program as plain values: what man pages and completions are made of, so that they say what
// --help says.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace spinneret::cli {

struct OptionEntry {
  std::vector<std::string> short_names;  // "w", without the dash
  std::vector<std::string> long_names;   // "workers"
  std::string type;                      // "N", "a|b|c"; empty: it takes no value
  std::vector<std::string> words;        // of a choice
  std::string description;               // as --help has it
  std::string group;
};

struct ArgumentEntry {
  std::string name;  // "SEED..."
  std::string description;
  bool required = false;
};

struct CommandEntry {
  std::string name;  // empty: the program itself
  std::string description;
  std::string group;
  std::string footer;  // examples
  std::vector<ArgumentEntry> arguments;
  std::vector<OptionEntry> options;
};

// The program first, then its commands in the order of --help. `app` is the program's.
std::vector<CommandEntry> CommandTree(const CLI::App& app);

// The description of an option with its default and its environment variable.
std::string OptionWords(const CLI::Option& option);
// "N" for CLI11's names of numbers.
std::string OptionType(const CLI::Option& option);

}  // namespace spinneret::cli
