// A selector as it is after reading: what selector_parser.cc makes and selector_engine.cc follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parser/page_tree.h"
#include "parser/selector_nth.h"

namespace spinneret::internal {

inline constexpr std::size_t kMaxSelectorBytes = 64U << 10U;
inline constexpr std::size_t kMaxCompounds = 1024;
inline constexpr std::size_t kMaxSelectorNesting = 16;

struct SelectorList;

enum class SimpleKind : std::uint8_t {
  kNothing,    // what no page can have: no namespace, :hover, :visited …
  kNamespace,  // `svg|*`
  kType,
  kId,
  kClass,
  kAttribute,
  // Positions
  kRoot,
  kScope,
  kEmpty,
  kNthChild,
  kNthOfType,
  // What the page's markup says
  kLink,
  kChecked,
  kDisabled,
  kEnabled,
  kRequired,
  kOptional,
  kReadOnly,
  kReadWrite,
  kPlaceholderShown,
  kLang,
  // Selectors in brackets
  kIs,
  kNot,
  kHas,
};

enum class AttributeTest : std::uint8_t { kPresent, kEquals, kWord, kDash, kPrefix, kSuffix, kPart };
enum class ValueCase : std::uint8_t {
  kAsDocument,  // what HTML says of this attribute
  kIgnored,     // [… i]
  kKept,        // [… s]
};
enum class FromEnd : std::uint8_t { kNo, kYes };

struct Simple {
  explicit Simple(SimpleKind of) : kind(of) {}

  SimpleKind kind;

  // kType, kId, kClass, kAttribute
  std::string name;        // as written
  std::string lower_name;  // ASCII lower case
  std::uint64_t hash = 0;  // of an id or a class
  TagKey key = 0;          // of a type

  // kNamespace
  ElementSpace space = ElementSpace::kHtml;

  // kAttribute
  AttributeTest test = AttributeTest::kPresent;
  ValueCase value_case = ValueCase::kAsDocument;
  bool any_attribute_space = false;
  bool value_case_ignored_in_html = false;
  AttributeSpace attribute_space = AttributeSpace::kNone;
  std::string value;

  // kNthChild, kNthOfType
  AnPlusB nth;
  FromEnd from_end = FromEnd::kNo;

  // kLang
  std::vector<std::string> ranges;  // lower case

  // kIs, kNot, kHas; kNthChild with "of", else null
  std::shared_ptr<const SelectorList> list;
  std::size_t state = 0;  // of kHas and of kNthChild with "of": where the engine keeps what it found
};

enum class Combinator : std::uint8_t { kDescendant, kChild, kNext, kLater };

using Compound = std::vector<Simple>;

// c0 combinators[0] c1 combinators[1] c2. Inside :has() a combinator stands first, before c0: combinators[0] then leads
// from the element that is asked to c0, and there are as many of them as compounds.
struct Complex {
  std::vector<Compound> compounds;
  std::vector<Combinator> combinators;
  AncestorFilter wanted_above;  // what has to be above an element that matches
  std::size_t state = 0;
};

struct SelectorList {
  std::vector<Complex> complexes;
};

enum class Output : std::uint8_t { kTextContent, kText, kTextInside, kAttribute, kHtml };

// One part of the list on the outside, with what is wanted of its elements.
struct SelectorPart {
  Output output = Output::kTextContent;
  std::string attribute;  // as written
  std::size_t group = 0;  // parts that want the same have the same number
};

struct CompiledSelector {
  std::string text;
  SelectorList list;
  std::vector<SelectorPart> parts;  // as many as list.complexes
  std::size_t states = 0;
  std::size_t groups = 0;
  bool uses_scope = false;
};

Result<CompiledSelector> ParseSelector(std::string_view text);

}  // namespace spinneret::internal
