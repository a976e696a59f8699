// --fail-on: conditions on what a crawl or an extraction came to, under which it ends with exit status 10.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "crawler/reextract.h"
#include "parser/recipe.h"

namespace spinneret::cli {

// "coverage:price<0.9", "coverage:shop.price<0.9", "records<100", "records:shop<100".
struct Gate {
  enum class Measure : std::uint8_t { kCoverage, kRecords };
  enum class Comparison : std::uint8_t { kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  std::string text;
  Measure measure = Measure::kCoverage;
  std::string recipe;  // empty: each
  std::string field;   // of kCoverage
  Comparison comparison = Comparison::kLess;
  double bound = 0;
};

// kInvalidArgument says what a gate looks like.
Result<Gate> ReadGate(const std::string& text);
CLI::Option* AddGateOption(CLI::App& app, std::vector<std::string>& target);

// All of them; kInvalidArgument also names a recipe or field that there is none of, so that a gate cannot be without
// effect.
Result<std::vector<Gate>> ReadGates(const std::vector<std::string>& texts,
                                    const std::vector<std::shared_ptr<const Recipe>>& recipes);

// What is the matter, a line for each gate and recipe that fails.
std::vector<std::string> FailedGates(const std::vector<Gate>& gates, const std::vector<RecipeChange>& changes);

}  // namespace spinneret::cli
