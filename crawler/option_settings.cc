#include "crawler/option_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/printable.h"
#include "crawler/fetch/address_guard.h"

namespace spinneret {

namespace {

FetchSettings FetchSettingsOf(const CrawlOptions& options) {
  FetchSettings fetch;
  fetch.user_agent = options.effective_user_agent();
  fetch.limits.max_body_bytes = options.max_body_bytes;
  fetch.limits.timeout = options.timeout;
  fetch.limits.connect_timeout = std::min(options.timeout, fetch.limits.connect_timeout);
  fetch.allow_private = options.allow_private;
  fetch.allow_net = options.allow_net;
  fetch.deny_net = options.deny_net;
  fetch.insecure = options.insecure;
  fetch.ca_file = options.ca_file;
  fetch.proxies = options.proxies;
  fetch.client_certificate = {options.cert, options.key, options.cert_password};
  fetch.cookies = options.cookies;
  fetch.user = options.user;
  fetch.headers = options.headers;
  fetch.resolve = options.resolve;
  fetch.dns_servers = options.dns_servers;
  return fetch;
}

}  // namespace

PageSettings PageSettingsOf(const CrawlOptions& options, const HashSecret& secret) {
  PageSettings page;
  page.fetch = FetchSettingsOf(options);
  page.store_body = options.store_body;
  page.nofollow = options.effective_nofollow();
  page.accept = options.accept;
  page.follow = options.follow;
  page.scrape.extracts = options.extracts;
  page.scrape.index_text = options.index_text;
  page.sitemap_from_ms = options.sitemap_from_ms;
  page.secret = secret;
  page.canonical = CanonicalRules(options.canonical);
  return page;
}

WorkerFleetSettings FleetSettingsOf(const CrawlOptions& options, std::uint32_t workers, const HashSecret& secret,
                                    const std::vector<std::shared_ptr<const Recipe>>& recipes) {
  WorkerFleetSettings fleet;
  fleet.workers = workers;
  fleet.connections = options.first_connections();
  fleet.worker_memory_bytes = options.worker_memory_bytes;
  fleet.page = PageSettingsOf(options, secret);
  fleet.page.scrape.recipes = recipes;
  return fleet;
}

FrontierSettings FrontierSettingsOf(const CrawlOptions& options, std::uint32_t workers) {
  FrontierSettings settings;
  settings.canonical = CanonicalRules(options.canonical);
  settings.max_depth = options.max_depth;
  settings.max_redirects = options.max_redirects;
  settings.retries = options.retries;
  settings.host_limit = options.host_limit.value_or(UINT64_MAX);
  settings.host_delay = options.host_delay;
  settings.adaptive_delay = options.adaptive_delay;
  settings.obey_robots = options.robots == RobotsMode::kObey;
  settings.traps = options.traps;
  settings.trap_budget = options.trap_budget;
  settings.sitemaps.from_robots = options.sitemaps_from_robots;
  settings.sitemaps.only = options.sitemaps_only;
  if (options.sitemaps_only) {
    settings.max_depth = 0;
  }
  settings.delayed_connections = options.host_connections.value_or(1);
  settings.split = SplitOf(std::min(options.effective_host_connections(), options.first_connections()), workers);
  return settings;
}

HostSplit SplitOf(std::uint32_t host_connections, std::uint32_t workers) {
  // A host without a delay has two batches on each worker, so that one is at hand while the other ends; its connections
  // are shared out among these.
  HostSplit split;
  split.batches = std::clamp<std::uint32_t>(2 * workers, 1, host_connections);
  split.connections = std::max<std::uint32_t>(1, host_connections / split.batches);
  split.largest_batch = std::max<std::uint32_t>(32, 2 * split.connections);
  return split;
}

Result<std::vector<std::shared_ptr<const Recipe>>> RecipesOf(const CrawlOptions& options) {
  std::vector<std::shared_ptr<const Recipe>> recipes;
  for (const RecipeText& given : options.recipes) {
    RecipeReading reading = ReadRecipe(given.toml, given.name);
    if (!reading.recipe) {
      const RecipeMistake& first = reading.mistakes.front();
      return Err(ErrorCode::kInvalidArgument, fmt::format("recipe {}, line {}: {}: {}", given.name, first.line,
                                                          Printable(first.key), Printable(first.message)));
    }
    recipes.push_back(std::move(reading.recipe));
  }
  return recipes;
}

Result<std::vector<SiteCookies>> CookiesOf(const CrawlOptions& options) {
  if (options.load_cookies.empty()) {
    return std::vector<SiteCookies>();
  }
  return LoadCookies(options.load_cookies, SystemClock().WallTimeMs() / 1000);
}

Result<Scope> ScopeOf(const CrawlOptions& options) {
  ScopeSettings settings;
  settings.kind = options.scope;
  settings.include = options.include;
  settings.exclude = options.exclude;
  settings.max_url_length = options.max_url_length;
  Result<AddressRules> rules = AddressRules::Make(options.allow_private, options.allow_net, options.deny_net);
  if (!rules) {
    return std::move(rules).error();
  }
  settings.is_refused_literal = [rules = *std::move(rules)](std::string_view host) {
    return rules.RefusesLiteral(host);
  };
  return Scope::Make(settings);
}

}  // namespace spinneret
