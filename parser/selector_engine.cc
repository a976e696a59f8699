#include "parser/selector_engine.h"

#include <utility>

#include "parser/selector_simple.h"

namespace spinneret::internal {
namespace {

// How many looks a complex selector may take for each node of the page before it is worked out in passes.
constexpr std::uint64_t kLooksForEachNode = 16;

}  // namespace

void SelectorEngine::SetScope(NodeIndex scope) {
  if (uses_scope_ && scope != scope_) {
    // What was found out may have looked at the old one.
    for (State& state : states_) {
      state = State();
    }
  }
  scope_ = scope;
}

bool SelectorEngine::Matches(const Complex& complex, NodeIndex element) {
  State& state = states_[complex.state];
  if (state.set == nullptr) {
    if (complex.compounds.size() == 1) {
      return MatchesCompound(complex.compounds.front(), element);
    }
    const std::size_t last = complex.compounds.size() - 1;
    if (!tree_.ancestors(element).MayHold(complex.wanted_above)) {
      return false;
    }
    const Outcome outcome = Walk(complex, last, element, state);
    if (outcome != Outcome::kOverBudget) {
      return outcome == Outcome::kMatches;
    }
    state.set = std::make_unique<NodeSet>(Find(complex));
  }
  return (*state.set)[element];
}

SelectorEngine::Outcome SelectorEngine::Walk(const Complex& complex, std::size_t at, NodeIndex element, State& state) {
  if (!MatchesCompound(complex.compounds[at], element)) {
    return Outcome::kFails;
  }
  if (at == 0) {
    return Outcome::kMatches;
  }
  if (++state.looks > kLooksForEachNode * tree_.size()) {
    return Outcome::kOverBudget;
  }
  switch (complex.combinators[at - 1]) {
    case Combinator::kChild: {
      const NodeIndex above = tree_.parent(element);
      if (above == kNoNode) {
        return Outcome::kFailsForAll;
      }
      const Outcome outcome = Walk(complex, at - 1, above, state);
      // Its siblings have the same parent.
      return outcome == Outcome::kFails ? Outcome::kFailsForSiblings : outcome;
    }
    case Combinator::kDescendant:
      for (NodeIndex above = tree_.parent(element); above != kNoNode; above = tree_.parent(above)) {
        const Outcome outcome = Walk(complex, at - 1, above, state);
        if (outcome != Outcome::kFails && outcome != Outcome::kFailsForSiblings) {
          return outcome;
        }
        if (++state.looks > kLooksForEachNode * tree_.size()) {
          return Outcome::kOverBudget;
        }
      }
      return Outcome::kFailsForAll;
    case Combinator::kNext: {
      const NodeIndex before = tree_.previous_element(element);
      return before == kNoNode ? Outcome::kFailsForSiblings : Walk(complex, at - 1, before, state);
    }
    case Combinator::kLater:
      for (NodeIndex before = tree_.previous_element(element); before != kNoNode;
           before = tree_.previous_element(before)) {
        const Outcome outcome = Walk(complex, at - 1, before, state);
        if (outcome != Outcome::kFails) {
          return outcome;
        }
        if (++state.looks > kLooksForEachNode * tree_.size()) {
          return Outcome::kOverBudget;
        }
      }
      return Outcome::kFailsForSiblings;
  }
  return Outcome::kFails;
}

bool SelectorEngine::MatchesCompound(const Compound& compound, NodeIndex element) {
  for (const Simple& simple : compound) {
    if (!MatchesSimple(simple, element)) {
      return false;
    }
  }
  return true;
}

bool SelectorEngine::MatchesSimple(const Simple& simple, NodeIndex element) {
  switch (simple.kind) {
    case SimpleKind::kScope:
      return element == scope_;
    case SimpleKind::kNthChild:
    case SimpleKind::kNthOfType:
      return MatchesNth(simple, element);
    case SimpleKind::kIs:
      return MatchesAny(*simple.list, element);
    case SimpleKind::kNot:
      return !MatchesAny(*simple.list, element);
    case SimpleKind::kHas:
      return Anchors(simple)[element];
    default:
      return MatchesByItself(simple, tree_, element);
  }
}

bool SelectorEngine::MatchesAny(const SelectorList& list, NodeIndex element) {
  for (const Complex& complex : list.complexes) {
    if (Matches(complex, element)) {
      return true;
    }
  }
  return false;
}

// --- positions ---

bool SelectorEngine::MatchesNth(const Simple& simple, NodeIndex element) {
  std::uint32_t number = 0;
  if (simple.kind == SimpleKind::kNthOfType) {
    const PageTree::TypePosition position = tree_.type_position(element);
    number = simple.from_end == FromEnd::kYes ? position.from_end : position.from_start;
  } else if (simple.list == nullptr) {
    number = simple.from_end == FromEnd::kYes ? tree_.position_from_end(element) : tree_.position(element);
  } else {
    State& state = states_[simple.state];
    if (state.numbers.empty()) {
      Number(simple, state);
    }
    number = state.numbers[element];
    if (number != 0 && simple.from_end == FromEnd::kYes) {
      number = state.totals[SlotOf(element)] + 1 - number;
    }
    if (number == 0) {
      return false;
    }
  }
  return simple.nth.Includes(number);
}

// Where what is counted among an element and its siblings stands in a table.
std::size_t SelectorEngine::SlotOf(NodeIndex element) const {
  const NodeIndex above = tree_.parent(element);
  return above == kNoNode ? tree_.size() : above;
}

void SelectorEngine::Number(const Simple& nth, State& state) {
  std::vector<std::uint32_t> numbers(tree_.size());
  std::vector<std::uint32_t> totals(tree_.size() + std::size_t{1});
  for (NodeIndex i = 0; i < tree_.size(); ++i) {
    if (tree_.IsElement(i) && MatchesAny(*nth.list, i)) {
      numbers[i] = ++totals[SlotOf(i)];
    }
  }
  state.numbers = std::move(numbers);
  state.totals = std::move(totals);
}

// --- in passes over the whole page ---

SelectorEngine::NodeSet SelectorEngine::Find(const Complex& complex) {
  NodeSet found;
  for (std::size_t at = 0; at < complex.compounds.size(); ++at) {
    NodeSet reached(tree_.size(), at == 0);
    if (at > 0) {
      for (NodeIndex i = 0; i < tree_.size(); ++i) {
        if (!tree_.IsElement(i)) {
          continue;
        }
        const NodeIndex above = tree_.parent(i);
        const NodeIndex before = tree_.previous_element(i);
        switch (complex.combinators[at - 1]) {
          case Combinator::kDescendant:
            reached[i] = above != kNoNode && (found[above] || reached[above]);
            break;
          case Combinator::kChild:
            reached[i] = above != kNoNode && found[above];
            break;
          case Combinator::kNext:
            reached[i] = before != kNoNode && found[before];
            break;
          case Combinator::kLater:
            reached[i] = before != kNoNode && (found[before] || reached[before]);
            break;
        }
      }
    }
    for (NodeIndex i = 0; i < tree_.size(); ++i) {
      reached[i] = reached[i] && tree_.IsElement(i) && MatchesCompound(complex.compounds[at], i);
    }
    found = std::move(reached);
  }
  return found;
}

SelectorEngine::NodeSet SelectorEngine::Lead(Combinator combinator, const NodeSet& targets) const {
  NodeSet from(tree_.size());
  // Backwards: what is inside an element, and its later siblings, come before it.
  for (NodeIndex i = tree_.size(); i-- > 0;) {
    if (!tree_.IsElement(i)) {
      continue;
    }
    const NodeIndex above = tree_.parent(i);
    const NodeIndex before = tree_.previous_element(i);
    switch (combinator) {
      case Combinator::kDescendant:
        if (above != kNoNode && (targets[i] || from[i])) {
          from[above] = true;
        }
        break;
      case Combinator::kChild:
        if (above != kNoNode && targets[i]) {
          from[above] = true;
        }
        break;
      case Combinator::kNext:
        if (before != kNoNode && targets[i]) {
          from[before] = true;
        }
        break;
      case Combinator::kLater:
        if (before != kNoNode && (targets[i] || from[i])) {
          from[before] = true;
        }
        break;
    }
  }
  return from;
}

const SelectorEngine::NodeSet& SelectorEngine::Anchors(const Simple& has) {
  if (states_[has.state].set == nullptr) {
    NodeSet anchors(tree_.size());
    for (const Complex& complex : has.list->complexes) {
      NodeSet targets(tree_.size(), true);
      for (std::size_t at = complex.compounds.size(); at-- > 0;) {
        for (NodeIndex i = 0; i < tree_.size(); ++i) {
          targets[i] = targets[i] && tree_.IsElement(i) && MatchesCompound(complex.compounds[at], i);
        }
        targets = Lead(complex.combinators[at], targets);
      }
      for (NodeIndex i = 0; i < tree_.size(); ++i) {
        anchors[i] = anchors[i] || targets[i];
      }
    }
    states_[has.state].set = std::make_unique<NodeSet>(std::move(anchors));
  }
  return *states_[has.state].set;
}

}  // namespace spinneret::internal
