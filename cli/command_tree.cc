#include "cli/command_tree.h"

#include <utility>

#include <CLI/CLI.hpp>

namespace spinneret::cli {
namespace {

std::vector<std::string> WordsOf(const std::string& type) {
  std::vector<std::string> words;
  if (type.find('|') == std::string::npos || type.find_first_of("[]<> ") != std::string::npos) {
    return words;
  }
  for (std::size_t at = 0; at <= type.size();) {
    const std::size_t end = std::min(type.find('|', at), type.size());
    words.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

CommandEntry EntryOf(const CLI::App& app) {
  CommandEntry command;
  command.name = app.get_parent() == nullptr ? "" : app.get_name();
  command.description = app.get_description();
  command.group = app.get_group();
  command.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) {
      continue;  // hidden
    }
    if (option->get_positional()) {
      ArgumentEntry argument{option->get_name(true, false), option->get_description(), option->get_required()};
      if (option->get_expected_max() >= CLI::detail::expected_max_vector_size) {
        argument.name += "...";
      }
      command.arguments.push_back(std::move(argument));
      continue;
    }
    OptionEntry entry;
    entry.short_names = option->get_snames();
    entry.long_names = option->get_lnames();
    entry.type = OptionType(*option);
    entry.words = WordsOf(entry.type);
    entry.description = OptionWords(*option);
    entry.group = option->get_group();
    command.options.push_back(std::move(entry));
  }
  return command;
}

}  // namespace

std::string OptionType(const CLI::Option& option) {
  if (option.get_type_size() == 0) {
    return {};
  }
  const std::string type = option.get_type_name();
  return type.starts_with("UINT") || type.starts_with("INT") ? "N" : type;
}

std::string OptionWords(const CLI::Option& option) {
  std::string words = option.get_description();
  if (option.get_type_size() != 0 && !option.get_default_str().empty() && words.find("(default") == std::string::npos) {
    words += " (default: " + option.get_default_str() + ")";
  }
  if (!option.get_envname().empty()) {
    words += " [" + option.get_envname() + "]";
  }
  return words;
}

std::vector<CommandEntry> CommandTree(const CLI::App& app) {
  std::vector<CommandEntry> commands = {EntryOf(app)};
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) {
      commands.push_back(EntryOf(*command));
    }
  }
  return commands;
}

}  // namespace spinneret::cli
