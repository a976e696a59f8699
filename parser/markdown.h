// Content as markdown: CommonMark 0.31 with the tables of GitHub's. Headings, paragraphs, nested lists, links (absolute),
// inline code, fenced code with the language that the page names, block quotes, tables, emphasis, rules, and images
// where they are asked for.
//
// Hostile    text is never read as markup; no HTML is written; only http, https and mailto links are.
// Output     UTF-8 as good as the tree's (readable_text repairs it); blocks between empty lines, one "\n" at the end of
//            what is not empty.
// Limits     lists and quotes nest 16 deep at most, what is deeper stands at that depth; tables have up to 256 columns;
//            links beyond 16 MB of URLs in all are text; what would come behind 64 MB of markdown is left out.
// Cost       linear in the content, but for what a line's depth puts before it.
// Errors     none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/content_tree.h"
#include "parser/url.h"

namespace spinneret::internal {

enum class Images : std::uint8_t { kNo, kYes };

// `out` is overwritten.
void WriteMarkdown(const ContentTree& tree, const std::vector<std::uint32_t>& roots, const Url& base, Images images,
                   std::string& out);

}  // namespace spinneret::internal
