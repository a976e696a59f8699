// What libxml2 says of an XPath expression only when it is evaluated, or not with its place: unknown functions, numbers
// of arguments, variables, prefixes, brackets and quotes that are left open. Its grammar is left to libxml2.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret::internal {

struct XPathMistake {
  std::size_t at = 0;  // byte
  std::string message;
};

struct XPathTraits {
  bool uses_id = false;               // calls id()
  bool ends_beside_elements = false;  // its last step is an attribute or text()
};

std::optional<XPathMistake> CheckXPath(std::string_view text, XPathTraits& traits);

}  // namespace spinneret::internal
