// PageScan: a page's contents and its markup, read in one pass over its tokens, without a tree.
//
// Input      valid UTF-8.
// Thread     one at a time. Scratch memory is kept between pages.
// Ownership  what is read owns everything it holds.
#pragma once

#include <memory>
#include <string_view>

#include "parser/page_markup.h"
#include "parser/page_reader.h"

namespace spinneret {

namespace internal {
class HtmlScanner;
}  // namespace internal

class PageScan {
 public:
  explicit PageScan(const ReadLimits& limits = {});
  ~PageScan();
  PageScan(const PageScan&) = delete;
  PageScan& operator=(const PageScan&) = delete;

  // False when only a tree can tell; what was read is then of no use.
  bool Read(std::string_view html, PageContents& contents, PageMarkup& markup);

 private:
  std::unique_ptr<internal::HtmlScanner> scanner_;
};

}  // namespace spinneret
