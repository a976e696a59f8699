// spinneret completion and spinneret man: scripts for shells and pages for man, made of what --help says.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/manual.h"
#include "cli/option_kinds.h"
#include "cli/output_file.h"
#include "cli/standard_output.h"

namespace spinneret::cli {
namespace {

int Print(const std::string& text) {
  StandardOutput output;
  output.Write(text);
  return output.Finish();
}

int Completion(const CLI::App& app, const std::string& shell) {
  const std::vector<CommandEntry> all = CommandTree(app);
  if (shell == "bash") {
    return Print(BashCompletion(all));
  }
  if (shell == "zsh") {
    return Print(ZshCompletion(all));
  }
  if (shell == "fish") {
    return Print(FishCompletion(all));
  }
  return UsageFailure(shell.empty() ? "which shell? bash, zsh or fish"
                                    : fmt::format("no completion for {}: bash, zsh or fish", Printable(shell)));
}

// A page for the program and for each command into `folder`, gzipped pages being the packager's affair.
int WriteManPages(const std::vector<CommandEntry>& all, const std::string& folder) {
  for (const CommandEntry& command : all) {
    const std::string name = command.name.empty() ? "spinneret" : "spinneret-" + command.name;
    const Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(folder + "/" + name + ".1");
    if (!file) {
      return Fail(file.error());
    }
    (*file)->Write(ManPage(command, all));
    if (const Result<void> finished = (*file)->Finish(); !finished) {
      return Fail(finished.error());
    }
  }
  return kDone;
}

int Man(const CLI::App& app, const std::string& name, const std::string& folder) {
  const std::vector<CommandEntry> all = CommandTree(app);
  if (!folder.empty()) {
    return WriteManPages(all, folder);
  }
  const auto found =
      std::find_if(all.begin(), all.end(), [&name](const CommandEntry& command) { return command.name == name; });
  if (found == all.end()) {
    return UsageFailure(fmt::format("{} is not a command; `spinneret --help` lists them", Printable(name)));
  }
  return Print(ManPage(*found, all));
}

}  // namespace

void AddCompletionCommand(CLI::App& app, int& exit_status) {
  CLI::App* completion = app.add_subcommand("completion",
                                            "Print a script that completes commands and options in a shell. SHELL is "
                                            "bash, zsh or fish")
                             ->group("Other");
  completion->footer(R"(Examples:
  spinneret completion bash > /etc/bash_completion.d/spinneret
  spinneret completion zsh > ~/.zfunc/_spinneret
  spinneret completion fish > ~/.config/fish/completions/spinneret.fish)");
  auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, "bash, zsh or fish")->type_name("");
  completion->callback([&app, shell, &exit_status] { exit_status = Completion(app, *shell); });

  CLI::App* man =
      app.add_subcommand("man", "Print the manual page of a command, or of the program. The packages install them")
          ->group("Other");
  man->footer("Example:\n  spinneret man crawl | man -l -");
  auto name = std::make_shared<std::string>();
  man->add_option("COMMAND", *name, "A command; without one, the program itself")->type_name("");
  auto folder = std::make_shared<std::string>();
  AddTextOption(*man, "--all", "FOLDER", *folder, "Write the pages of all commands into this folder, for packages");
  man->callback([&app, name, folder, &exit_status] { exit_status = Man(app, *name, *folder); });
}

}  // namespace spinneret::cli
