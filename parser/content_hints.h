// What the names in an element's class, id, role and item properties hint at. For content_tree.
//
// Input    attribute values as the page has them, any bytes, the first 512 of each looked at.
// Method   a value is cut into lower-case words at everything that is no letter and at "camelCase" borders, and each
//          word is looked up whole: "header" is no "ad". Words of web frameworks and of everyday English names, never
//          names of sites.
// Errors   none.
#pragma once

#include <string_view>

#include "parser/content_tree.h"

namespace spinneret::internal {

Hint HintOfNames(std::string_view class_names, std::string_view id);
// kNone for roles that say nothing of this.
Hint HintOfRole(std::string_view role);

// True for the names that sites give to text for screen readers alone, as "skip to content".
bool IsForScreenReadersOnly(std::string_view class_names);

}  // namespace spinneret::internal
