// What the parts of a crawl are told of its options: the one place for both a crawl and the commands that show what a
// crawl would do.
//
// Thread   pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/dispatcher.h"
#include "crawler/fetch/curl_fetcher.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/scope.h"
#include "crawler/messages.h"
#include "parser/recipe.h"

namespace spinneret {

// Without `fetch.max_connections`, which is a worker's share, and without recipes, which are read once.
PageSettings PageSettingsOf(const CrawlOptions& options, const HashSecret& secret);

// All workers together.
WorkerFleetSettings FleetSettingsOf(const CrawlOptions& options, std::uint32_t workers, const HashSecret& secret,
                                    const std::vector<std::shared_ptr<const Recipe>>& recipes);

FrontierSettings FrontierSettingsOf(const CrawlOptions& options, std::uint32_t workers);

// `host_connections`: those that a host without a delay may have.
HostSplit SplitOf(std::uint32_t host_connections, std::uint32_t workers);

// An Error names the recipe and line: the recipes were good when the crawl was made, but a version may read them otherwise.
Result<std::vector<std::shared_ptr<const Recipe>>> RecipesOf(const CrawlOptions& options);

// Those of --load-cookies; none without.
Result<std::vector<SiteCookies>> CookiesOf(const CrawlOptions& options);

// An Error names the pattern that does not compile. No seed is in it yet.
Result<Scope> ScopeOf(const CrawlOptions& options);

}  // namespace spinneret
