// What of a crawl's command line says what to take from pages besides their links.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "cli/gate.h"
#include "cli/recipe_files.h"
#include "crawler/crawl_options.h"
#include "parser/page_extracts.h"

namespace spinneret::cli {

// --extract KIND,…: a kind that is not known is kInvalidArgument, which names them all.
Result<ExtractKinds> ReadExtractKinds(const std::vector<std::string>& given);
CLI::Option* AddExtractOption(CLI::App& app, std::vector<std::string>& target);

class ScrapingFlags {
 public:
  void AddTo(CLI::App& app, const std::string& group);

  // --fail-on, which a resume has as well.
  void AddGates(CLI::App& app, const std::string& group) { AddGateOption(app, gates_)->group(group); }
  // What of the gates makes no sense with these options is kInvalidArgument.
  Result<std::vector<Gate>> GatesFor(const CrawlOptions& options) const;

  // Sets the members of `options` that are about scraping. kInvalidArgument names every mistake of every recipe.
  Result<void> Apply(CrawlOptions& options) const;

 private:
  RecipeFlags recipes_;
  FollowMode follow_ = FollowMode::kLinks;
  std::vector<std::string> extracts_;
  bool index_text_ = false;
  std::vector<std::string> gates_;
};

}  // namespace spinneret::cli
