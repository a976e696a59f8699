// How much of a page may be given to the tree builder. gumbo is a faithful HTML5 tree builder, and HTML5 has corners
// where the work is not in proportion to the bytes: very deep trees, tags with very many attributes, formatting
// elements that are made anew in every block, misnested tags that move long lists of children. One pass over the bytes
// follows the tokenizer of the HTML standard (§13.2.5) and an outline of its stack of open elements (§13.2.4.2), and
// says where to stop.
//
// Errors   none. The outline is an estimate: it may be off on broken markup, and is kept from falling far below the
//          truth.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/html_outline.h"
#include "parser/page_reader.h"

namespace spinneret::internal {

enum class RawText {
  kKeep,
  kDrop,  // scripts, styles and comments are left empty: they are half of many pages, and the tree builder's slowest
          // food
};

struct BoundedHtml {
  std::string_view html;  // into the input, or into `scratch` when something was dropped
  std::string_view cut;   // as PageContents::cut, "" when the whole page may be read
};

// `outline` and `scratch` are overwritten; they keep their memory between pages.
BoundedHtml BoundHtml(std::string_view html, const ReadLimits& limits, RawText raw_text, HtmlOutline& outline,
                      std::string& scratch);

}  // namespace spinneret::internal
