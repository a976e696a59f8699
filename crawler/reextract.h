// Re-extraction: recipes (and --extract, --index) over the pages that a crawl has stored, on all cores, without fetching.
// With the same rules the records are those of the crawl.
//
// Transaction  everything is written in one: after a failure, or when the process ends half-way, the database is as it
//              was.
// Thread       runs on the calling thread's loop, with a WorkerPool of `workers`.
// Errors       kNotFound, kInUse, kStorage…; kInvalidArgument when the crawl kept no bodies. A page that cannot be read
//              is counted, and the rest goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "crawler/page_scraper.h"
#include "parser/recipe.h"
#include "storage/coverage_row.h"

namespace spinneret {

struct ReextractOptions {
  std::string database;
  ScrapeSettings scrape;
  std::uint32_t workers = 1;
  // Called about every `interval` with pages done and pages there are.
  std::function<void(std::uint64_t done, std::uint64_t all)> on_progress;
  std::chrono::milliseconds interval{200};
};

// What became of a recipe's records. On a page, the n-th record before is compared with the n-th now.
struct RecipeChange {
  std::string recipe;
  std::uint64_t records = 0;  // now
  std::uint64_t before = 0;
  std::uint64_t same = 0, different = 0, added = 0, gone = 0;
  std::uint64_t incomplete = 0;                  // left out for want of a required field
  std::map<std::string, std::uint64_t> changed;  // of the different ones: records by field
  std::vector<CoverageRow> coverage;             // of all records now
  std::vector<CoverageRow> coverage_before;      // the last that was counted; none when none was
};

struct ReextractReport {
  std::uint64_t pages = 0;         // read
  std::uint64_t without_body = 0;  // not stored, and so left out
  std::uint64_t unreadable = 0;    // a damaged body, or the page brought its reader down
  std::uint64_t extracts = 0;      // rows of v_extracts
  std::vector<RecipeChange> recipes;
  std::chrono::milliseconds elapsed{0};
  double cpu_seconds = 0;
};

Result<ReextractReport> Reextract(const ReextractOptions& options);

// Counts the records that the database has of `recipes`, and stores the count as the newest one. Only `records`,
// `coverage` and `coverage_before` of the changes are set.
Result<std::vector<RecipeChange>> MeasureCoverage(const std::string& database,
                                                  const std::vector<std::shared_ptr<const Recipe>>& recipes);

}  // namespace spinneret
