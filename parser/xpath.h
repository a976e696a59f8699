// XPath 1.0 expressions, compiled once and evaluated on any number of pages by libxml2, on a tree of its kind that is
// made from a PageTree. docs/selectors.md says what names mean on a page.
//
//   Result<XPath> cell = XPath::Compile("//th[. = 'Weight']/following-sibling::td");
//   XPathEngine engine;
//   engine.SetPage(&page.tree());
//   XPathFinds finds = engine.Find(*cell);
//
// Names      HTML elements in lower case, SVG's and MathML's as they are written, all without a namespace; attributes
//            likewise, with the prefixes xml and xlink where the page's are in these. Texts next to each other are one.
// Functions  those of XPath 1.0. id() looks at id attributes, lang() at what HTML says of language. There are no
//            variables and no others.
// Errors     an expression that cannot be read, names a function that there is not, or gives it too many or too few
//            arguments, is kInvalidArgument, and its message begins with "column N: ", in characters from 1. Types that
//            do not fit are found when they are met: such an expression finds nothing.
// Limits     16 KiB of expression, brackets 64 deep. A page of more than 200,000 nodes and attributes, or whose texts,
//            counted once for each element around them, are over 256 MiB, is not looked at. An evaluation has a number of
//            operations that grows with the page, and is smaller for each node of a large one, because libxml2's sets
//            cost in proportion to their squares; a page has ten times that. What would take more finds nothing, and
//            says so. libxml2 prints nothing, and loads nothing.
// Thread     an XPath is immutable and may be shared; an engine belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "parser/page_tree.h"

namespace spinneret {

namespace internal {
struct CheckedXPath;
}

class XPath {
 public:
  static Result<XPath> Compile(std::string_view text);

  // As it was written.
  const std::string& text() const;
  // False when it gives a text, a number or a truth, or ends in attributes or texts: then it never finds an element.
  bool may_find_elements() const;

 private:
  friend class XPathEngine;
  explicit XPath(std::shared_ptr<const internal::CheckedXPath> checked) : checked_(std::move(checked)) {}

  std::shared_ptr<const internal::CheckedXPath> checked_;
};

// An element of the page, or a value: an attribute's, a text node's, or what the whole expression comes to.
struct XPathFind {
  NodeIndex element = kNoNode;
  std::string text;        // where there is no element; numbers as XPath writes them, "true" and "false"
  bool is_number = false;  // of XPath's number type, so that a "." in it is a decimal point; never NaN
};

struct XPathFinds {
  std::vector<XPathFind> finds;  // nodes in document order
  bool too_much_work = false;    // a limit was met; `finds` is empty
};

class XPathEngine {
 public:
  XPathEngine();
  ~XPathEngine();
  XPathEngine(XPathEngine&&) noexcept;
  XPathEngine& operator=(XPathEngine&&) noexcept;

  // The tree must outlive the engine's use of it, and not be built anew meanwhile; null for none. What it costs is paid
  // by the first Find().
  void SetPage(const PageTree* tree);

  // `scope`, an element, is the expression's context node. "//x" starts at the page all the same, ".//x" at `scope`.
  XPathFinds Find(const XPath& xpath, NodeIndex scope = 0);
  // The elements alone.
  std::vector<NodeIndex> Elements(const XPath& xpath, NodeIndex scope = 0);

  // How many evaluations of this page have met a limit.
  std::uint32_t stopped() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinneret
