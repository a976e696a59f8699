#include "crawler/option_settings.h"

#include <algorithm>

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
  fetch.insecure = options.insecure;
  fetch.ca_file = options.ca_file;
  fetch.proxies = options.proxies;
  fetch.client_certificate = {options.cert, options.key, options.cert_password};
  fetch.cookies = options.cookies;
  fetch.user = options.user;
  fetch.headers = options.headers;
  fetch.resolve = options.resolve;
  return fetch;
}

}  // namespace

PageSettings PageSettingsOf(const CrawlOptions& options, const HashSecret& secret) {
  PageSettings page;
  page.fetch = FetchSettingsOf(options);
  page.store_body = options.store_body;
  page.nofollow = options.effective_nofollow();
  page.accept = options.accept;
  page.sitemap_from_ms = options.sitemap_from_ms;
  page.secret = secret;
  page.canonical = CanonicalRules(options.canonical);
  return page;
}

Result<Scope> ScopeOf(const CrawlOptions& options) {
  ScopeSettings settings;
  settings.kind = options.scope;
  settings.include = options.include;
  settings.exclude = options.exclude;
  settings.max_url_length = options.max_url_length;
  if (!options.allow_private) {
    settings.is_refused_literal = IsPrivateLiteral;
  }
  return Scope::Make(settings);
}

}  // namespace spinneret
