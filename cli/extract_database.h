// spinneret extract DB: rules over the pages that a crawl has stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/recipe_files.h"

namespace spinneret::cli {

// Whether the file is an SQLite database, by its first bytes.
bool IsDatabaseFile(const std::string& path);

struct ExtractDatabaseFlags {
  std::string database;
  RecipeFlags recipes;
  std::vector<std::string> extracts;
  bool index_text = false;
  std::uint32_t workers = 0;  // 0: one for each core
  std::vector<std::string> gates;
};

// Returns the exit status.
int ExtractDatabase(const ExtractDatabaseFlags& flags);

}  // namespace spinneret::cli
