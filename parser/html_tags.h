// Names of HTML elements as numbers, and the groups of them that the rules for tree construction speak of.
//
// Source   HTML standard §13.1.2 (void elements), §13.2.4 (special, formatting), §13.2.6 (tree construction), as gumbo
//          has them.
// Thread   constants and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/html_text.h"

namespace spinneret::internal {

// A tag name of up to eight letters as a number, in lower case; longer names are hashed, with the highest bit set.
using TagKey = std::uint64_t;

constexpr TagKey KeyOfTag(std::string_view name) {
  TagKey key = 0;
  if (name.size() <= 8) {
    for (const char c : name) {
      key = (key << 8U) | static_cast<unsigned char>(LowerAscii(c));
    }
    return key & ~(TagKey{1} << 63U);
  }
  key = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : name) {
    key = (key ^ static_cast<unsigned char>(LowerAscii(c))) * 0x100000001B3U;
  }
  return key | (TagKey{1} << 63U);
}

// A small set of names that is looked up with one multiplication in the common case: nothing found.
template <std::size_t N>
class TagSet {
 public:
  constexpr explicit TagSet(const std::string_view (&names)[N]) {
    for (const std::string_view name : names) {
      std::size_t slot = SlotOf(KeyOfTag(name));
      while (slots_[slot] != 0) {
        slot = (slot + 1) % kSlots;
      }
      slots_[slot] = KeyOfTag(name);
    }
  }
  // The keys, and zeros between them.
  constexpr const TagKey* begin() const { return slots_; }
  constexpr const TagKey* end() const { return slots_ + kSlots; }

  constexpr bool Has(TagKey tag) const {
    for (std::size_t slot = SlotOf(tag); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (slots_[slot] == tag) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kSlots = 256;
  static_assert(N * 2 < kSlots);
  static constexpr std::size_t SlotOf(TagKey tag) {
    return static_cast<std::size_t>((tag * 0x9E3779B97F4A7C15U) >> 56U);
  }
  TagKey slots_[kSlots] = {};
};

inline constexpr TagSet kVoidTags({"area",   "base",  "basefont", "bgsound", "br",     "col",     "command",
                                   "embed",  "frame", "hr",       "image",   "img",    "isindex", "input",
                                   "keygen", "link",  "meta",     "param",   "source", "track",   "wbr"});
inline constexpr TagSet kFormattingTags({"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike",
                                         "strong", "tt", "u"});
// Start tags that close an open <p>.
inline constexpr TagSet kClosesParagraphTags(
    {"address",    "article", "aside",  "blockquote", "center", "details",   "dir",  "div",     "dl",    "fieldset",
     "figcaption", "figure",  "footer", "header",     "hgroup", "main",      "menu", "nav",     "ol",    "p",
     "section",    "summary", "ul",     "h1",         "h2",     "h3",        "h4",   "h5",      "h6",    "pre",
     "listing",    "form",    "li",     "dd",         "dt",     "plaintext", "hr",   "isindex", "table", "xmp"});
// Where a look for an open <li>, <dd> or <dt> ends, and what counts as a block to the adoption agency ("special").
inline constexpr TagSet kSpecialTags({"address",
                                      "applet",
                                      "article",
                                      "aside",
                                      "blockquote",
                                      "body",
                                      "button",
                                      "caption",
                                      "center",
                                      "colgroup",
                                      "dd",
                                      "details",
                                      "dir",
                                      "div",
                                      "dl",
                                      "dt",
                                      "fieldset",
                                      "figcaption",
                                      "figure",
                                      "footer",
                                      "form",
                                      "frameset",
                                      "h1",
                                      "h2",
                                      "h3",
                                      "h4",
                                      "h5",
                                      "h6",
                                      "head",
                                      "header",
                                      "hgroup",
                                      "html",
                                      "iframe",
                                      "li",
                                      "listing",
                                      "main",
                                      "marquee",
                                      "menu",
                                      "nav",
                                      "noembed",
                                      "noframes",
                                      "noscript",
                                      "object",
                                      "ol",
                                      "p",
                                      "plaintext",
                                      "pre",
                                      "script",
                                      "section",
                                      "select",
                                      "style",
                                      "summary",
                                      "table",
                                      "tbody",
                                      "td",
                                      "template",
                                      "textarea",
                                      "tfoot",
                                      "th",
                                      "thead",
                                      "title",
                                      "tr",
                                      "ul",
                                      "xmp",
                                      "svg",
                                      "math",
                                      "foreignobject",
                                      "desc"});
inline constexpr TagSet kTablePartsTags({"caption", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"});
inline constexpr TagSet kHeadingsTags({"h1", "h2", "h3", "h4", "h5", "h6"});
// Tags that end SVG and MathML content.
inline constexpr TagSet kBreaksOutTags({"b",       "big",   "blockquote", "body",   "br",     "center", "code", "dd",
                                        "div",     "dl",    "dt",         "em",     "embed",  "h1",     "h2",   "h3",
                                        "h4",      "h5",    "h6",         "head",   "hr",     "i",      "img",  "li",
                                        "listing", "menu",  "meta",       "nobr",   "ol",     "p",      "pre",  "ruby",
                                        "s",       "small", "span",       "strong", "strike", "sub",    "sup",  "table",
                                        "tt",      "u",     "ul",         "var"});

}  // namespace spinneret::internal
