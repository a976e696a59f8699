// UrlBatch: what the frontier hands out: URLs of one host with everything a worker must know to ask for them politely.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/url_identity.h"
#include "crawler/frontier/revisit.h"
#include "crawler/frontier/robots_policy.h"
#include "crawler/frontier/sitemap_job.h"

namespace spinneret {

struct FetchJob {
  UrlHandle url;
  std::string text;
  std::uint32_t attempt = 1;      // over all runs
  std::uint32_t tries = 1;        // of these, what the retry table counts
  bool send_credentials = false;  // the URL's origin is a seed's
  Validators validators{};        // of a page that is stored already
};

// Cookies of a site, as lines of a cookie file, for the worker that is to ask a host of it.
struct BatchCookies {
  std::string site;
  std::vector<std::string> lines;  // from elsewhere
  std::vector<std::string> own;    // that the worker told of itself
};

// Either one robots.txt, or one sitemap, or URLs.
struct UrlBatch {
  std::uint32_t id = 0;
  std::uint32_t host_index = 0;         // into the frontier's hosts; only the frontier looks at it
  std::chrono::milliseconds delay{0};   // from the end of one response to the start of the next request
  std::uint32_t connections = 1;        // at once, of this host, on this worker
  bool more = true;                     // the host will be asked for more than this
  SteadyTime not_before{};              // of the first request
  std::optional<std::uint32_t> worker;  // must go to this one (its cookies are wanted)
  BatchCookies cookies;                 // filled when the batch is given to a worker
  std::optional<RobotsJob> robots;
  std::optional<SitemapJob> sitemap;
  std::vector<FetchJob> urls;

  bool empty() const { return !robots && !sitemap && urls.empty(); }
};

}  // namespace spinneret
