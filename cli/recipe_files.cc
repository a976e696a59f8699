#include "cli/recipe_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/option_kinds.h"

namespace spinneret::cli {
namespace {

// Over what ReadRecipe takes, so that it is the one to say so.
constexpr std::size_t kMaxFileBytes = std::size_t{2} << 20U;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> ReadText(const std::string& path) {
  const auto failure = [&] {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}: {}", Printable(path), std::strerror(errno)));
  };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return failure();
  }
  std::string text(kMaxFileBytes, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return failure();
  }
  return text;
}

}  // namespace

void RecipeFlags::AddTo(CLI::App& app, const std::string& group) {
  AddListOption(app, "--recipe", "FILE", files,
                "What records to take from pages: a recipe, as `spinneret init` writes one to start from. Repeatable")
      ->group(group);
  AddListOption(
      app, "--select", "NAME=CSS", selections,
      "A field of each page's record, without a recipe: the texts that a selector finds; ::text, ::attr(x) and "
      "::html after it say what else is wanted. Repeatable")
      ->group(group);
}

std::string MistakeLine(std::string_view path, const RecipeMistake& mistake) {
  return fmt::format("{}:{}:{}: {}{}{}", Printable(path), mistake.line, mistake.column, Printable(mistake.key),
                     mistake.key.empty() ? "" : ": ", Printable(mistake.message));
}

Result<RecipeReading> ReadRecipeFile(const std::string& path) {
  Result<std::string> text = ReadText(path);
  if (!text) {
    return std::move(text).error();
  }
  return ReadRecipe(*text, std::filesystem::path(path).stem().string());
}

Result<std::vector<std::shared_ptr<const Recipe>>> ReadRecipes(const RecipeFlags& flags) {
  std::vector<std::shared_ptr<const Recipe>> recipes;
  std::string mistakes;
  std::set<std::string> names;
  for (const std::string& path : flags.files) {
    Result<RecipeReading> reading = ReadRecipeFile(path);
    if (!reading) {
      mistakes += (mistakes.empty() ? "" : "\n") + reading.error().message;
      continue;
    }
    for (const RecipeMistake& mistake : reading->mistakes) {
      mistakes += (mistakes.empty() ? "" : "\n") + MistakeLine(path, mistake);
    }
    if (reading->recipe && !names.insert(reading->recipe->name).second) {
      mistakes += fmt::format("{}{}: a recipe called {} was given before; their records would mix",
                              mistakes.empty() ? "" : "\n", Printable(path), reading->recipe->name);
    }
    recipes.push_back(std::move(reading->recipe));
  }
  if (!flags.selections.empty()) {
    Result<std::shared_ptr<const Recipe>> selected = RecipeOfSelections(flags.selections);
    if (!selected) {
      mistakes += fmt::format("{}--select {}", mistakes.empty() ? "" : "\n", selected.error().message);
    } else {
      recipes.push_back(std::move(*selected));
    }
  }
  if (!mistakes.empty()) {
    return Err(ErrorCode::kInvalidArgument, mistakes);
  }
  return recipes;
}

}  // namespace spinneret::cli
