// What a crawl wants from a page, read from a tree that was built already: for a caller that wants more of the tree.
#pragma once

#include "parser/html_document.h"
#include "parser/page_reader.h"

namespace spinneret::internal {

// `document` must have been parsed. `contents` is cleared first; `cut` in it says only what this reading left out.
void ReadContents(const HtmlDocument& document, const ReadLimits& limits, PageContents& contents);

}  // namespace spinneret::internal
