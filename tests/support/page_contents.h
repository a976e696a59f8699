// Two readings of one page beside each other.
#pragma once

#include <string>

#include "parser/page_markup.h"
#include "parser/page_reader.h"

namespace spinneret::testing {

// The first field in which they differ, with both values; empty when they say the same.
inline std::string DifferenceOf(const PageContents& a, const PageContents& b) {
  const auto fields = {std::pair{"title", &PageContents::title},
                       {"description", &PageContents::description},
                       {"h1", &PageContents::h1},
                       {"lang", &PageContents::lang},
                       {"canonical", &PageContents::canonical},
                       {"robots", &PageContents::robots},
                       {"refresh", &PageContents::refresh},
                       {"base_href", &PageContents::base_href}};
  for (const auto& [name, field] : fields) {
    if (a.*field != b.*field) {
      return std::string(name) + " '" + a.*field + "' and '" + b.*field + "'";
    }
  }
  for (std::size_t i = 0; i < std::max(a.links.size(), b.links.size()); ++i) {
    const auto text = [i](const PageContents& page) {
      if (i >= page.links.size()) {
        return std::string("none");
      }
      const RawLink& link = page.links[i];
      return std::string(LinkTagName(link.tag)) + " '" + link.href + "' rel '" + link.rel + "' text '" + link.text +
             "'";
    };
    if (text(a) != text(b)) {
      return "link " + std::to_string(i) + ": " + text(a) + " and " + text(b);
    }
  }
  return {};
}

inline std::string DifferenceOf(const PageMarkup& a, const PageMarkup& b) {
  const auto shown = [](const PageMarkup& markup) {
    std::string out;
    for (const PageMarkup::Meta& meta : markup.metas) {
      out += "meta '" + meta.name + "' '" + meta.property + "' '" + meta.content + "'; ";
    }
    for (const PageMarkup::Alternate& link : markup.alternates) {
      out += "link '" + link.rel + "' '" + link.href + "' '" + link.type + "' '" + link.hreflang + "' '" + link.title +
             "'; ";
    }
    for (const std::string& script : markup.json_ld) {
      out += "script '" + script + "'; ";
    }
    return out;
  };
  return a == b ? std::string() : shown(a) + "and " + shown(b);
}

}  // namespace spinneret::testing
