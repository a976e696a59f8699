// Content as plain text: each block is a line, each item of a list a line, each row of a data table a line of cells
// between tabs, each line of code the line it was. White space is collapsed everywhere else.
//
// Output   UTF-8 as good as the tree's (readable_text repairs it), no empty lines except in code, none at the ends.
// Cost     linear in the content.
// Errors   none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/content_tree.h"

namespace spinneret::internal {

// `out` is overwritten.
void WritePlainText(const ContentTree& tree, const std::vector<std::uint32_t>& roots, std::string& out);

}  // namespace spinneret::internal
