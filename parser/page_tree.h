// PageTree: the elements and texts of one page as an array in document order, made from gumbo's tree in one pass.
// Selectors, structured data and tables read this: what is inside an element is a range, an ancestor, a sibling or a
// child's position is one look-up, and nothing recurses however deep a page nests.
//
// What is in it  elements and text. Not comments, and not what is inside <template>, which is no part of the page until
//                a script says so (HTML standard §4.12.3).
// Ownership      looks into the document it was built from, which must outlive it and not be parsed anew. All text and
//                all attribute values are well-formed UTF-8.
// Thread         const members may be used by several threads, the lazy ones (LazyTables) excepted: one at a time.
// Cost           linear in the tree; about 100 bytes for each node. Memory is kept between pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html_outline.h"

extern "C" {
struct GumboInternalNode;
}

namespace spinneret {

namespace internal {
class HtmlDocument;
}

// A place in the array. Elements and texts are counted alike, from 0, the root element.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = static_cast<NodeIndex>(-1);

enum class ElementSpace : std::uint8_t { kHtml, kSvg, kMathMl };
enum class AttributeSpace : std::uint8_t { kNone, kXlink, kXml, kXmlns };

struct TreeAttribute {
  std::string_view name;  // local; lower case, but for what SVG and MathML write otherwise
  std::string_view value;
  AttributeSpace space = AttributeSpace::kNone;
};

// What of an element's ancestors is quick to ask: one bit for each tag name, class and id above it, hashed. A clear
// bit is a no.
struct AncestorFilter {
  std::uint64_t bits[2] = {0, 0};

  void Add(std::uint64_t hash) { bits[hash & 1U] |= std::uint64_t{1} << ((hash >> 1U) & 63U); }
  bool MayHold(const AncestorFilter& wanted) const {
    return (bits[0] & wanted.bits[0]) == wanted.bits[0] && (bits[1] & wanted.bits[1]) == wanted.bits[1];
  }
};

class PageTree {
 public:
  // An element's, of the same tag name and namespace, among its siblings.
  struct TypePosition {
    std::uint32_t from_start = 1;
    std::uint32_t from_end = 1;
  };

  struct ClassName {
    std::string_view name;
    std::uint64_t hash = 0;  // HashOf(name)
  };

  // Of a name in lower case, so that it serves where case counts and where it does not.
  static std::uint64_t HashOf(std::string_view name);
  static std::uint64_t HashOfTag(internal::TagKey key);
  static std::uint64_t HashOfId(std::string_view id);

  // Reads the document anew. One that was never parsed gives an empty tree.
  void Build(const internal::HtmlDocument& document);

  // Nodes are 0 … size() - 1.
  NodeIndex size() const { return static_cast<NodeIndex>(nodes_.size()); }
  bool is_quirky() const { return quirky_; }

  bool IsElement(NodeIndex node) const { return nodes_[node].kind == Kind::kElement; }
  // Of a text node.
  std::string_view text(NodeIndex node) const { return nodes_[node].text; }

  // The element that holds it; kNoNode for the root.
  NodeIndex parent(NodeIndex node) const { return nodes_[node].parent; }
  // One past its last descendant. `node + 1 … end(node) - 1` are its descendants in document order; the first of them
  // is its first child, and end() of a child is the next child.
  NodeIndex end(NodeIndex node) const { return nodes_[node].end; }
  // The sibling elements next to an element, or kNoNode.
  NodeIndex previous_element(NodeIndex node) const { return nodes_[node].previous; }
  // Among its sibling elements, from 1.
  std::uint32_t position(NodeIndex node) const { return nodes_[node].position; }
  std::uint32_t position_from_end(NodeIndex node) const {
    const NodeIndex above = nodes_[node].parent;
    return above == kNoNode ? 1 : nodes_[above].element_children + 1 - nodes_[node].position;
  }
  std::uint32_t element_children(NodeIndex node) const { return nodes_[node].element_children; }
  // True when an element has no child at all but empty text.
  bool IsEmpty(NodeIndex node) const { return nodes_[node].end == node + 1; }
  bool IsWithin(NodeIndex node, NodeIndex ancestor_or_self) const {
    return node >= ancestor_or_self && node < nodes_[ancestor_or_self].end;
  }

  // Local name: "div", "foreignObject".
  std::string_view name(NodeIndex node) const { return nodes_[node].text; }
  internal::TagKey name_key(NodeIndex node) const { return nodes_[node].key; }
  ElementSpace space(NodeIndex node) const { return nodes_[node].space; }
  // True for the HTML element of that name; `key` is KeyOfTag of it. For names of up to eight letters.
  bool Is(NodeIndex node, internal::TagKey key) const {
    return nodes_[node].key == key && nodes_[node].kind == Kind::kElement && nodes_[node].space == ElementSpace::kHtml;
  }

  std::span<const TreeAttribute> attributes(NodeIndex node) const {
    return {attributes_.data() + nodes_[node].attributes, nodes_[node].attribute_count};
  }
  // The attribute without a namespace of that name, which is written in lower case; null when there is none.
  const std::string_view* FindAttribute(NodeIndex node, std::string_view name) const;
  // Its value, or empty.
  std::string_view AttributeOr(NodeIndex node, std::string_view name) const {
    const std::string_view* const found = FindAttribute(node, name);
    return found == nullptr ? std::string_view() : *found;
  }
  std::span<const ClassName> classes(NodeIndex node) const {
    return {classes_.data() + nodes_[node].classes, nodes_[node].class_count};
  }
  const AncestorFilter& ancestors(NodeIndex node) const { return ancestors_[node]; }

  // All text in it, script and style included, as it is; at most `limit` bytes.
  std::string TextContent(NodeIndex node, std::size_t limit = static_cast<std::size_t>(-1)) const;
  // The same with white space collapsed, cut on a character.
  std::string CollapsedText(NodeIndex node, std::size_t limit) const;
  // The element's content as HTML (HTML standard §13.3, serialising fragments), comments and templates included.
  // Stops soon after `limit` bytes.
  std::string InnerHtml(NodeIndex node, std::size_t limit) const;

  // --- LazyTables: made when first asked for, each in one pass ---

  TypePosition type_position(NodeIndex node) const;
  // The language of an element's content as its page says (HTML standard §3.2.6.2); empty when unknown.
  std::string_view language(NodeIndex node) const;
  // Whether an <option> is selected when the page has loaded (§4.10.7, selectedness setting algorithm).
  bool is_selected_option(NodeIndex node) const;
  // Whether a form control, or what groups them, is disabled (§4.16.3).
  bool is_disabled(NodeIndex node) const;

 private:
  enum class Kind : std::uint8_t { kElement, kText };
  struct Node {
    const GumboInternalNode* node = nullptr;
    std::string_view text;  // or an element's name
    internal::TagKey key = 0;
    NodeIndex parent = kNoNode;
    NodeIndex end = 0;
    NodeIndex previous = kNoNode;
    std::uint32_t position = 0;
    std::uint32_t element_children = 0;
    std::uint32_t attributes = 0;
    std::uint32_t attribute_count = 0;
    std::uint32_t classes = 0;
    std::uint32_t class_count = 0;
    Kind kind = Kind::kText;
    ElementSpace space = ElementSpace::kHtml;
  };

  void AddElement(const GumboInternalNode* node, NodeIndex above);
  void AddText(const GumboInternalNode* node, NodeIndex above);
  void AddAttributes(const GumboInternalNode* node, Node& made);
  std::string_view Utf8(const char* text);
  std::string_view Kept(std::string text);
  void MakeTypePositions() const;
  void MakeLanguages() const;
  void MakeSelectedOptions() const;
  void ChooseOption(NodeIndex select) const;

  std::vector<Node> nodes_;
  std::vector<AncestorFilter> ancestors_;
  std::vector<NodeIndex> last_child_;  // while building: the last element child of each element
  std::vector<TreeAttribute> attributes_;
  std::vector<ClassName> classes_;
  std::deque<std::string> kept_;  // text that gumbo has not, or not well-formed
  bool quirky_ = false;

  mutable std::vector<TypePosition> type_positions_;
  mutable std::vector<std::string_view> languages_;
  mutable std::vector<bool> selected_options_;
};

}  // namespace spinneret
