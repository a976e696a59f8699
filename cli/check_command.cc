// spinneret check: every mistake of recipes, before anything is fetched.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/recipe_files.h"

namespace spinneret::cli {
namespace {

int Check(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    return UsageFailure("no recipe: name its file, such as `spinneret check shop.toml`");
  }
  bool good = true;
  for (const std::string& path : paths) {
    const Result<RecipeReading> reading = ReadRecipeFile(path);
    if (!reading) {
      Log(LogLevel::kError, reading.error().message);
      good = false;
      continue;
    }
    for (const RecipeMistake& mistake : reading->mistakes) {
      Log(LogLevel::kError, MistakeLine(path, mistake));
      good = false;
    }
    if (reading->recipe) {
      const Recipe& recipe = *reading->recipe;
      Log(LogLevel::kInfo,
          fmt::format("{}: recipe \"{}\" is good; fields: {}; links to follow: {}", Printable(path), recipe.name,
                      recipe.fields.size(), recipe.follow.size() + recipe.follow_xpaths.size()));
    }
  }
  return good ? kDone : kUsage;
}

}  // namespace

void AddCheckCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("check", "Name every mistake of a recipe, with line and column");
  command->group("Scraping");
  command->footer("Example:\n  spinneret check seeds/recipes/shop.toml\n\nExit status 2 when there is a mistake.");
  auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *paths, "Recipes")->type_name("");
  command->callback([paths, &exit_status] { exit_status = Check(*paths); });
}

}  // namespace spinneret::cli
