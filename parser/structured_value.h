// What microdata and RDFa Lite share: the text or URL that an element stands for, and the account of what was gathered.
// For microdata.cc and rdfa_lite.cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/page_tree.h"
#include "parser/structured_data.h"
#include "parser/url.h"

namespace spinneret::internal {

// Counts values and bytes against the limits.
class StructuredBudget {
 public:
  explicit StructuredBudget(const StructuredLimits& limits) : limits_(limits) {}

  // False when it does not fit; then nothing fits any more.
  bool Take(std::size_t bytes) {
    bytes_ += bytes;
    spent_ = spent_ || ++values_ > limits_.values || bytes_ > limits_.bytes;
    return !spent_;
  }
  bool spent() const { return spent_; }
  // How much text one value may have.
  std::size_t room() const { return limits_.bytes - (bytes_ < limits_.bytes ? bytes_ : limits_.bytes) + 1; }
  std::size_t nesting() const { return limits_.nesting; }

 private:
  const StructuredLimits& limits_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  bool spent_ = false;
};

// `text` as an absolute URL, or empty.
std::string AbsoluteUrl(std::string_view text, const Url& base);

// The attribute that holds the URL an element stands for ("src" of an image, "href" of a link); empty when it stands
// for text.
std::string_view UrlAttributeOf(const PageTree& tree, NodeIndex node);

// Each token of a list.
std::vector<std::string> TokensOf(std::string_view list);

}  // namespace spinneret::internal
