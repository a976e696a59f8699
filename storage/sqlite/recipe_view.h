// The view of a recipe's records: v_NAME(page_url, FIELD…), a column per field in the recipe's order.
//
// Types   numbers and bools are numbers, lists and objects JSON text, what was not found NULL.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/connection.h"

namespace spinneret {

// Puts it in place of one that is there. Part of the transaction that is open.
Result<void> MakeRecipeView(Connection& connection, std::string_view recipe, std::span<const std::string> fields);

struct RecipeView {
  std::string recipe;
  std::vector<std::string> fields;
};
// Those that MakeRecipeView made. A view of the user's own is none.
Result<std::vector<RecipeView>> FindRecipeViews(Connection& connection);

}  // namespace spinneret
