// A sitemap or feed to fetch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/url_identity.h"

namespace spinneret {

// 50 MB of XML is what the protocol allows; what is over is cut. As gzip it is far less.
inline constexpr std::uint64_t kMaxSitemapBytes = 50ULL << 20U;

struct SitemapJob {
  std::int64_t id = 0;  // the store's
  std::string url;      // another than it began with, after a redirect
  std::uint8_t redirects = 0;
  std::uint32_t attempt = 1;
  bool send_credentials = false;  // its origin is a seed's
};

// One URL of a sitemap, or one sitemap of an index, as a worker reports it.
struct SitemapListing {
  std::string href;  // absolute, without fragment and credentials
  std::string host;  // "name[:port]"
  UrlFingerprint fingerprint;
  HostKey host_key;
  std::string lastmod;  // as written
  std::optional<std::int64_t> lastmod_ms;
  std::string changefreq;
  std::optional<double> priority;
};

}  // namespace spinneret
