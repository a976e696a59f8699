// The pseudo-classes that selectors may name. For selector_parser.cc.
#pragma once

#include <string_view>

#include "parser/selector_syntax.h"

namespace spinneret::internal {

struct NamedSimple {
  std::string_view name;
  SimpleKind kind;
};

inline constexpr NamedSimple kPlainPseudoClasses[] = {
    {"root", SimpleKind::kRoot},
    {"scope", SimpleKind::kScope},
    {"empty", SimpleKind::kEmpty},
    {"link", SimpleKind::kLink},
    {"any-link", SimpleKind::kLink},
    {"checked", SimpleKind::kChecked},
    {"disabled", SimpleKind::kDisabled},
    {"enabled", SimpleKind::kEnabled},
    {"required", SimpleKind::kRequired},
    {"optional", SimpleKind::kOptional},
    {"read-only", SimpleKind::kReadOnly},
    {"read-write", SimpleKind::kReadWrite},
    {"placeholder-shown", SimpleKind::kPlaceholderShown},
    // Nobody looks at the page.
    {"visited", SimpleKind::kNothing},
    {"target", SimpleKind::kNothing},
    {"target-within", SimpleKind::kNothing},
    {"hover", SimpleKind::kNothing},
    {"active", SimpleKind::kNothing},
    {"focus", SimpleKind::kNothing},
    {"focus-within", SimpleKind::kNothing},
    {"focus-visible", SimpleKind::kNothing},
    // A page's own elements are not inside a shadow tree.
    {"host", SimpleKind::kNothing},
};

// first-child and its like: An+B with a = 0, or a pair of them.
struct NamedPosition {
  std::string_view name;
  SimpleKind kind;
  bool from_start;
  bool from_end;
};
inline constexpr NamedPosition kNamedPositions[] = {
    {"first-child", SimpleKind::kNthChild, true, false},   {"last-child", SimpleKind::kNthChild, false, true},
    {"only-child", SimpleKind::kNthChild, true, true},     {"first-of-type", SimpleKind::kNthOfType, true, false},
    {"last-of-type", SimpleKind::kNthOfType, false, true}, {"only-of-type", SimpleKind::kNthOfType, true, true},
};

struct NamedNth {
  std::string_view name;
  SimpleKind kind;
  FromEnd from_end;
};
inline constexpr NamedNth kNthPseudoClasses[] = {
    {"nth-child", SimpleKind::kNthChild, FromEnd::kNo},
    {"nth-last-child", SimpleKind::kNthChild, FromEnd::kYes},
    {"nth-of-type", SimpleKind::kNthOfType, FromEnd::kNo},
    {"nth-last-of-type", SimpleKind::kNthOfType, FromEnd::kYes},
};

}  // namespace spinneret::internal
