// SitemapReader: the URLs that a sitemap or a feed lists, read as its bytes arrive.
//
// Forms     XML sitemap and sitemap index, RSS (0.9x, 1.0 in RDF, 2.0), Atom (0.3, 1.0), and text with a URL on each
//           line; each of them also as gzip, in any encoding that a BOM, the Content-Type or the XML declaration names.
// Input     any bytes, cut anywhere. Namespaces and the case of names are passed over; what is commonly wrong and can be
//           meant in one way only (a bare `&`, white space before the declaration, a wrong namespace, bytes that are not
//           UTF-8) is mended (xml_mender.h).
// Locations are absolute http(s) URLs; a relative one is resolved against xml:base and the sitemap's own URL. A line of
//           text must be absolute. What is no such URL is counted and left out.
// Errors    an error ends the reading; entries before it have been handed on and stand. A declaration of an entity is an
//           error, and nothing external is ever looked for.
// Limits    SitemapLimits; 64 elements deep, 8192 bytes of a location's text, 1000 images and 1000 alternates an entry.
// Memory    what one entry holds and what is undecided of the input (a few hundred KB), never the document; an encoding
//           other than UTF-8 is decoded whole, within max_bytes.
// Thread    any one at a time.
// Source    sitemaps.org protocol 0.9; RSS 2.0 specification; RSS 1.0; RFC 4287 (Atom).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace spinneret {

enum class SitemapType : std::uint8_t { kUnknown, kUrlset, kIndex, kRss, kAtom, kText };
// "urlset", "sitemapindex", "rss", "atom", "text"; "" for kUnknown.
std::string_view SitemapTypeName(SitemapType type);

struct SitemapEntry {
  Url url;                                 // parsed, with its fragment
  std::string loc;                         // as written, without white space around it; a relative one resolved
  std::string lastmod;                     // as written; a feed's date as W3C datetime where it can be read
  std::optional<std::int64_t> lastmod_ms;  // since 1970 UTC, where `lastmod` can be read
  std::string_view changefreq;             // one of the protocol's seven words or empty; static
  std::optional<double> priority;          // 0.0 … 1.0
  std::vector<std::string> images;         // image extension: absolute URLs
  std::vector<std::string> alternates;     // xhtml:link rel=alternate: absolute URLs
};

struct SitemapLimits {
  std::uint64_t max_bytes = 50ULL << 20U;  // decompressed
  std::uint64_t max_entries = 50'000;
};

// The limit that ended the reading.
enum class SitemapCut : std::uint8_t { kNone, kBytes, kEntries };

struct SitemapEnd {
  SitemapType type = SitemapType::kUnknown;
  std::string error;  // empty: it was read to its end, or to a limit
  SitemapCut cut = SitemapCut::kNone;
  std::uint64_t entries = 0;      // handed on
  std::uint64_t bad_entries = 0;  // without a usable location
};

class SitemapReader {
 public:
  using Sink = std::function<void(SitemapEntry entry)>;
  // `url` is where the sitemap was found; `content_type` the header's whole value, may be empty.
  SitemapReader(const Url& url, std::string_view content_type, Sink sink, const SitemapLimits& limits = {});
  ~SitemapReader();
  SitemapReader(const SitemapReader&) = delete;
  SitemapReader& operator=(const SitemapReader&) = delete;

  // False when nothing more is wanted.
  bool Feed(std::string_view bytes);
  // Known when an entry is handed on.
  SitemapType type() const;
  // Once, after the last byte.
  SitemapEnd Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinneret
