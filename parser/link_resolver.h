// From the links of a page as written to absolute http(s) URLs.
//
// Source    HTML standard, "set the frozen base URL" (§4.2.3): a <base href> that does not parse, or whose scheme is
//           data or javascript, is as if it were not there.
// Kept      http and https targets only, in document order, repeats kept, without fragment, user name and password.
// Limits    at most kLinkSetBytes of text in one LinkSet; links beyond it are left out and `cut()` says so.
// Errors    none: an href that is not a URL is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/page_reader.h"
#include "parser/url.h"

namespace spinneret {

inline constexpr std::size_t kLinkSetBytes = 32U << 20U;

// One link. The views look into the LinkSet it came from, and hold until that is changed or moved.
struct ResolvedLink {
  LinkTag tag = LinkTag::kA;
  std::string_view href;  // absolute, WHATWG serialisation
  std::string_view host;  // Url::host_key_text() of it
  std::string_view rel;
  std::string_view text;
};

// The links of one page, packed into one string: a page has about sixty, and they are sent between threads.
// A value; moving it is cheap.
class LinkSet {
 public:
  class Iterator {
   public:
    using value_type = ResolvedLink;
    using difference_type = std::ptrdiff_t;

    ResolvedLink operator*() const { return (*set_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++index_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class LinkSet;
    Iterator(const LinkSet* set, std::size_t index) : set_(set), index_(index) {}
    const LinkSet* set_;
    std::size_t index_;
  };

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  ResolvedLink operator[](std::size_t index) const;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, entries_.size()}; }

  // True when a link was left out because the set was full.
  bool cut() const { return cut_; }

  // Keeps its memory.
  void Clear();
  // False, and nothing is added, when the set is full. The views may not look into this set.
  bool Add(const ResolvedLink& link);

 private:
  struct Entry {
    std::uint32_t at = 0;  // in text_: href, host, rel, text, one after another
    std::uint32_t href_size = 0;
    std::uint32_t host_size = 0;
    std::uint32_t rel_size = 0;
    std::uint32_t text_size = 0;
    LinkTag tag = LinkTag::kA;
  };
  std::string text_;
  std::vector<Entry> entries_;
  bool cut_ = false;
};

// The URL that relative ones on the page are resolved against.
Url DocumentBase(const PageContents& page, const Url& page_url);

// `out` is cleared first.
void ResolveLinks(const PageContents& page, const Url& page_url, LinkSet& out);

// `href` against `base`, without fragment and secrets, as one link of a page would be; empty when it is not an http(s)
// URL. For a single one: <link rel=canonical>.
std::string ResolveOne(std::string_view href, const Url& base);

}  // namespace spinneret
