// What became of recipes' records, for people.
#pragma once

#include <string>
#include <vector>

#include "crawler/reextract.h"

namespace spinneret::cli {

// "1 203 of shop": how many there are; the fields that not every record has; and where a field's share is not what it
// was when it was last counted. A few lines for each recipe.
std::vector<std::string> CoverageLines(const RecipeChange& change);

// All of a re-extraction, ready to print.
std::string RenderReextract(const ReextractReport& report, const std::string& database);

}  // namespace spinneret::cli
