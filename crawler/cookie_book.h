// CookieBook: the cookies that all workers together hold, so that a site's session goes on where a host moves to another
// worker, or is shared out among several.
//
// Thread   main thread. Workers tell what a response changed (CookieReport) and get what others changed with a batch.
// Content  lines of a cookie file (crawler/fetch/cookies.h); what each means is the worker's libcurl's to say. They are
//          secrets: they go to workers and into the file of --save-cookies, never into the database.
// Limits   200 cookies of one site and 64 MB of all; over it the site that was in use least recently is forgotten.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/fetch/cookies.h"
#include "crawler/frontier/url_batch.h"

namespace spinneret {

class CookieBook {
 public:
  static constexpr std::uint32_t kFile = UINT32_MAX;  // as `from`: no worker

  explicit CookieBook(std::size_t max_bytes = 64U << 20U) : max_bytes_(max_bytes) {}

  void Take(const SiteCookies& cookies, std::uint32_t from);
  // For a batch of `host` ("name[:port]").
  BatchCookies For(std::string_view host, std::uint32_t worker);
  // All that have not expired, in an order that does not depend on who told when.
  std::vector<std::string> Lines(std::int64_t now_s) const;

 private:
  struct Entry {
    std::string line;
    std::uint32_t from = kFile;
  };
  struct Site {
    std::string name;
    std::unordered_map<std::string, Entry> cookies;  // by Cookie::key
    std::size_t bytes = 0;
  };
  static std::size_t BytesOf(const std::string& key, const std::string& line) { return key.size() + line.size() + 128; }
  void Forget(std::list<Site>::iterator site);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<Site> by_use_;                                                   // most recently used first
  std::unordered_map<std::string_view, std::list<Site>::iterator> by_name_;  // keys look into by_use_
};

}  // namespace spinneret
