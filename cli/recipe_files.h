// Recipes as a command line names them: files, and fields given inline.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "parser/recipe.h"

namespace spinneret::cli {

// --recipe FILE and --select NAME=CSS.
struct RecipeFlags {
  std::vector<std::string> files;
  std::vector<std::string> selections;

  void AddTo(CLI::App& app, const std::string& group);
  bool empty() const { return files.empty() && selections.empty(); }
};

// One line for people: "shop.toml:5:12: fields.price.type: …".
std::string MistakeLine(std::string_view path, const RecipeMistake& mistake);

// The recipe of a file, which has its name where it says none. A file that cannot be read is an error; mistakes are in
// the reading.
Result<RecipeReading> ReadRecipeFile(const std::string& path);

// All of them. kInvalidArgument names every mistake of every file, a line each.
Result<std::vector<std::shared_ptr<const Recipe>>> ReadRecipes(const RecipeFlags& flags);

}  // namespace spinneret::cli
