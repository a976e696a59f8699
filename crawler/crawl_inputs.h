// What a crawl is made from besides its options: checked, read and tried before any thread is started.
//
// Thread   main thread, before it has an event loop or other threads (suspects.h).
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/fetch/cookies.h"
#include "crawler/frontier/scope.h"
#include "crawler/suspects.h"
#include "parser/recipe.h"
#include "storage/store.h"

namespace spinneret {

struct CrawlInputs {
  Scope scope;
  std::vector<std::shared_ptr<const Recipe>> recipes;
  std::vector<SiteCookies> cookies;
  std::vector<Conviction> convictions;  // of a resume
};

// An Error is exit 2, or the store's.
Result<CrawlInputs> LoadInputs(const CrawlOptions& options, bool resume, Store& store);

}  // namespace spinneret
