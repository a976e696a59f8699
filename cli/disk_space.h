// What a crawl that ran out of disk needs to go on: an estimate from what it has used so far.
#pragma once

#include <cstdint>
#include <string>

#include "crawler/crawl_status.h"

namespace spinneret::cli {

// One sentence: what the database has, what what is queued will take, what is free where it lies.
std::string SpaceNeeded(const std::string& database, const CrawlStatus& status);

// The estimate itself: bytes for what is queued, from `used` bytes for `pages` pages.
std::uint64_t EstimateBytes(std::uint64_t used, std::uint64_t pages, std::uint64_t queued);

}  // namespace spinneret::cli
