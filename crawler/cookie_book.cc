#include "crawler/cookie_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace spinneret {
namespace {

constexpr std::size_t kMaxSiteCookies = 200;

std::string_view WithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  return colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)
             ? host
             : host.substr(0, colon);
}

}  // namespace

void CookieBook::Take(const SiteCookies& cookies, std::uint32_t from) {
  auto found = by_name_.find(cookies.site);
  if (found == by_name_.end()) {
    by_use_.push_front(Site{cookies.site, {}, 0});
    found = by_name_.emplace(by_use_.front().name, by_use_.begin()).first;
  } else {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
  }
  Site& site = by_use_.front();
  for (const std::string& line : cookies.lines) {
    Result<Cookie> cookie = ParseCookie(line);
    if (!cookie) {
      continue;
    }
    const auto [place, is_new] = site.cookies.try_emplace(cookie->key);
    if (is_new && site.cookies.size() > kMaxSiteCookies) {
      site.cookies.erase(place);
      continue;
    }
    const std::size_t before = is_new ? 0 : BytesOf(place->first, place->second.line);
    place->second = Entry{std::move(cookie->line), from};
    const std::size_t after = BytesOf(place->first, place->second.line);
    site.bytes += after - before;
    bytes_ += after - before;
  }
  while (bytes_ > max_bytes_ && by_use_.size() > 1) {
    Forget(std::prev(by_use_.end()));
  }
}

void CookieBook::Forget(std::list<Site>::iterator site) {
  bytes_ -= site->bytes;
  by_name_.erase(site->name);
  by_use_.erase(site);
}

BatchCookies CookieBook::For(std::string_view host, std::uint32_t worker) {
  BatchCookies cookies;
  if (by_name_.empty()) {
    return cookies;
  }
  cookies.site = SiteOf(WithoutPort(host));
  const auto found = by_name_.find(cookies.site);
  if (found == by_name_.end()) {
    return cookies;
  }
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  for (const auto& [key, entry] : by_use_.front().cookies) {
    (entry.from == worker ? cookies.own : cookies.lines).push_back(entry.line);
  }
  return cookies;
}

std::vector<std::string> CookieBook::Lines(std::int64_t now_s) const {
  std::vector<std::string> lines;
  for (const Site& site : by_use_) {
    for (const auto& [key, entry] : site.cookies) {
      const Result<Cookie> cookie = ParseCookie(entry.line);
      if (cookie && (cookie->expires == 0 || cookie->expires > now_s)) {
        lines.push_back(entry.line);
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace spinneret
