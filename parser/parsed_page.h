// ParsedPage: one page as a tree, for everything that is read from one: selectors, structured data, links.
//
// Input      UTF-8, any bytes, within ReadLimits; over a bound the page is read as far as it can be.
// Ownership  the tree lives until the next Parse() or the end of the page. `html` must live as long.
// Thread     one at a time. Memory is kept between pages.
// Errors     none: every byte string has a tree.
#pragma once

#include <memory>
#include <string_view>

#include "parser/page_reader.h"
#include "parser/page_tree.h"

namespace spinneret {

class ParsedPage {
 public:
  explicit ParsedPage(const ReadLimits& limits = {});
  ~ParsedPage();
  ParsedPage(const ParsedPage&) = delete;
  ParsedPage& operator=(const ParsedPage&) = delete;

  void Parse(std::string_view html);

  // Empty before the first Parse().
  const PageTree& tree() const { return tree_; }
  // What the tree is made from, for readers that walk it themselves.
  const internal::HtmlDocument& document() const { return *document_; }
  // The bound that was met, as PageContents::cut.
  std::string_view cut() const { return cut_; }
  // What a crawl reads of every page. `contents` is cleared first.
  void ReadContents(PageContents& contents) const;

 private:
  const ReadLimits limits_;
  std::unique_ptr<internal::HtmlDocument> document_;
  PageTree tree_;
  std::string_view cut_;
};

}  // namespace spinneret
