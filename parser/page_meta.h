// What a page says about itself in <meta> and <link>: names, OpenGraph, Twitter cards, feeds, translations, and what it
// asks for besides links.
//
// Source    HTML standard §4.2.5 (meta), §4.6.7 (link types); ogp.me for the names of properties.
// Limits    kPageMetaItems of each kind; a value is cut at kPageMetaBytes.
// Thread    pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "parser/page_markup.h"
#include "parser/page_tree.h"
#include "parser/url.h"

namespace spinneret {

inline constexpr std::size_t kPageMetaItems = 10'000;
inline constexpr std::size_t kPageMetaBytes = 64U << 10U;

// A name with what was said under it, in the page's order.
using NamedValues = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct AlternateLink {
  std::string href;      // absolute
  std::string type;      // MIME type, lower case; empty when not said
  std::string hreflang;  // as written
  std::string title;
};

// Something that a browser would fetch to show the page.
struct PageResource {
  std::string href;  // absolute, http(s)
  std::string tag;   // "img", "script", "link" …
  std::string rel;   // of <link>, lower case
};

struct PageMeta {
  std::vector<std::pair<std::string, std::string>> names;  // <meta name>, in lower case; the first of each name
  NamedValues opengraph;             // <meta property> with a prefix, such as og:title; <meta name=og:…> as well
  NamedValues twitter;               // twitter:…, by name or by property
  std::vector<AlternateLink> feeds;  // <link rel=alternate> of a feed's type
  std::vector<AlternateLink> translations;  // <link rel=alternate hreflang>
};

// `base` is what relative URLs start from (DocumentBase of link_resolver.h).
PageMeta ReadPageMeta(const PageMarkup& markup, const Url& base);

// In document order, repeats kept.
std::vector<PageResource> ReadPageResources(const PageTree& tree, const Url& base);

}  // namespace spinneret
