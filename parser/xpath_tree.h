// XPathTree: a PageTree as a document of libxml2, for reading alone. Its nodes lie in a few arrays, so that making and
// leaving one is a pass and no libxml2 function may change or free them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "parser/page_tree.h"

extern "C" {
struct _xmlDoc;
struct _xmlNode;
}

namespace spinneret::internal {

class XPathTree {
 public:
  static constexpr std::size_t kMaxNodes = 200'000;  // and attributes
  static constexpr std::uint64_t kMaxStringBytes = std::uint64_t{256} << 20U;

  // Where a node stands. Attributes come after their element, and before what is in it.
  struct Place {
    NodeIndex node = 0;      // an element or text, or an attribute's element; 0 for the document
    std::uint32_t part = 0;  // 0 the document, 1 the node itself, from 2 on an attribute
    auto operator<=>(const Place&) const = default;
  };

  XPathTree();
  ~XPathTree();
  XPathTree(const XPathTree&) = delete;
  XPathTree& operator=(const XPathTree&) = delete;

  // False, and no tree, for one without a node or over a limit.
  bool Build(const PageTree& page);
  void Clear();
  // Fills the table that id() looks at; the first element of an id has it.
  void AddIds();

  // The same object for every page.
  _xmlDoc* document();
  _xmlNode* NodeOf(NodeIndex element);
  Place PlaceOf(const _xmlNode* node) const;
  // How long the node's string-value is.
  std::size_t StringBytes(const _xmlNode* node) const;
  // Nodes and attributes.
  std::size_t size() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace spinneret::internal
