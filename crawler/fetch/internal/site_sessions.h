// SiteSessions: cookies and TLS sessions per site (registrable domain by the public suffix list; a host that has none
// stands for itself), so that a request looks through its own site's cookies alone, however many sites a crawl has met.
//
// Limits  at most `max_sites` sites, least recently used out first (sites in use stay); a site that keeps more than 150
//         cookies or 64 KiB of them loses them all.
// Thread  one. Which cookie goes to which host is libcurl's decision (RFC 6265, public suffixes refused).
// Others  what a transfer changed in its site's cookies is told to the caller, who carries it to the other threads.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/fetch/internal/curl_handles.h"

namespace spinneret {

class SiteSessions {
 public:
  struct Site {
    std::string name;
    CurlShare share;
    std::size_t users = 0;
    std::unordered_map<std::string, std::string> known;  // cookies by key, as lines, when the jar was last looked at
  };
  enum class Cookies : bool { kOff, kOn };

  explicit SiteSessions(std::size_t max_sites, Cookies cookies = Cookies::kOn)
      : max_sites_(max_sites), cookies_(cookies) {}

  // Gives `easy` the sessions of `host`'s site until Detach. Null when memory is out; the transfer then goes without.
  Site* Attach(std::string_view host, CURL* easy);
  // What changed in the site's cookies, as lines of a cookie file; one that is gone as an expired line. They are looked
  // through where the transfer brought some.
  std::vector<std::string> Detach(Site* site, CURL* easy, std::uint64_t set_cookie_bytes);

  // Cookies from elsewhere, as lines. kOwn: lines that came from these sessions; they are needed again only where the
  // site was dropped meanwhile.
  enum class From : bool { kElsewhere, kOwn };
  void Add(const std::string& site, const std::vector<std::string>& lines, From from);

  std::size_t size() const { return by_name_.size(); }

 private:
  Site* Find(std::string name);
  void DropOldest();

  std::size_t max_sites_;
  Cookies cookies_;
  std::list<Site> by_use_;                                                   // most recently used first
  std::unordered_map<std::string_view, std::list<Site>::iterator> by_name_;  // keys look into by_use_
};

}  // namespace spinneret
