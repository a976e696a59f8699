#include "cli/help_formatter.h"

#include <algorithm>

#include "cli/command_tree.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

constexpr int kOptionColumn = 30;
constexpr int kCommandColumn = 14;

}  // namespace

std::string WrapWords(std::string_view text, int width, int indent) {
  std::string out;
  int column = indent;
  std::size_t at = 0;
  bool line_empty = true;
  while (at < text.size()) {
    if (text[at] == '\n') {
      out += '\n';
      out.append(static_cast<std::size_t>(indent), ' ');
      column = indent;
      line_empty = true;
      ++at;
      continue;
    }
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const int word_width = DisplayWidth(word);
    if (!line_empty && column + 1 + word_width > width) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent), ' ');
      column = indent;
      line_empty = true;
    }
    if (!line_empty) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word_width;
    line_empty = false;
    at = end;
  }
  return out;
}

HelpFormatter::HelpFormatter(int width) : width_(std::clamp(width, 40, 100)) {}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode /*mode*/) const {
  std::string out = make_usage(app, std::move(name));
  if (!app->get_description().empty()) {
    out += "\n" + WrapWords(app->get_description(), width_, 0) + "\n";
  }
  out += make_positionals(app);
  for (const std::string& group : app->get_groups()) {
    const std::vector<const CLI::Option*> options = app->get_options(
        [&group](const CLI::Option* option) { return option->get_group() == group && option->nonpositional(); });
    if (!group.empty() && !options.empty()) {
      out += make_group(group, false, options);
    }
  }
  out += make_subcommands(app, CLI::AppFormatMode::Normal);
  if (!app->get_footer().empty()) {
    out += "\n" + app->get_footer() + "\n";
  }
  return out;
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string /*name*/) const {
  std::string out = "Usage: spinneret";
  if (app->get_parent() == nullptr) {
    return out + " COMMAND [OPTION]...\n";
  }
  out += " " + app->get_name();
  for (const CLI::Option* option :
       app->get_options([](const CLI::Option* candidate) { return candidate->get_positional(); })) {
    std::string name = option->get_name(true, false);
    if (option->get_expected_max() >= CLI::detail::expected_max_vector_size) {
      name += "...";
    }
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return out + " [OPTION]...\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name;
  if (is_positional) {
    name = option->get_name(true, false);
  } else {
    for (const std::string& letter : option->get_snames()) {
      name += "-" + letter + ", ";
    }
    // Long names stand below each other, with a short one or without.
    if (name.empty()) {
      name = "    ";
    }
    for (const std::string& word : option->get_lnames()) {
      name += "--" + word + ", ";
    }
    name.resize(name.size() - 2);
    if (const std::string type = OptionType(*option); !type.empty()) {
      name += " " + type;
    }
  }
  return Entry(name, OptionWords(*option), kOptionColumn);
}

std::string HelpFormatter::make_subcommand(const CLI::App* sub) const {
  // The first sentence is enough in the list of commands.
  const std::string description = sub->get_description();
  const std::size_t end = std::min(description.find(". "), description.find('\n'));
  return Entry(sub->get_name(), description.substr(0, end), kCommandColumn);
}

std::string HelpFormatter::Entry(const std::string& name, const std::string& words, int column) const {
  std::string out = "  " + name;
  const int used = DisplayWidth(out);
  if (used + 2 > column) {
    out += "\n" + std::string(static_cast<std::size_t>(column), ' ');
  } else {
    out.append(static_cast<std::size_t>(column - used), ' ');
  }
  return out + WrapWords(words, width_, column) + "\n";
}

}  // namespace spinneret::cli
