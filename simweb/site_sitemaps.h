// The sitemaps and feeds of a simulated site, made from the site when they are asked for.
//
// Target             What it is, for the host that is asked
// /sitemap.xml       sitemap index of those below, as gzip where their number is odd
// /sitemap-N.xml     pages N * 50 000 … of the host, with dates and priorities; /sitemap-N.xml.gz the same as gzip
// /sitemap.txt       the host's first 50 000 pages as text
// /feed.rss          its first 20 pages, as RSS 2.0 …
// /feed.atom         … and as Atom
//
// Thread   pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simweb/site.h"

namespace spinneret::simweb {

struct SiteDocument {
  std::string_view content_type;  // static, ends with a NUL
  std::string body;
};

// Nothing when `target` is none of them.
std::optional<SiteDocument> FindSitemap(const Site& site, std::string_view host, std::string_view target);

}  // namespace spinneret::simweb
