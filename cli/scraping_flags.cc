#include "cli/scraping_flags.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"
#include "cli/option_kinds.h"
#include "crawler/option_settings.h"

namespace spinneret::cli {

Result<ExtractKinds> ReadExtractKinds(const std::vector<std::string>& given) {
  ExtractKinds kinds;
  for (const std::string& list : given) {
    for (std::size_t start = 0; start <= list.size();) {
      const std::size_t end = std::min(list.find(',', start), list.size());
      const std::string name = list.substr(start, end - start);
      start = end + 1;
      const std::optional<ExtractKind> kind = ExtractKindFromName(name);
      if (!kind) {
        return Err(ErrorCode::kInvalidArgument, fmt::format("--extract {}: no such kind; there are {}", Printable(name),
                                                            fmt::join(kExtractNames, ", ")));
      }
      kinds.set(static_cast<std::size_t>(*kind));
    }
  }
  return kinds;
}

CLI::Option* AddExtractOption(CLI::App& app, std::vector<std::string>& target) {
  return AddListOption(app, "--extract", "KIND,...", target,
                       fmt::format("Keep what each page says of itself, and its text, in v_extracts: {} (og for "
                                   "opengraph). Repeatable",
                                   fmt::join(kExtractNames, ", ")));
}

void ScrapingFlags::AddTo(CLI::App& app, const std::string& group) {
  recipes_.AddTo(app, group);
  AddChoiceOption(
      app, "--follow", {"links", "recipes"}, [this](std::size_t index) { follow_ = static_cast<FollowMode>(index); },
      "Which links are gone on with: those of pages and what recipes follow (links), or what recipes follow alone "
      "(recipes) (default: links)")
      ->group(group);
  AddExtractOption(app, extracts_)->group(group);
  AddChoiceOption(
      app, "--index", {"text"}, [this](std::size_t /*index*/) { index_text_ = true; },
      "Keep a full-text index of the pages' readable text, for `spinneret query DB --search WORDS`")
      ->group(group);
}

Result<std::vector<Gate>> ScrapingFlags::GatesFor(const CrawlOptions& options) const {
  const Result<std::vector<std::shared_ptr<const Recipe>>> recipes = RecipesOf(options);
  if (!recipes) {
    return recipes.error();
  }
  return ReadGates(gates_, *recipes);
}

Result<void> ScrapingFlags::Apply(CrawlOptions& options) const {
  Result<std::vector<std::shared_ptr<const Recipe>>> recipes = ReadRecipes(recipes_);
  if (!recipes) {
    return std::move(recipes).error();
  }
  Result<ExtractKinds> extracts = ReadExtractKinds(extracts_);
  if (!extracts) {
    return std::move(extracts).error();
  }
  bool follows = false;
  for (const std::shared_ptr<const Recipe>& recipe : *recipes) {
    options.recipes.push_back({recipe->name, recipe->text});
    follows = follows || !recipe->follow.empty() || !recipe->follow_xpaths.empty();
  }
  if (follow_ == FollowMode::kRecipes && !follows) {
    return Err(ErrorCode::kInvalidArgument,
               "--follow recipes: no recipe says what to follow; give one a line such as follow = \"a.next\"");
  }
  options.follow = follow_;
  options.extracts = *extracts;
  options.index_text = index_text_;
  return {};
}

}  // namespace spinneret::cli
