// SitemapElements: the entries of an XML sitemap or feed from its elements. For sitemap.cc.
//
// Works on element names without prefix, in lower case, and on where they stand; knows nothing of bytes and encodings.
// Thread   any one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/sitemap.h"

namespace spinneret::internal {

// "  \n\u00A0a b " → "a b": Unicode white space, and characters without width.
std::string_view TrimUnicode(std::string_view text);
// The entry of a location as written; nothing when it is no absolute http(s) URL and `base` (may be null) makes none of
// it.
std::optional<SitemapEntry> EntryOf(std::string_view written, const Url* base);

class SitemapElements {
 public:
  using Attribute = std::pair<std::string_view, std::string_view>;  // name as written, value
  // Returns whether more entries are wanted. `found` tells that an entry had no usable location when empty.
  using Sink = std::function<bool(std::optional<SitemapEntry> entry)>;

  SitemapElements(const Url& url, Sink sink) : url_(url), sink_(std::move(sink)) {}

  // False: the reading ends here, by an error or because the sink has enough.
  bool Start(std::string_view name, const std::vector<Attribute>& attributes);
  bool End();
  void Text(std::string_view text);
  // The document broke off: an entry whose location is complete counts.
  void BreakOff();

  SitemapType type() const { return type_; }
  bool complete() const { return complete_; }  // the root element has ended
  const std::string& error() const { return error_; }

 private:
  enum class Field : std::uint8_t {
    kNone,
    kLoc,
    kGuid,
    kLastmod,    // the date that says when it changed
    kOtherDate,  // one that stands in for it
    kChangefreq,
    kPriority,
    kImage,
    kCount,
  };

  Field FieldOf(std::string_view name) const;
  bool OpensEntry(std::string_view name) const;
  void TakeLink(const std::vector<Attribute>& attributes);
  bool EndField();
  bool EmitEntry();
  const Url& base() const { return bases_.empty() ? url_ : bases_.back().second; }
  std::string& Value(Field field) { return values_[static_cast<std::size_t>(field)]; }

  const Url url_;
  const Sink sink_;
  SitemapType type_ = SitemapType::kUnknown;
  bool complete_ = false;
  std::string error_;
  std::vector<std::string> open_;                   // names of the open elements
  std::vector<std::pair<std::size_t, Url>> bases_;  // xml:base, by the depth that set it
  std::size_t entry_depth_ = 0;                     // of the open entry; 0: none
  std::size_t field_depth_ = 0;                     // of the open field; 0: none
  Field field_ = Field::kNone;
  bool overlong_ = false;  // the open field's text is over its bound
  std::string text_;       // of the open field
  std::string own_text_;   // of the entry itself, outside of its elements
  std::string values_[static_cast<std::size_t>(Field::kCount)];
  std::string about_;           // rdf:about of an RSS 1.0 item
  std::string link_;            // href of a link element
  bool has_alternate_ = false;  // … whose rel says "alternate", or nothing
  std::vector<std::string> images_, alternates_;
};

}  // namespace spinneret::internal
