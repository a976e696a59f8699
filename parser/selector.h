// CSS selectors, compiled once and matched against any number of pages, with the scraper's pseudo-elements that say what
// of an element is wanted. docs/selectors.md lists what is supported.
//
//   Result<Selector> price = Selector::Compile(".price::text");
//   SelectorMatcher matcher(*price, tree);
//   FieldValues values = matcher.Values();
//
// Source     Selectors Level 3 (complete, as far as a document without a user can tell), and of Level 4: :is, :where,
//            :not() and :has() with lists, :nth-child(… of S), :any-link, the i and s flags, :lang() with ranges; HTML
//            standard §4.16 for what names and values mean in HTML. Case follows the page: classes and ids lose theirs in
//            quirks mode.
// Values     ::text gives each text node that is a child of the element; ::attr(name) the attribute of those that have
//            it; ::html the inner HTML; without one of them, the text content with white space collapsed. `X ::text`, with
//            a space and nothing before the colons, gives all text inside X in document order. In `a, b` the
//            pseudo-element belongs to each part.
// Departures What is not known in :is() and :where() is an error, where the standard forgives it: a selector that
//            silently finds nothing is no help. Prefixes html, svg, math, xlink and xml are declared.
// Errors     a selector that cannot be read is kInvalidArgument, and its message begins with "column N: ", counted in
//            characters from 1. Matching has no errors.
// Limits     64 KiB of selector, 1024 compounds, 16 levels of nesting. Matching is linear in the page, times the size of
//            the selector, whatever either holds.
// Thread     a Selector is immutable and may be shared; a matcher belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "parser/page_tree.h"

namespace spinneret {

namespace internal {
struct CompiledSelector;
class SelectorEngine;
}  // namespace internal

class Selector {
 public:
  static Result<Selector> Compile(std::string_view text);

  // As it was written.
  const std::string& text() const;
  // True when every part says by a pseudo-element what is wanted of its elements.
  bool has_pseudo_element() const;

 private:
  friend class SelectorMatcher;
  explicit Selector(std::shared_ptr<const internal::CompiledSelector> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const internal::CompiledSelector> compiled_;
};

// How much one Values() may gather.
struct ValueLimits {
  std::size_t values = 200'000;
  std::size_t bytes = 32U << 20U;
};

struct FieldValues {
  std::vector<std::string> values;
  bool cut = false;  // a limit was met
};

// One selector on one page. What it has found out about the page is kept from call to call.
class SelectorMatcher {
 public:
  // The tree must outlive the matcher, and not be built anew before its end.
  SelectorMatcher(const Selector& selector, const PageTree& tree);
  SelectorMatcher(SelectorMatcher&&) noexcept;
  SelectorMatcher& operator=(SelectorMatcher&&) noexcept;
  ~SelectorMatcher();

  // The elements that match among `scope` and what is inside it, in document order. `:scope` is `scope`; what is left
  // of a combinator may lie outside.
  std::vector<NodeIndex> Elements(NodeIndex scope = 0);
  bool Matches(NodeIndex element, NodeIndex scope = 0);
  FieldValues Values(NodeIndex scope = 0, const ValueLimits& limits = {});

 private:
  std::shared_ptr<const internal::CompiledSelector> compiled_;
  const PageTree* tree_;
  std::unique_ptr<internal::SelectorEngine> engine_;
};

}  // namespace spinneret
