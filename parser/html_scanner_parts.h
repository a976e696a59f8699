// For the files of HtmlScanner: the names it knows, and what it asks of text.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "parser/html_entities.h"
#include "parser/html_tags.h"
#include "parser/html_text.h"

namespace spinneret::internal {

inline constexpr TagKey kA = KeyOfTag("a");
inline constexpr TagKey kBr = KeyOfTag("br");
inline constexpr TagKey kButton = KeyOfTag("button");
inline constexpr TagKey kCaption = KeyOfTag("caption");
inline constexpr TagKey kForm = KeyOfTag("form");
inline constexpr TagKey kNoscript = KeyOfTag("noscript");
inline constexpr TagKey kP = KeyOfTag("p");
inline constexpr TagKey kTable = KeyOfTag("table");
inline constexpr TagKey kTd = KeyOfTag("td");
inline constexpr TagKey kTemplate = KeyOfTag("template");
inline constexpr TagKey kTh = KeyOfTag("th");
inline constexpr TagKey kTitle = KeyOfTag("title");

inline bool IsSection(TagKey tag) {
  return tag == KeyOfTag("tbody") || tag == KeyOfTag("thead") || tag == KeyOfTag("tfoot");
}
inline bool IsOutermost(TagKey tag) {
  return tag == KeyOfTag("html") || tag == KeyOfTag("head") || tag == KeyOfTag("body");
}

inline bool IsAllSpace(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsHtmlSpace);
}

// Whether a character reference in it may stand for white space, as &#32;, &Tab; and &NewLine; do.
inline bool MayHideSpace(std::string_view text) {
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    if (at + 1 < text.size() && (text[at + 1] == '#' || text[at + 1] == 'T' || text[at + 1] == 'N')) {
      return true;
    }
  }
  return false;
}

// An attribute's value.
inline std::string Decoded(std::string_view raw) {
  std::string text;
  AppendHtmlText(raw, Place::kAttribute, text);
  return text;
}

}  // namespace spinneret::internal
