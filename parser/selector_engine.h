// SelectorEngine: whether an element of one page matches a compiled selector.
//
// How        Right to left from the element, as browsers do: what has to be above it is asked of the page's ancestor
//            filter first, and a failure says how much of the search it settles (this element, its siblings, everything).
//            That is quick where selectors and pages are as people write them, but not bounded: `.missing ~ li` on a list
//            of n items looks n² times. So looks are counted, and a complex selector that has had its share of them is
//            worked out for all elements at once instead, from left to right, in as many passes over the page as it has
//            compounds. :has() and :nth-child(… of S) are worked out so from the start.
// Thread     one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "parser/page_tree.h"
#include "parser/selector_syntax.h"

namespace spinneret::internal {

class SelectorEngine {
 public:
  // Both must outlive the engine.
  SelectorEngine(const CompiledSelector& selector, const PageTree& tree)
      : tree_(tree), states_(selector.states), uses_scope_(selector.uses_scope) {}

  // What :scope is from now on.
  void SetScope(NodeIndex scope);
  bool Matches(const Complex& complex, NodeIndex element);

 private:
  enum class Outcome : std::uint8_t { kMatches, kFails, kFailsForSiblings, kFailsForAll, kOverBudget };
  using NodeSet = std::vector<bool>;

  // What was found for one complex selector, :has() or "of".
  struct State {
    std::uint64_t looks = 0;
    std::unique_ptr<NodeSet> set;
    // Of "of": each element's number among its siblings that match, and how many there are, by parent (the last entry
    // is the root's).
    std::vector<std::uint32_t> numbers;
    std::vector<std::uint32_t> totals;
  };

  Outcome Walk(const Complex& complex, std::size_t at, NodeIndex element, State& state);
  bool MatchesCompound(const Compound& compound, NodeIndex element);
  bool MatchesSimple(const Simple& simple, NodeIndex element);
  bool MatchesAny(const SelectorList& list, NodeIndex element);
  bool MatchesNth(const Simple& simple, NodeIndex element);

  NodeSet Find(const Complex& complex);
  // The elements that `element combinator X` can start from, for X in `targets`.
  NodeSet Lead(Combinator combinator, const NodeSet& targets) const;
  const NodeSet& Anchors(const Simple& has);
  void Number(const Simple& nth, State& state);
  std::size_t SlotOf(NodeIndex element) const;

  const PageTree& tree_;
  std::vector<State> states_;
  const bool uses_scope_;
  NodeIndex scope_ = 0;
};

}  // namespace spinneret::internal
