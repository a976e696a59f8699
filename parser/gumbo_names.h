// Names and namespaces of gumbo's elements and attributes, as the HTML standard has them. Includes gumbo.h: for the
// files that read its tree.
#pragma once

#include <string>
#include <string_view>

#include <gumbo.h>

#include "parser/page_tree.h"

namespace spinneret::internal {

ElementSpace SpaceOf(const GumboElement& element);
AttributeSpace SpaceOf(const GumboAttribute& attribute);

// The local name. Static where gumbo knows it, else in `scratch`; it may then be other than UTF-8.
std::string_view NameOf(const GumboElement& element, std::string& scratch);

}  // namespace spinneret::internal
