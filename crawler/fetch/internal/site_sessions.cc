#include "crawler/fetch/internal/site_sessions.h"

#include <iterator>
#include <string>
#include <utility>

#include "crawler/fetch/cookies.h"

namespace spinneret {
namespace {

constexpr std::uint64_t kMaxCookieBytes = 64U << 10U;
constexpr std::size_t kMaxCookies = 150;  // what libcurl sends at most
std::vector<std::string> CookiesOf(CURL* easy) {
  std::vector<std::string> lines;
  curl_slist* cookies = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies) == CURLE_OK) {
    for (const curl_slist* cookie = cookies; cookie != nullptr; cookie = cookie->next) {
      lines.emplace_back(cookie->data);
    }
    curl_slist_free_all(cookies);
  }
  return lines;
}

// Cookies of hostile sites must not pile up: libcurl limits one response's, not the jar's.
void BoundJar(CURL* easy, std::vector<std::string>& lines) {
  std::uint64_t bytes = 0;
  for (const std::string& line : lines) {
    bytes += line.size();
  }
  if (lines.size() > kMaxCookies || bytes > kMaxCookieBytes) {
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    lines.clear();
  }
}

}  // namespace

SiteSessions::Site* SiteSessions::Find(std::string name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &by_use_.front();
  }
  CurlShare share(curl_share_init());
  if (!share || curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
      (cookies_ == Cookies::kOn &&
       curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK)) {
    return nullptr;
  }
  by_use_.push_front(Site{std::move(name), std::move(share), 0, {}});
  by_name_.emplace(by_use_.front().name, by_use_.begin());
  DropOldest();
  return &by_use_.front();
}

SiteSessions::Site* SiteSessions::Attach(std::string_view host, CURL* easy) {
  Site* const site = Find(SiteOf(host));
  if (site == nullptr || curl_easy_setopt(easy, CURLOPT_SHARE, site->share.get()) != CURLE_OK) {
    return nullptr;
  }
  if (cookies_ == Cookies::kOn) {
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");  // turns the cookie engine on
  }
  ++site->users;
  return site;
}

std::vector<std::string> SiteSessions::Detach(Site* site, CURL* easy, std::uint64_t set_cookie_bytes) {
  std::vector<std::string> changes;
  if (cookies_ == Cookies::kOn && set_cookie_bytes > 0) {
    std::vector<std::string> lines = CookiesOf(easy);
    BoundJar(easy, lines);
    std::unordered_map<std::string, std::string> now;
    for (std::string& line : lines) {
      Result<Cookie> cookie = ParseCookie(line);
      if (!cookie) {
        continue;  // it stays in this jar alone
      }
      const auto before = site->known.find(cookie->key);
      if (before == site->known.end() || before->second != line) {
        changes.push_back(line);
      }
      now.emplace(std::move(cookie->key), std::move(line));
    }
    for (const auto& [key, line] : site->known) {
      if (!now.contains(key)) {
        changes.push_back(Expired(line));
      }
    }
    site->known = std::move(now);
  }
  if (cookies_ == Cookies::kOn) {
    // libcurl 7.88 keeps a list of the names given as CURLOPT_COOKIEFILE that neither curl_easy_reset nor the handle's
    // end frees.
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_SHARE, nullptr);
  --site->users;
  return changes;
}

void SiteSessions::Add(const std::string& site, const std::vector<std::string>& lines, From from) {
  if (cookies_ == Cookies::kOff || lines.empty() || (from == From::kOwn && by_name_.contains(site))) {
    return;
  }
  const CurlEasy easy(curl_easy_init());
  Site* const known = Find(site);
  if (!easy || known == nullptr || curl_easy_setopt(easy.get(), CURLOPT_SHARE, known->share.get()) != CURLE_OK) {
    return;
  }
  for (const std::string& line : lines) {
    curl_easy_setopt(easy.get(), CURLOPT_COOKIELIST, line.c_str());
  }
  known->known.clear();
  for (std::string& line : CookiesOf(easy.get())) {
    if (Result<Cookie> cookie = ParseCookie(line)) {
      known->known.emplace(std::move(cookie->key), std::move(line));
    }
  }
  curl_easy_setopt(easy.get(), CURLOPT_SHARE, nullptr);
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
