#include "crawler/crawl_inputs.h"

#include <utility>

#include "crawler/fetch/curl_fetcher.h"
#include "crawler/option_settings.h"

namespace spinneret {

Result<CrawlInputs> LoadInputs(const CrawlOptions& options, bool resume, Store& store) {
  Result<Scope> scope = ScopeOf(options);
  if (!scope) {
    return std::move(scope).error();
  }
  if (Result<void> ready = InitFetching(); !ready) {
    return std::move(ready).error();
  }
  Result<std::vector<SiteCookies>> cookies = CookiesOf(options);
  if (!cookies) {
    return std::move(cookies).error();
  }
  Result<std::vector<std::shared_ptr<const Recipe>>> recipes = RecipesOf(options);
  if (!recipes) {
    return std::move(recipes).error();
  }
  Result<std::vector<Conviction>> convictions =
      resume && store.shared() == nullptr ? TrySuspects(options, *recipes, store) : std::vector<Conviction>();
  if (!convictions) {
    return std::move(convictions).error();
  }
  return CrawlInputs{*std::move(scope), *std::move(recipes), *std::move(cookies), *std::move(convictions)};
}

}  // namespace spinneret
