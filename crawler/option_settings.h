// What the parts of a crawl are told of its options: the one place for both a crawl and the commands that show what a
// crawl would do.
//
// Thread   pure functions.
#pragma once

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/fetch/curl_fetcher.h"
#include "crawler/frontier/scope.h"
#include "crawler/messages.h"

namespace spinneret {

// Without `fetch.max_connections`, which is a worker's share.
PageSettings PageSettingsOf(const CrawlOptions& options, const HashSecret& secret);

// An Error names the pattern that does not compile. No seed is in it yet.
Result<Scope> ScopeOf(const CrawlOptions& options);

}  // namespace spinneret
