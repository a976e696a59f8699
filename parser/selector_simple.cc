#include "parser/selector_simple.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "parser/html_text.h"

namespace spinneret::internal {
namespace {

bool EqualNames(std::string_view a, std::string_view b, bool ignore_case) {
  return ignore_case ? EqualsIgnoringCase(a, b) : a == b;
}

bool MatchesType(const Simple& simple, const PageTree& tree, NodeIndex element) {
  return simple.key == tree.name_key(element) &&
         tree.name(element) == (tree.space(element) == ElementSpace::kHtml ? simple.lower_name : simple.name);
}

bool MatchesId(const Simple& simple, const PageTree& tree, NodeIndex element) {
  const std::string_view* const id = tree.FindAttribute(element, "id");
  return id != nullptr && EqualNames(*id, simple.name, tree.is_quirky());
}

bool MatchesClass(const Simple& simple, const PageTree& tree, NodeIndex element) {
  for (const PageTree::ClassName& class_name : tree.classes(element)) {
    if (class_name.hash == simple.hash && EqualNames(class_name.name, simple.name, tree.is_quirky())) {
      return true;
    }
  }
  return false;
}

// --- attributes ---

bool HasPart(std::string_view value, std::string_view part, bool ignore_case) {
  if (!ignore_case) {
    return value.find(part) != std::string_view::npos;
  }
  const auto equal = [](char a, char b) { return LowerAscii(a) == LowerAscii(b); };
  return std::search(value.begin(), value.end(), part.begin(), part.end(), equal) != value.end();
}

bool HasWord(std::string_view value, std::string_view word, bool ignore_case) {
  for (std::string_view token = TakeToken(value); !token.empty(); token = TakeToken(value)) {
    if (EqualNames(token, word, ignore_case)) {
      return true;
    }
  }
  return false;
}

bool MatchesValue(const Simple& simple, std::string_view value, bool ignore_case) {
  const std::string_view wanted = simple.value;
  switch (simple.test) {
    case AttributeTest::kPresent:
      return true;
    case AttributeTest::kEquals:
      return EqualNames(value, wanted, ignore_case);
    case AttributeTest::kWord:
      return HasWord(value, wanted, ignore_case);
    case AttributeTest::kDash:
      return EqualNames(value.substr(0, wanted.size()), wanted, ignore_case) &&
             (value.size() == wanted.size() || value[wanted.size()] == '-');
    // An empty value is part of nothing.
    case AttributeTest::kPrefix:
      return !wanted.empty() && EqualNames(value.substr(0, wanted.size()), wanted, ignore_case);
    case AttributeTest::kSuffix:
      return !wanted.empty() && value.size() >= wanted.size() &&
             EqualNames(value.substr(value.size() - wanted.size()), wanted, ignore_case);
    case AttributeTest::kPart:
      return !wanted.empty() && HasPart(value, wanted, ignore_case);
  }
  return false;
}

bool MatchesAttribute(const Simple& simple, const PageTree& tree, NodeIndex element) {
  const bool is_html = tree.space(element) == ElementSpace::kHtml;
  const std::string_view name = is_html ? simple.lower_name : simple.name;
  const bool ignore_case = simple.value_case == ValueCase::kIgnored || (simple.value_case == ValueCase::kAsDocument &&
                                                                        is_html && simple.value_case_ignored_in_html);
  for (const TreeAttribute& attribute : tree.attributes(element)) {
    if (attribute.name == name && (simple.any_attribute_space || attribute.space == simple.attribute_space) &&
        MatchesValue(simple, attribute.value, ignore_case)) {
      return true;
    }
  }
  return false;
}

// --- forms ---

bool HasAttribute(const PageTree& tree, NodeIndex element, std::string_view name) {
  return tree.FindAttribute(element, name) != nullptr;
}

bool IsInput(const PageTree& tree, NodeIndex element) {
  return tree.Is(element, KeyOfTag("input"));
}

// The state of an <input>'s type attribute: what is not known is text.
bool IsInputOfType(const PageTree& tree, NodeIndex element, std::initializer_list<std::string_view> types) {
  if (!IsInput(tree, element)) {
    return false;
  }
  const std::string_view type = tree.AttributeOr(element, "type");
  return std::any_of(types.begin(), types.end(), [type](std::string_view t) { return EqualsIgnoringCase(t, type); });
}

bool IsLink(const PageTree& tree, NodeIndex element) {
  if (tree.space(element) == ElementSpace::kHtml) {
    return (tree.Is(element, KeyOfTag("a")) || tree.Is(element, KeyOfTag("area"))) &&
           HasAttribute(tree, element, "href");
  }
  if (tree.space(element) != ElementSpace::kSvg || tree.name(element) != "a") {
    return false;
  }
  const auto attributes = tree.attributes(element);
  return std::any_of(attributes.begin(), attributes.end(), [](const TreeAttribute& attribute) {
    return attribute.name == "href" &&
           (attribute.space == AttributeSpace::kNone || attribute.space == AttributeSpace::kXlink);
  });
}

bool IsChecked(const PageTree& tree, NodeIndex element) {
  return tree.Is(element, KeyOfTag("option"))
             ? tree.is_selected_option(element)
             : IsInputOfType(tree, element, {"checkbox", "radio"}) && HasAttribute(tree, element, "checked");
}

bool CanBeDisabled(const PageTree& tree, NodeIndex element) {
  return IsInput(tree, element) || tree.Is(element, KeyOfTag("button")) || tree.Is(element, KeyOfTag("select")) ||
         tree.Is(element, KeyOfTag("textarea")) || tree.Is(element, KeyOfTag("optgroup")) ||
         tree.Is(element, KeyOfTag("option")) || tree.Is(element, KeyOfTag("fieldset"));
}

bool CanBeRequired(const PageTree& tree, NodeIndex element) {
  if (IsInput(tree, element)) {
    return !IsInputOfType(tree, element, {"hidden", "range", "color", "submit", "image", "reset", "button"});
  }
  return tree.Is(element, KeyOfTag("select")) || tree.Is(element, KeyOfTag("textarea"));
}

bool IsReadWrite(const PageTree& tree, NodeIndex element) {
  if (tree.space(element) != ElementSpace::kHtml) {
    return false;
  }
  if (IsInput(tree, element)) {
    return !IsInputOfType(
               tree, element,
               {"hidden", "range", "color", "submit", "image", "reset", "button", "checkbox", "radio", "file"}) &&
           !HasAttribute(tree, element, "readonly") && !tree.is_disabled(element);
  }
  if (tree.Is(element, KeyOfTag("textarea"))) {
    return !HasAttribute(tree, element, "readonly") && !tree.is_disabled(element);
  }
  for (NodeIndex i = element; i != kNoNode; i = tree.parent(i)) {
    if (const std::string_view* const editable = tree.FindAttribute(i, "contenteditable")) {
      return editable->empty() || EqualsIgnoringCase(*editable, "true") ||
             EqualsIgnoringCase(*editable, "plaintext-only");
    }
  }
  return false;
}

bool ShowsPlaceholder(const PageTree& tree, NodeIndex element) {
  if (!HasAttribute(tree, element, "placeholder")) {
    return false;
  }
  if (tree.Is(element, KeyOfTag("textarea"))) {
    return tree.TextContent(element, 1).empty();
  }
  return IsInput(tree, element) && tree.AttributeOr(element, "value").empty() &&
         !IsInputOfType(tree, element,
                        {"hidden", "range", "color", "submit", "image", "reset", "button", "checkbox", "radio", "file",
                         "date", "month", "week", "time", "datetime-local"});
}

// --- languages ---

std::string_view TakeSubtag(std::string_view& tag) {
  const std::size_t dash = tag.find('-');
  const std::string_view subtag = tag.substr(0, dash);
  tag.remove_prefix(dash == std::string_view::npos ? tag.size() : dash + 1);
  return subtag;
}

// Extended filtering (RFC 4647 section 3.3.2). An empty range is for what has no language.
bool MatchesRange(std::string_view range, std::string_view language) {
  if (range.empty() || language.empty()) {
    return range.empty() && language.empty();
  }
  const std::string_view first = TakeSubtag(range);
  const std::string_view primary = TakeSubtag(language);
  if (first != "*" && !EqualsIgnoringCase(first, primary)) {
    return false;
  }
  while (!range.empty()) {
    const std::string_view wanted = TakeSubtag(range);
    if (wanted == "*") {
      continue;
    }
    for (;;) {
      if (language.empty()) {
        return false;
      }
      const std::string_view subtag = TakeSubtag(language);
      if (EqualsIgnoringCase(subtag, wanted)) {
        break;
      }
      if (subtag.size() == 1) {
        return false;  // what follows a singleton means something else
      }
    }
  }
  return true;
}

bool MatchesLanguage(const Simple& simple, const PageTree& tree, NodeIndex element) {
  const std::string_view language = tree.language(element);
  return std::any_of(simple.ranges.begin(), simple.ranges.end(),
                     [language](const std::string& range) { return MatchesRange(range, language); });
}

}  // namespace

bool MatchesByItself(const Simple& simple, const PageTree& tree, NodeIndex element) {
  switch (simple.kind) {
    case SimpleKind::kNamespace:
      return tree.space(element) == simple.space;
    case SimpleKind::kType:
      return MatchesType(simple, tree, element);
    case SimpleKind::kId:
      return MatchesId(simple, tree, element);
    case SimpleKind::kClass:
      return MatchesClass(simple, tree, element);
    case SimpleKind::kAttribute:
      return MatchesAttribute(simple, tree, element);
    case SimpleKind::kRoot:
      return tree.parent(element) == kNoNode;
    case SimpleKind::kEmpty:
      return tree.IsEmpty(element);
    case SimpleKind::kLink:
      return IsLink(tree, element);
    case SimpleKind::kChecked:
      return IsChecked(tree, element);
    case SimpleKind::kDisabled:
      return tree.is_disabled(element);
    case SimpleKind::kEnabled:
      return CanBeDisabled(tree, element) && !tree.is_disabled(element);
    case SimpleKind::kRequired:
      return CanBeRequired(tree, element) && HasAttribute(tree, element, "required");
    case SimpleKind::kOptional:
      return (CanBeRequired(tree, element) || IsInput(tree, element)) &&
             !(CanBeRequired(tree, element) && HasAttribute(tree, element, "required"));
    case SimpleKind::kReadOnly:
      return !IsReadWrite(tree, element);
    case SimpleKind::kReadWrite:
      return IsReadWrite(tree, element);
    case SimpleKind::kPlaceholderShown:
      return ShowsPlaceholder(tree, element);
    case SimpleKind::kLang:
      return MatchesLanguage(simple, tree, element);
    default:
      return false;
  }
}

}  // namespace spinneret::internal
