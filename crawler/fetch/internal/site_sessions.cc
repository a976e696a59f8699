#include "crawler/fetch/internal/site_sessions.h"

#include <iterator>
#include <utility>

#include <libpsl.h>

namespace spinneret {
namespace {

constexpr std::uint64_t kMaxCookieBytes = 64U << 10U;
constexpr std::size_t kMaxCookies = 150;  // what libcurl sends at most
constexpr std::uint64_t kCheckAfterBytes = 16U << 10U;

std::string SiteOf(std::string_view host) {
  std::string name(host);
  const char* const site = psl_registrable_domain(psl_builtin(), name.c_str());
  return site == nullptr ? name : std::string(site);
}

// Cookies of hostile sites must not pile up: libcurl limits one response's, not the jar's.
void BoundJar(CURL* easy) {
  curl_slist* cookies = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies) != CURLE_OK) {
    return;
  }
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const curl_slist* cookie = cookies; cookie != nullptr; cookie = cookie->next) {
    ++count;
    bytes += std::string_view(cookie->data).size();
  }
  curl_slist_free_all(cookies);
  if (count > kMaxCookies || bytes > kMaxCookieBytes) {
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
  }
}

}  // namespace

SiteSessions::Site* SiteSessions::Attach(std::string_view host, CURL* easy) {
  std::string name = SiteOf(host);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
  } else {
    CurlShare share(curl_share_init());
    if (!share || curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK ||
        curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
      return nullptr;
    }
    by_use_.push_front(Site{std::move(name), std::move(share)});
    by_name_.emplace(by_use_.front().name, by_use_.begin());
    DropOldest();
  }
  Site& site = by_use_.front();
  if (curl_easy_setopt(easy, CURLOPT_SHARE, site.share.get()) != CURLE_OK) {
    return nullptr;
  }
  curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");  // turns the cookie engine on
  ++site.users;
  return &site;
}

void SiteSessions::Detach(Site* site, CURL* easy, std::uint64_t set_cookie_bytes) {
  site->unchecked_bytes += set_cookie_bytes;
  if (site->unchecked_bytes > kCheckAfterBytes) {
    site->unchecked_bytes = 0;
    BoundJar(easy);
  }
  // libcurl 7.88 keeps a list of the names given as CURLOPT_COOKIEFILE that neither curl_easy_reset nor the handle's
  // end frees.
  curl_easy_setopt(easy, CURLOPT_COOKIEFILE, nullptr);
  curl_easy_setopt(easy, CURLOPT_SHARE, nullptr);
  --site->users;
}

void SiteSessions::DropOldest() {
  auto at = by_use_.end();
  while (by_use_.size() > max_sites_ && at != std::next(by_use_.begin())) {
    --at;
    if (at->users == 0) {
      by_name_.erase(at->name);
      at = by_use_.erase(at);
    }
  }
}

}  // namespace spinneret
