// What libxml2 says of an XPath expression only when it is evaluated, or not with its place: unknown functions, numbers
// of arguments, variables, prefixes, brackets and quotes that are left open. Its grammar is left to libxml2.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::internal {

struct XPathMistake {
  std::size_t at = 0;  // byte
  std::string message;
};

// A part of a path, which is evaluated on each node that the part before it found.
struct XPathPart {
  std::string text;
  bool descends = false;  // its results for a node are among those for a node around it
};

struct XPathTraits {
  bool uses_id = false;               // calls id()
  bool ends_beside_elements = false;  // its last step is an attribute or text()
  // The expression as paths whose results are put together, each cut where a step could find the same node from several:
  // there libxml2 compares each find with all the others. Empty when it needs no cut, or is not made of paths alone.
  std::vector<std::vector<XPathPart>> paths;
};

std::optional<XPathMistake> CheckXPath(std::string_view text, XPathTraits& traits);

}  // namespace spinneret::internal
