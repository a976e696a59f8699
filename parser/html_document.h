// HtmlDocument: the HTML5 tree of one page, built by gumbo in an arena that is kept between pages.
//
// Input      UTF-8, any bytes. What may be read is bounded first (html_bounds.h), and the memory of the tree while it
//            is built; where that is not enough, or gumbo gives up on the page, it is read as far as a few trials find
//            that it can be.
// Ownership  The tree lives until the next Parse() or the end of the document. It looks into the bytes it was made from
//            for `original_…` fields alone; all text and attribute values are its own.
// Thread     one thread at a time.
// Errors     none: every byte string has a tree.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "parser/html_bounds.h"
#include "parser/html_outline.h"
#include "parser/page_reader.h"

extern "C" {
struct GumboInternalNode;
}

namespace spinneret::internal {

class Arena;

class HtmlDocument {
 public:
  HtmlDocument();
  ~HtmlDocument();
  HtmlDocument(const HtmlDocument&) = delete;
  HtmlDocument& operator=(const HtmlDocument&) = delete;

  // The bound that was met, as PageContents::cut. `html` must live as long as the tree is looked at.
  std::string_view Parse(std::string_view html, const ReadLimits& limits, RawText raw_text);

  // The document node; null before the first Parse(). Its depth is bounded by the limits only roughly: walk it with a
  // stack of your own.
  const GumboInternalNode* root() const { return root_; }

  // Bytes of the arena, which stay until the document ends.
  std::size_t memory() const;

 private:
  enum class Built { kWhole, kOverBudget, kFailed };
  Built Build(std::string_view html, std::size_t max_tree_bytes);

  std::unique_ptr<Arena> arena_;
  HtmlOutline outline_;
  std::string scratch_;
  const GumboInternalNode* root_ = nullptr;
};

}  // namespace spinneret::internal
