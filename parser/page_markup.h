// PageMarkup: the elements by which a page speaks to programs, as written: <meta>, <link rel=alternate>, JSON-LD scripts.
//
// Source     a scan (page_scan.h) or a tree; both give the same.
// Ownership  owns everything it holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/page_tree.h"

namespace spinneret {

struct PageMarkup {
  struct Meta {  // one with content
    std::string name;
    std::string property;
    std::string content;

    bool operator==(const Meta&) const = default;
  };
  struct Alternate {
    std::string rel;
    std::string href;
    std::string type;
    std::string hreflang;
    std::string title;

    bool operator==(const Alternate&) const = default;
  };
  // Each in document order.
  std::vector<Meta> metas;
  std::vector<Alternate> alternates;
  std::vector<std::string> json_ld;  // the scripts' text, at most kLenientJsonBytes + 1 of each

  bool operator==(const PageMarkup&) const = default;
  void Clear();
};

// Whether a script of this type is JSON-LD.
bool IsJsonLdType(std::string_view type);

PageMarkup MarkupOf(const PageTree& tree);

}  // namespace spinneret
