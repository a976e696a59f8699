// The canonical key: two URLs with the same key are one URL to the crawl. docs/canonical_url.md.
//
// The key never changes what is requested. The default key is the WHATWG serialisation without fragment; CanonicalRules
// merge more, where the user knows that a site's server does not tell apart what they merge.
//
// Keys      are URLs in their serialised form, and each is its own key under the same rules. Rules apply to http and
//           https alone.
// Thread    values; a CanonicalRules that nobody changes may be used by any number of threads.
// Cost      default rules: none, the key is a view. Else linear in the URL, but for sorting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace spinneret {

// The default key. A view into `url.href()`, which must outlive it.
std::string_view CanonicalKey(const Url& url);

enum class TrailingSlash : std::uint8_t { kKeep, kIgnore };

// What a user asks for. A pattern is a parameter's name; `*` in it stands for any text, and "%XX" for one byte.
struct CanonicalOptions {
  std::vector<std::string> strip_params;  // these do not count
  std::vector<std::string> keep_params;   // only these count; empty: all do
  bool sort_params = false;               // their order does not count, but among those of one name it does
  TrailingSlash trailing_slash = TrailingSlash::kKeep;

  friend bool operator==(const CanonicalOptions&, const CanonicalOptions&) = default;
};

class CanonicalRules {
 public:
  // The default key.
  CanonicalRules() = default;
  explicit CanonicalRules(const CanonicalOptions& options);

  bool is_default() const { return !reads_query_ && !ignores_slash_; }

  // `href` is a serialised URL without fragment. The key looks into `href` where it is that, else into `scratch`.
  std::string_view KeyOf(std::string_view href, std::string& scratch) const {
    return is_default() ? href : Rewrite(href, scratch);
  }
  std::string_view KeyOf(const Url& url, std::string& scratch) const {
    return KeyOf(url.href_without_fragment(), scratch);
  }

 private:
  // A pattern cut at its stars, percent-decoded: at least one piece, none: no star.
  using Pattern = std::vector<std::string>;

  static std::vector<Pattern> Compile(const std::vector<std::string>& patterns);
  static bool AnyMatches(const std::vector<Pattern>& patterns, std::string_view name);
  bool Counts(std::string_view name) const;
  std::string_view Rewrite(std::string_view href, std::string& scratch) const;
  void AppendQuery(std::string_view query, std::string& out) const;

  std::vector<Pattern> strip_, keep_;
  bool sorts_ = false;
  bool reads_query_ = false;
  bool ignores_slash_ = false;
};

}  // namespace spinneret
