// Reading selectors: Selectors Level 4 §18 (grammar).
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "parser/html_text.h"
#include "parser/selector_attribute.h"
#include "parser/selector_names.h"
#include "parser/selector_scanner.h"
#include "parser/selector_syntax.h"

namespace spinneret::internal {
namespace {

using std::string_view_literals::operator""sv;

template <class T, std::size_t kSize>
const T* FindNamed(const T (&table)[kSize], std::string_view name) {
  const auto found =
      std::find_if(std::begin(table), std::end(table), [name](const T& row) { return row.name == name; });
  return found == std::end(table) ? nullptr : &*found;
}

// How dear it is to ask: what is cheap and rarely true goes first.
int Cost(const Simple& simple) {
  switch (simple.kind) {
    case SimpleKind::kNothing:
    case SimpleKind::kNamespace:
      return 0;
    case SimpleKind::kId:
    case SimpleKind::kType:
    case SimpleKind::kClass:
      return 1;
    case SimpleKind::kAttribute:
      return 3;
    case SimpleKind::kIs:
    case SimpleKind::kNot:
      return 5;
    case SimpleKind::kHas:
      return 6;
    case SimpleKind::kNthChild:
      return simple.list == nullptr ? 2 : 6;
    default:
      return 4;
  }
}

class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : scan_(text) { out_.text = text; }

  Result<CompiledSelector> Parse() {
    if (ParseParts()) {
      return std::move(out_);
    }
    return Err(ErrorCode::kInvalidArgument, "column " + std::to_string(scan_.ColumnOf(error_at_)) + ": " + error_);
  }

 private:
  // All of these return false after Fail().
  bool Fail(std::string message) { return FailAt(scan_.at(), std::move(message)); }
  bool FailAt(std::size_t at, std::string message) {
    error_at_ = at;
    error_ = std::move(message);
    return false;
  }

  // --- the list on the outside, whose parts may have a pseudo-element ---

  bool ParseParts() {
    for (;;) {
      Complex complex;
      SelectorPart part;
      if (!ParsePart(complex, part)) {
        return false;
      }
      FinishComplex(complex);
      out_.list.complexes.push_back(std::move(complex));
      AddPart(std::move(part));
      scan_.SkipSpace();
      if (scan_.AtEnd()) {
        return true;
      }
      if (!scan_.Take(',')) {
        return Fail("unexpected " + scan_.Found());
      }
    }
  }

  void AddPart(SelectorPart part) {
    const auto same = std::find_if(out_.parts.begin(), out_.parts.end(), [&part](const SelectorPart& other) {
      return other.output == part.output && other.attribute == part.attribute;
    });
    part.group = same == out_.parts.end() ? out_.groups++ : same->group;
    out_.parts.push_back(std::move(part));
  }

  bool ParsePart(Complex& complex, SelectorPart& part) {
    scan_.SkipSpace();
    bare_pseudo_element_ = AtPseudoElement();
    if (bare_pseudo_element_) {
      complex.compounds.emplace_back();
      ++compounds_;
    } else if (!ParseComplex(complex)) {
      return false;
    }
    if (!AtPseudoElement()) {
      return true;
    }
    if (!ParsePseudoElement(part)) {
      return false;
    }
    if (bare_pseudo_element_ && part.output == Output::kText) {
      part.output = Output::kTextInside;
      if (complex.compounds.size() == 1) {
        complex.compounds.back().push_back(Simple(SimpleKind::kScope));
        out_.uses_scope = true;
      } else if (complex.combinators.back() == Combinator::kDescendant) {
        complex.compounds.pop_back();
        complex.combinators.pop_back();
      } else {
        part.output = Output::kText;
      }
    }
    return true;
  }

  bool AtPseudoElement() const { return scan_.Peek() == ':' && scan_.Peek(1) == ':'; }

  bool ParsePseudoElement(SelectorPart& part) {
    const std::size_t start = scan_.at();
    scan_.MoveTo(start + 2);
    const std::optional<std::string> name = scan_.TakeName();
    if (!name) {
      return Fail("expected the name of a pseudo-element, found " + scan_.Found());
    }
    const std::string lower = LowerAsciiOf(*name);
    if (lower == "text" && scan_.Peek() != '(') {
      part.output = Output::kText;
    } else if (lower == "html" && scan_.Peek() != '(') {
      part.output = Output::kHtml;
    } else if (lower == "attr" && scan_.Take('(')) {
      part.output = Output::kAttribute;
      return ParseAttributeArgument(part.attribute);
    } else {
      return FailAt(start, "::" + *name + " is not one of ::text, ::attr(name) and ::html");
    }
    return true;
  }

  // A qualified name as it is written in HTML, "xlink:href" included.
  bool ParseAttributeArgument(std::string& attribute) {
    scan_.SkipSpace();
    if (scan_.Peek() == '"' || scan_.Peek() == '\'') {
      std::optional<std::string> quoted = scan_.TakeString();
      attribute = quoted ? *quoted : "";
    } else {
      while (scan_.NameBegins() || scan_.Peek() == ':') {
        if (scan_.Take(':')) {
          attribute.push_back(':');
        } else {
          attribute += *scan_.TakeName();
        }
      }
    }
    if (attribute.empty()) {
      return Fail("expected the name of an attribute, found " + scan_.Found());
    }
    scan_.SkipSpace();
    return CloseBracket(')');
  }

  // What the text's end leaves open is closed by it (CSS Syntax §5.4.8).
  bool CloseBracket(char bracket) {
    if (scan_.AtEnd() || scan_.Take(bracket)) {
      return true;
    }
    return Fail(std::string("expected '") + bracket + "', found " + scan_.Found());
  }

  // --- complex and compound selectors ---

  // Reads up to what cannot go on: the end, ',', ')' or, on the outside, a pseudo-element.
  bool ParseComplex(Complex& complex) {
    for (;;) {
      Compound& compound = complex.compounds.emplace_back();
      if (++compounds_ > kMaxCompounds) {
        return Fail("the selector is too long");
      }
      if (!ParseCompound(compound)) {
        return false;
      }
      if (AtPseudoElement()) {
        return true;
      }
      const bool space = scan_.SkipSpace();
      if (scan_.AtEnd() || scan_.Peek() == ',' || scan_.Peek() == ')') {
        return true;
      }
      Combinator combinator = Combinator::kDescendant;
      if (!TakeCombinator(combinator) && !space) {
        return Fail("unexpected " + scan_.Found());
      }
      complex.combinators.push_back(combinator);
      scan_.SkipSpace();
      if (AtPseudoElement() && nesting_ == 0) {
        bare_pseudo_element_ = true;
        complex.compounds.emplace_back();
        ++compounds_;
        return true;
      }
    }
  }

  // Leaves `combinator` as it is, and returns false, where none is written.
  bool TakeCombinator(Combinator& combinator) {
    if (scan_.Take('>')) {
      combinator = Combinator::kChild;
    } else if (scan_.Take('+')) {
      combinator = Combinator::kNext;
    } else if (scan_.Take('~')) {
      combinator = Combinator::kLater;
    } else {
      return false;
    }
    return true;
  }

  bool ParseCompound(Compound& compound) {
    const std::size_t start = scan_.at();
    bool has_type = false;
    if (!ParseType(compound, has_type)) {
      return false;
    }
    for (;;) {
      scan_.SkipComments();
      bool read = true;
      switch (scan_.Peek()) {
        case '#':
          read = ParseId(compound);
          break;
        case '.':
          read = ParseClass(compound);
          break;
        case '[':
          read = ParseAttribute(compound);
          break;
        case ':':
          if (AtPseudoElement()) {
            if (nesting_ > 0) {
              return Fail("a pseudo-element cannot stand inside brackets");
            }
            return FinishCompound(compound, has_type, start);
          }
          read = ParsePseudoClass(compound);
          break;
        default:
          return FinishCompound(compound, has_type, start);
      }
      if (!read) {
        return false;
      }
      has_type = true;
    }
  }

  bool FinishCompound(Compound& compound, bool found, std::size_t start) {
    if (!found) {
      return FailAt(start, "expected a selector, found " + scan_.Found());
    }
    std::stable_sort(compound.begin(), compound.end(),
                     [](const Simple& a, const Simple& b) { return Cost(a) < Cost(b); });
    return true;
  }

  // --- type selectors: div, *, svg|a, *|*, |a ---

  bool ParseType(Compound& compound, bool& found) {
    const std::size_t start = scan_.at();
    std::optional<std::string> name;
    const bool star = scan_.Take('*');
    if (!star) {
      name = scan_.TakeName();
    }
    if (scan_.AtPrefixEnd()) {
      scan_.Take('|');
      if (!star && !AddNamespace(name, start, compound)) {
        return false;
      }
      found = true;
      if (scan_.Take('*')) {
        return true;
      }
      name = scan_.TakeName();
      if (!name) {
        return Fail("expected the name of an element, found " + scan_.Found());
      }
    } else if (star) {
      found = true;
      return true;
    }
    if (name) {
      found = true;
      Simple simple(SimpleKind::kType);
      simple.name = *name;
      simple.lower_name = LowerAsciiOf(*name);
      simple.key = KeyOfTag(simple.lower_name);
      compound.push_back(std::move(simple));
    }
    return true;
  }

  bool AddNamespace(const std::optional<std::string>& prefix, std::size_t start, Compound& compound) {
    Simple simple(SimpleKind::kNamespace);
    if (!prefix) {
      simple.kind = SimpleKind::kNothing;  // every element of a page is in one
    } else if (*prefix == "html") {
      simple.space = ElementSpace::kHtml;
    } else if (*prefix == "svg") {
      simple.space = ElementSpace::kSvg;
    } else if (*prefix == "math" || *prefix == "mathml") {
      simple.space = ElementSpace::kMathMl;
    } else {
      return FailAt(start, "the prefix " + *prefix + " is not one of html, svg and math");
    }
    compound.push_back(std::move(simple));
    return true;
  }

  // --- #id, .class, [attribute] ---

  bool ParseId(Compound& compound) {
    scan_.Take('#');
    std::optional<std::string> name = scan_.TakeName();
    if (!name) {
      return Fail("expected an id, found " + scan_.Found());
    }
    Simple simple(SimpleKind::kId);
    simple.hash = PageTree::HashOfId(*name);
    simple.name = std::move(*name);
    compound.push_back(std::move(simple));
    return true;
  }

  bool ParseClass(Compound& compound) {
    scan_.Take('.');
    std::optional<std::string> name = scan_.TakeName();
    if (!name) {
      return Fail("expected a class, found " + scan_.Found());
    }
    Simple simple(SimpleKind::kClass);
    simple.hash = PageTree::HashOf(*name);
    simple.name = std::move(*name);
    compound.push_back(std::move(simple));
    return true;
  }

  bool ParseAttribute(Compound& compound) {
    Simple simple(SimpleKind::kAttribute);
    if (std::optional<SelectorFault> fault = TakeAttribute(scan_, simple)) {
      return FailAt(fault->at, std::move(fault->message));
    }
    compound.push_back(std::move(simple));
    return true;
  }

  // --- pseudo-classes ---

  bool ParsePseudoClass(Compound& compound) {
    const std::size_t start = scan_.at();
    scan_.Take(':');
    const std::optional<std::string> written = scan_.TakeName();
    if (!written) {
      return Fail("expected the name of a pseudo-class, found " + scan_.Found());
    }
    const std::string name = LowerAsciiOf(*written);
    if (!scan_.Take('(')) {
      return AddPlainPseudoClass(name, start, compound);
    }
    if (++nesting_ > kMaxSelectorNesting) {
      return FailAt(start, "brackets are nested too deeply");
    }
    scan_.SkipSpace();
    if (!AddFunction(name, start, compound)) {
      return false;
    }
    --nesting_;
    scan_.SkipSpace();
    return CloseBracket(')');
  }

  bool AddPlainPseudoClass(const std::string& name, std::size_t start, Compound& compound) {
    if (const NamedSimple* const plain = FindNamed(kPlainPseudoClasses, name)) {
      out_.uses_scope = out_.uses_scope || plain->kind == SimpleKind::kScope;
      compound.push_back(Simple(plain->kind));
      return true;
    }
    if (const NamedPosition* const position = FindNamed(kNamedPositions, name)) {
      if (position->from_start) {
        AddEnd(position->kind, FromEnd::kNo, compound);
      }
      if (position->from_end) {
        AddEnd(position->kind, FromEnd::kYes, compound);
      }
      return true;
    }
    for (const std::string_view function : {"not"sv, "is"sv, "where"sv, "has"sv, "lang"sv}) {
      if (name == function) {
        return FailAt(start, ":" + name + " needs brackets");
      }
    }
    return FailAt(start,
                  ":" + name + (FindNamed(kNthPseudoClasses, name) != nullptr ? " needs brackets" : " is not known"));
  }

  // The first, or the last.
  static void AddEnd(SimpleKind kind, FromEnd from_end, Compound& compound) {
    Simple simple(kind);
    simple.nth.b = 1;
    simple.from_end = from_end;
    compound.push_back(std::move(simple));
  }

  bool AddFunction(const std::string& name, std::size_t start, Compound& compound) {
    Simple simple(SimpleKind::kNothing);
    if (const NamedNth* const nth = FindNamed(kNthPseudoClasses, name)) {
      simple.kind = nth->kind;
      simple.from_end = nth->from_end;
      if (!ParseNth(simple)) {
        return false;
      }
    } else if (name == "is" || name == "where" || name == "not") {
      simple.kind = name == "not" ? SimpleKind::kNot : SimpleKind::kIs;
      const bool may_be_empty = name != "not";
      auto list = std::make_shared<SelectorList>();
      if (!(may_be_empty && (scan_.Peek() == ')' || scan_.AtEnd())) && !ParseList(*list)) {
        return false;
      }
      simple.list = std::move(list);
    } else if (name == "has") {
      if (in_has_) {
        return FailAt(start, ":has() cannot stand inside :has()");
      }
      in_has_ = true;
      simple.kind = SimpleKind::kHas;
      simple.state = out_.states++;
      auto list = std::make_shared<SelectorList>();
      if (!ParseRelativeList(*list)) {
        return false;
      }
      in_has_ = false;
      simple.list = std::move(list);
    } else if (name == "lang") {
      simple.kind = SimpleKind::kLang;
      if (!ParseLanguages(simple)) {
        return false;
      }
    } else {
      return FailAt(start, ":" + name + "() is not known");
    }
    compound.push_back(std::move(simple));
    return true;
  }

  bool ParseList(SelectorList& list) {
    do {
      scan_.SkipSpace();
      Complex& complex = list.complexes.emplace_back();
      if (!ParseComplex(complex)) {
        return false;
      }
      FinishComplex(complex);
    } while (scan_.Take(','));
    return true;
  }

  bool ParseRelativeList(SelectorList& list) {
    do {
      scan_.SkipSpace();
      Complex complex;
      Combinator first = Combinator::kDescendant;
      TakeCombinator(first);
      scan_.SkipSpace();
      if (!ParseComplex(complex)) {
        return false;
      }
      complex.combinators.insert(complex.combinators.begin(), first);
      list.complexes.push_back(std::move(complex));
    } while (scan_.Take(','));
    return true;
  }

  bool ParseLanguages(Simple& simple) {
    do {
      scan_.SkipSpace();
      std::optional<std::string> range;
      if (scan_.Peek() == '"' || scan_.Peek() == '\'') {
        range = scan_.TakeString();
      } else {
        const bool star = scan_.Peek() == '*' && scan_.Peek(1) == '-';
        if (star) {
          scan_.Take('*');
        }
        range = scan_.TakeName();
        if (range && star) {
          range->insert(0, "*");
        }
      }
      if (!range) {
        return Fail("expected a language, found " + scan_.Found());
      }
      simple.ranges.push_back(LowerAsciiOf(*range));
      scan_.SkipSpace();
    } while (scan_.Take(','));
    return true;
  }

  // --- An+B ---

  bool ParseNth(Simple& simple) {
    const std::size_t start = scan_.at();
    const std::optional<AnPlusB> nth = TakeAnPlusB(scan_);
    if (!nth) {
      return FailAt(start, "expected odd, even or a form such as 2n+1");
    }
    simple.nth = *nth;
    const bool space = scan_.SkipSpace();
    if (scan_.AtEnd() || scan_.Peek() == ')') {
      return true;
    }
    if (simple.kind == SimpleKind::kNthChild && space && scan_.TakeKeyword("of")) {
      scan_.SkipSpace();
      simple.state = out_.states++;
      auto list = std::make_shared<SelectorList>();
      if (!ParseList(*list)) {
        return false;
      }
      simple.list = std::move(list);
      return true;
    }
    return Fail("expected ')', found " + scan_.Found());
  }

  // --- what matching wants to know beforehand ---

  void FinishComplex(Complex& complex) {
    complex.state = out_.states++;
    // All but what stands beside the next one has to be above the element: siblings have the same ancestors.
    for (std::size_t i = 0; i < complex.combinators.size(); ++i) {
      if (complex.combinators[i] == Combinator::kNext || complex.combinators[i] == Combinator::kLater) {
        continue;
      }
      for (const Simple& simple : complex.compounds[i]) {
        if (simple.kind == SimpleKind::kType) {
          complex.wanted_above.Add(PageTree::HashOfTag(simple.key));
        } else if (simple.kind == SimpleKind::kClass || simple.kind == SimpleKind::kId) {
          complex.wanted_above.Add(simple.hash);
        }
      }
    }
  }

  SelectorScanner scan_;
  CompiledSelector out_;
  std::size_t compounds_ = 0;
  std::size_t nesting_ = 0;
  bool in_has_ = false;
  // Nothing but white space is before the colons: an empty compound was added there.
  bool bare_pseudo_element_ = false;
  std::size_t error_at_ = 0;
  std::string error_;
};

}  // namespace

Result<CompiledSelector> ParseSelector(std::string_view text) {
  if (text.size() > kMaxSelectorBytes) {
    return Err(ErrorCode::kInvalidArgument, "column 1: the selector is over 64 KiB");
  }
  return SelectorParser(text).Parse();
}

}  // namespace spinneret::internal
