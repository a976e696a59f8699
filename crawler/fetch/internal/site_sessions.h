// SiteSessions: cookies and TLS sessions per site (registrable domain by the public suffix list; a host that has none
// stands for itself), so that a request looks through its own site's cookies alone, however many sites a crawl has met.
//
// Limits  at most `max_sites` sites, least recently used out first (sites in use stay); a site that keeps more than 150
//         cookies or 64 KiB of them loses them all.
// Thread  one. Which cookie goes to which host is libcurl's decision (RFC 6265, public suffixes refused).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "crawler/fetch/internal/curl_handles.h"

namespace spinneret {

class SiteSessions {
 public:
  struct Site {
    std::string name;
    CurlShare share;
    std::size_t users = 0;
    std::uint64_t unchecked_bytes = 0;  // of Set-Cookie since the jar was last measured
  };

  explicit SiteSessions(std::size_t max_sites) : max_sites_(max_sites) {}

  // Gives `easy` the sessions of `host`'s site until Detach. Null when memory is out; the transfer then goes without.
  Site* Attach(std::string_view host, CURL* easy);
  // `set_cookie_bytes`: how much the transfer brought.
  void Detach(Site* site, CURL* easy, std::uint64_t set_cookie_bytes);

  std::size_t size() const { return by_name_.size(); }

 private:
  void DropOldest();

  std::size_t max_sites_;
  std::list<Site> by_use_;                                                   // most recently used first
  std::unordered_map<std::string_view, std::list<Site>::iterator> by_name_;  // keys look into by_use_
};

}  // namespace spinneret
