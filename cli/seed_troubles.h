// Why a crawl got nothing: what went wrong with its first seeds, and what a person can do about it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {

struct SeedTrouble {
  std::string url;
  std::string what;       // "dns: no such name": any bytes
  std::string todo;       // a clause; empty: there is no advice
  bool may_pass = false;  // `spinneret resume DB --retry-failed` may have another end
};

// Of the first three.
Result<std::vector<SeedTrouble>> FindSeedTroubles(Reader& reader);

// What to do about `reason`, a word of v_pages.error or v_skipped.reason, or one that `detail` begins with.
std::string AdviceFor(std::string_view reason, std::string_view detail);

}  // namespace spinneret::cli
