// Simple selectors that look at one element and its markup alone, with what HTML says of names and values (HTML standard
// §4.16). For selector_engine.cc.
#pragma once

#include "parser/page_tree.h"
#include "parser/selector_syntax.h"

namespace spinneret::internal {

// Not for what the engine knows itself: kScope, positions, and selectors in brackets.
bool MatchesByItself(const Simple& simple, const PageTree& tree, NodeIndex element);

}  // namespace spinneret::internal
