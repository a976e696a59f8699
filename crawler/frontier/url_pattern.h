// UrlPattern: a regular expression of the user's that is searched anywhere in a URL.
//
// Thread   one; a pattern is compiled once and matches as often as wanted.
// Errors   Make says which option it was, the pattern, and what is wrong with it.
// Limits   RE2's: time grows with the URL's length alone, and a compiled pattern takes at most 8 MB.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace spinneret {

class UrlPattern {
 public:
  // `option`: what the user gave it as, such as "--exclude".
  static Result<UrlPattern> Make(std::string_view option, const std::string& text);
  UrlPattern(UrlPattern&&) noexcept;
  UrlPattern& operator=(UrlPattern&&) noexcept;
  ~UrlPattern();

  bool Matches(std::string_view href) const;
  // Stays where it is when the pattern is moved.
  const std::string& text() const;

 private:
  explicit UrlPattern(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace spinneret
