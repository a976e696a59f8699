// ReadableText: the main content of a page, without what stands around it, as plain text and as markdown.
// docs/readable_text.md says how it is found, and how well.
//
// Thread     one reader per thread; memory is kept between pages.
// Input      a document that was parsed, and the URL that its links are relative to (DocumentBase()).
// Output     valid UTF-8. `text`: lines; `markdown`: CommonMark with GitHub's tables, in which nothing that stands on
//            the page is read as markup.
// Cost       linear in the page: about a third of what building its tree costs.
// Errors     none: a page without text gives empty strings.
#pragma once

#include <string>

#include "parser/content_tree.h"
#include "parser/html_document.h"
#include "parser/main_content.h"
#include "parser/markdown.h"
#include "parser/url.h"

namespace spinneret::internal {

struct ReadableText {
  std::string text;      // blocks, items, rows and lines of code are lines; cells are set apart by tabs
  std::string markdown;  // ends with a line end where it is not empty
};

class ReadableTextReader {
 public:
  // `out` is overwritten.
  void Read(const HtmlDocument& document, const Url& base, ReadableText& out, Images images = Images::kNo);

 private:
  ContentTree tree_;
  MainContentFinder finder_;
  std::string scratch_;
};

}  // namespace spinneret::internal
