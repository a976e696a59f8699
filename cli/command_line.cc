#include "cli/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/help_formatter.h"
#include "cli/limits.h"
#include "cli/standard_output.h"
#include "cli/suggest.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "A web crawler and scraper: it starts at seeds, follows links politely over many worker threads, and leaves an "
    "SQLite database "
    "that any tool can query.";

constexpr char kFooter[] = R"(Examples:
  spinneret crawl https://example.com/             a whole site into crawl.db
  spinneret crawl seeds.txt -d 2 -o shop.db        a seed list, two links deep
  spinneret resume crawl.db                        go on where it was stopped
  spinneret query crawl.db broken-links            what is there, by name or SQL

Exit status:
   0  done, also when single pages failed
   1  no seed could be fetched, or an internal error
   2  usage, configuration, or a database that is in the way or in use
   3  storage or disk
  10  a --fail-on gate
  11  stopped by a signal           14  --size-limit reached
  15  --time-limit reached          16  --limit reached
  (11 and 14 to 16: go on with `spinneret resume`)

`spinneret COMMAND --help` explains a command and its options.)";

// The command that was named, or the program itself.
const CLI::App& NamedCommand(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

std::string HelpCommand(const CLI::App& command) {
  return command.get_parent() == nullptr ? "`spinneret --help`"
                                         : fmt::format("`spinneret {} --help`", command.get_name());
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::string UnknownOption(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  std::string message = fmt::format("{} is not an option", Printable(name));
  if (command.get_parent() != nullptr) {
    message += fmt::format(" of `spinneret {}`", command.get_name());
  }
  // What has one dash and several letters was meant as a long name.
  const std::string asked = name.starts_with("--") ? name : name.size() > 2 ? "-" + name : "";
  if (const std::optional<std::string> nearest = FindNearest(asked, OptionNames(command))) {
    return fmt::format("{}; did you mean {}?", message, *nearest);
  }
  return fmt::format("{}; {} lists them", message, HelpCommand(command));
}

std::string UnknownCommand(const CLI::App& app, const std::string& word) {
  if (word.find("://") != std::string::npos || access(word.c_str(), F_OK) == 0 || word.find('.') != std::string::npos) {
    return fmt::format("{0} is not a command; to crawl it write `spinneret crawl {0}`", Printable(word));
  }
  if (const std::optional<std::string> nearest = FindNearest(word, CommandNames(app))) {
    return fmt::format("{} is not a command; did you mean `spinneret {}`?", Printable(word), *nearest);
  }
  return fmt::format("{} is not a command; `spinneret --help` lists them", Printable(word));
}

// What is wrong with words that no option and no argument took.
std::string UnreadWords(const CLI::App& app) {
  const CLI::App& command = NamedCommand(app);
  const std::vector<std::string> words = app.remaining(/*recurse=*/true);
  for (const std::string& word : words) {
    if (word.size() > 1 && word.starts_with('-')) {
      return UnknownOption(command, word);
    }
  }
  if (words.empty()) {
    return fmt::format("the command line cannot be read; see {}", HelpCommand(command));
  }
  if (command.get_parent() == nullptr) {
    return UnknownCommand(app, words.front());
  }
  return fmt::format("`spinneret {}` has no use for \"{}\"; see {}", command.get_name(), Printable(words.front()),
                     HelpCommand(command));
}

// CLI11's words for a value that is not right or not there, in ours.
std::string WrongValue(const CLI::App& command, const CLI::ParseError& error) {
  std::string message = error.what();
  const std::string name = message.substr(0, message.find(':'));
  const CLI::Option* const option = command.get_option_no_throw(name);
  if (option == nullptr) {
    return message;
  }
  if (message.ends_with("missing")) {
    return fmt::format("{} needs a value: {} {}", name, name, option->get_type_name());
  }
  // It may not have been written at all.
  const std::string& variable = option->get_envname();
  if (!variable.empty() && std::getenv(variable.c_str()) != nullptr) {
    message.insert(name.size(), " or " + variable);
  }
  return message;
}

int ShowHelp(const CLI::App& command) {
  StandardOutput output;
  output.Write(command.help());
  return output.Finish();
}

int Run(CLI::App& app, int argc, char** argv, const int& exit_status) {
  const auto fail = [&app](const std::string& message) {
    return UsageFailure(fmt::format("{}; see {}", message, HelpCommand(NamedCommand(app))));
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return ShowHelp(NamedCommand(app));
  } catch (const CLI::CallForVersion& version) {
    StandardOutput output;
    output.Write(std::string(version.what()) + "\n");
    return output.Finish();
  } catch (const CLI::ExtrasError&) {
    return UsageFailure(UnreadWords(app));
  } catch (const CLI::ParseError& error) {
    return fail(WrongValue(NamedCommand(app), error));
  }
  if (app.get_subcommands().empty()) {
    const std::string help = app.help();
    std::fwrite(help.data(), 1, help.size(), stderr);
    return kUsage;
  }
  return exit_status;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  TakeWriteErrors();
  try {
    int exit_status = kDone;
    CLI::App app(kDescription, "spinneret");
    // Commands take over the formatter and the help flag, so these come first.
    const auto formatter =
        std::make_shared<HelpFormatter>(IsTerminal(STDOUT_FILENO) ? TerminalWidth(STDOUT_FILENO) : 80);
    formatter->label("Positionals", "Arguments");
    app.formatter(formatter);
    app.set_help_flag("-h,--help", "Show this help");
    app.set_version_flag("--version", fmt::format("spinneret {}", SPINNERET_VERSION), "Show the version");
    app.require_subcommand(0, 1);
    AddCrawlCommand(app, exit_status);
    AddResumeCommand(app, exit_status);
    AddCtlCommand(app, exit_status);
    AddTuneCommand(app, exit_status);
    AddQueryCommand(app, exit_status);
    AddStatsCommand(app, exit_status);
    AddReportCommand(app, exit_status);
    AddExportCommand(app, exit_status);
    AddDiffCommand(app, exit_status);
    AddAgentsCommand(app, exit_status);
    AddPullCommand(app, exit_status);
    AddPushCommand(app, exit_status);
    AddIndexCommand(app, exit_status);
    AddInitCommand(app, exit_status);
    AddCheckCommand(app, exit_status);
    AddExtractCommand(app, exit_status);
    AddExplainCommand(app, exit_status);
    AddFetchCommand(app, exit_status);
    AddUrlCommand(app, exit_status);
    AddRobotsCommand(app, exit_status);
    AddSitemapCommand(app, exit_status);
    AddDecodeCommand(app, exit_status);
    AddSimwebCommand(app, exit_status);
    AddCompletionCommand(app, exit_status);
    AddVersionCommand(app, exit_status);
    app.get_subcommand("simweb")->group("Trying things out");
    app.get_subcommand("url")->group("Trying things out");
    app.get_subcommand("sitemap")->group("Trying things out");
    // Last: commands would take this over as their own.
    app.footer(kFooter);
    return Run(app, argc, argv, exit_status);
  } catch (const std::exception& error) {
    // Libraries throw where memory or the file system fails them.
    Log(LogLevel::kError, fmt::format("internal error: {}", error.what()));
    return kNothingFetched;
  }
}

}  // namespace spinneret::cli
