#include "parser/selector.h"

#include <algorithm>
#include <utility>

#include "parser/html_text.h"
#include "parser/selector_engine.h"
#include "parser/selector_syntax.h"

namespace spinneret {

using internal::CompiledSelector;
using internal::Output;
using internal::SelectorEngine;
using internal::SelectorPart;

namespace {

// Gathers values up to the limits.
class ValueGatherer {
 public:
  ValueGatherer(const PageTree& tree, const ValueLimits& limits) : tree_(tree), limits_(limits) {}

  bool full() const { return values_.cut; }

  void Gather(const SelectorPart& part, NodeIndex element) {
    switch (part.output) {
      case Output::kTextContent:
        Add(tree_.CollapsedText(element, room()));
        break;
      case Output::kText:
        for (NodeIndex i = element + 1; i < tree_.end(element) && !full(); i = tree_.end(i)) {
          AddText(i);
        }
        break;
      case Output::kTextInside:
        for (NodeIndex i = element + 1; i < tree_.end(element) && !full(); ++i) {
          AddText(i);
        }
        break;
      case Output::kAttribute:
        AddAttribute(part.attribute, element);
        break;
      case Output::kHtml:
        Add(tree_.InnerHtml(element, room()));
        break;
    }
  }

  FieldValues Take() { return std::move(values_); }

 private:
  std::size_t room() const { return limits_.bytes - std::min(limits_.bytes, bytes_); }

  void Add(std::string value) {
    if (values_.values.size() >= limits_.values || value.size() >= room()) {
      values_.cut = true;
      return;
    }
    bytes_ += value.size();
    values_.values.push_back(std::move(value));
  }
  void AddText(NodeIndex node) {
    if (!tree_.IsElement(node)) {
      Add(std::string(tree_.text(node)));
    }
  }

  void AddAttribute(std::string_view wanted, NodeIndex element) {
    for (const TreeAttribute& attribute : tree_.attributes(element)) {
      if (IsNamed(attribute, wanted, tree_.space(element))) {
        Add(std::string(attribute.value));
        return;
      }
    }
  }

  // By its qualified name, which HTML elements have in lower case.
  static bool IsNamed(const TreeAttribute& attribute, std::string_view wanted, ElementSpace space) {
    std::string_view prefix;
    switch (attribute.space) {
      case AttributeSpace::kNone:
        break;
      case AttributeSpace::kXlink:
        prefix = "xlink:";
        break;
      case AttributeSpace::kXml:
        prefix = "xml:";
        break;
      case AttributeSpace::kXmlns:
        prefix = attribute.name == "xmlns" ? "" : "xmlns:";
        break;
    }
    if (!wanted.starts_with(prefix)) {
      return false;
    }
    wanted.remove_prefix(prefix.size());
    return space == ElementSpace::kHtml ? internal::EqualsIgnoringCase(attribute.name, wanted)
                                        : attribute.name == wanted;
  }

  const PageTree& tree_;
  const ValueLimits limits_;
  FieldValues values_;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<Selector> Selector::Compile(std::string_view text) {
  Result<CompiledSelector> compiled = internal::ParseSelector(text);
  if (!compiled) {
    return std::move(compiled).error();
  }
  return Selector(std::make_shared<const CompiledSelector>(std::move(compiled).value()));
}

const std::string& Selector::text() const {
  return compiled_->text;
}

bool Selector::has_pseudo_element() const {
  return std::all_of(compiled_->parts.begin(), compiled_->parts.end(),
                     [](const SelectorPart& part) { return part.output != Output::kTextContent; });
}

SelectorMatcher::SelectorMatcher(const Selector& selector, const PageTree& tree)
    : compiled_(selector.compiled_),
      tree_(&tree),
      engine_(std::make_unique<SelectorEngine>(*selector.compiled_, tree)) {}
SelectorMatcher::SelectorMatcher(SelectorMatcher&&) noexcept = default;
SelectorMatcher& SelectorMatcher::operator=(SelectorMatcher&&) noexcept = default;
SelectorMatcher::~SelectorMatcher() = default;

bool SelectorMatcher::Matches(NodeIndex element, NodeIndex scope) {
  engine_->SetScope(scope);
  const auto& complexes = compiled_->list.complexes;
  return std::any_of(complexes.begin(), complexes.end(),
                     [this, element](const internal::Complex& complex) { return engine_->Matches(complex, element); });
}

std::vector<NodeIndex> SelectorMatcher::Elements(NodeIndex scope) {
  std::vector<NodeIndex> elements;
  if (scope >= tree_->size()) {
    return elements;
  }
  for (NodeIndex i = scope; i < tree_->end(scope); ++i) {
    if (tree_->IsElement(i) && Matches(i, scope)) {
      elements.push_back(i);
    }
  }
  return elements;
}

FieldValues SelectorMatcher::Values(NodeIndex scope, const ValueLimits& limits) {
  ValueGatherer gatherer(*tree_, limits);
  if (scope >= tree_->size()) {
    return gatherer.Take();
  }
  engine_->SetScope(scope);
  const std::vector<SelectorPart>& parts = compiled_->parts;
  // The last element that each group gave: one that two parts find alike is one.
  std::vector<NodeIndex> given(compiled_->groups, kNoNode);
  // Everything up to here is inside an element whose whole text was given.
  NodeIndex text_given_to = 0;
  for (NodeIndex i = scope; i < tree_->end(scope) && !gatherer.full(); ++i) {
    for (std::size_t p = 0; tree_->IsElement(i) && p < parts.size(); ++p) {
      const bool is_inside = parts[p].output == Output::kTextInside && i < text_given_to;
      if (given[parts[p].group] == i || is_inside || !engine_->Matches(compiled_->list.complexes[p], i)) {
        continue;
      }
      given[parts[p].group] = i;
      text_given_to = parts[p].output == Output::kTextInside ? tree_->end(i) : text_given_to;
      gatherer.Gather(parts[p], i);
    }
  }
  return gatherer.Take();
}

}  // namespace spinneret
