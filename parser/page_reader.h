// PageReader: what a crawl wants from an HTML page, read from its bytes. There are two: one that builds gumbo's tree,
// and a scan over the page's tokens that is many times faster, says the same, and knows where only a tree can tell.
//
// Thread     one reader per thread; scratch memory is kept between pages.
// Input      UTF-8. Bounds are checked before a tree is built (ReadLimits); over a bound the page is read as far as it
//            can be (`cut` says why).
// Ownership  PageContents owns everything it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace spinneret {

// kRecipe: not an element, but what a recipe wants followed.
enum class LinkTag : std::uint8_t { kA, kArea, kIframe, kFrame, kLink, kRecipe };

// "a", "area", "iframe", "frame", "link".
std::string_view LinkTagName(LinkTag tag);

struct RawLink {
  LinkTag tag = LinkTag::kA;
  std::string href;  // as written, entities decoded, not resolved
  std::string rel;   // as written, white space collapsed, lower case
  std::string text;  // text content, white space collapsed and trimmed, at most ReadLimits::link_text_bytes (cut on a
                     // character)
};

struct ReadLimits {
  std::size_t max_bytes = 16U << 20U;        // of HTML handed to the tree builder
  std::size_t max_depth = 512;               // estimated nesting
  std::size_t max_attributes = 1024;         // of one tag
  std::size_t max_links = 200'000;           // of one page
  std::size_t max_tree_bytes = 512U << 20U;  // of memory for the tree; more is "work"
  std::size_t link_text_bytes = 1024;
  std::size_t field_bytes = 4096;  // title, description, h1 …
};

struct PageContents {
  std::string title;           // first <title> outside svg, white space collapsed
  std::string description;     // <meta name=description>
  std::string h1;              // first <h1>, white space collapsed
  std::string lang;            // <html lang>
  std::string canonical;       // <link rel=canonical href>, as written
  std::string robots;          // <meta name=robots> contents, lower case, joined with ", "
  std::string refresh;         // content of the first <meta http-equiv=refresh> that asks for one (parser/refresh.h)
  std::string base_href;       // first <base href>, as written; empty when there is none
  std::vector<RawLink> links;  // document order, repeats kept; a, area, iframe, frame (src) and link
  std::uint32_t word_count =
      0;  // words between white space (and control characters) in the text of <body>, without script, style, noscript, template
  std::string_view cut;  // "" | "bytes" | "depth" | "attributes" | "work" | "links": the bound that was met first
  bool by_tree = false;  // read from a tree, because one was wanted or only a tree could tell

  void Clear();
  // What a <meta> with these attributes says, character references decoded.
  void AddMeta(std::string_view name, std::string_view http_equiv, std::string_view content, const ReadLimits& limits);
};

class PageReader {
 public:
  virtual ~PageReader() = default;
  // `contents` is cleared first.
  virtual void Read(std::string_view html, PageContents& contents) = 0;
};

// Scans, and builds a tree where only a tree can tell. The scan wants valid UTF-8, and has no need of the bounds that
// keep a tree from being too large: depth, attributes, work.
std::unique_ptr<PageReader> MakePageReader(const ReadLimits& limits = {});

// The reader on gumbo's tree alone (HTML5 tree construction, in an arena). Any bytes.
std::unique_ptr<PageReader> MakeGumboPageReader(const ReadLimits& limits = {});

}  // namespace spinneret
