#include "parser/page_tree.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <gumbo.h>

#include "parser/encoding_decoders.h"
#include "parser/gumbo_names.h"
#include "parser/html_document.h"
#include "parser/html_text.h"

namespace spinneret {

using internal::KeyOfTag;
using internal::LowerAscii;
using internal::TagKey;

namespace {

constexpr std::uint64_t Mix(std::uint64_t value) {
  value ^= value >> 33U;
  value *= 0xFF51AFD7ED558CCDU;
  return value ^ (value >> 33U);
}

const GumboVector& ChildrenOf(const GumboNode* node) {
  return node->type == GUMBO_NODE_DOCUMENT ? node->v.document.children : node->v.element.children;
}

}  // namespace

std::uint64_t PageTree::HashOf(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(LowerAscii(c))) * 0x100000001B3U;
  }
  return Mix(hash);
}

std::uint64_t PageTree::HashOfTag(TagKey key) {
  return Mix(key ^ 0x9E3779B97F4A7C15U);
}

std::uint64_t PageTree::HashOfId(std::string_view id) {
  return Mix(HashOf(id) + 1);
}

void PageTree::Build(const internal::HtmlDocument& document) {
  nodes_.clear();
  ancestors_.clear();
  last_child_.clear();
  attributes_.clear();
  classes_.clear();
  kept_.clear();
  type_positions_.clear();
  languages_.clear();
  selected_options_.clear();
  quirky_ = false;
  const GumboNode* const root = document.root();
  if (root == nullptr) {
    return;
  }
  quirky_ = root->v.document.doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS;
  struct Open {
    const GumboNode* node;
    NodeIndex index;
    unsigned next;  // child
  };
  std::vector<Open> stack;
  stack.push_back({root, kNoNode, 0});
  while (!stack.empty()) {
    Open& top = stack.back();
    const bool is_template = top.node->type == GUMBO_NODE_TEMPLATE;
    if (is_template || top.next == ChildrenOf(top.node).length) {
      if (top.index != kNoNode) {
        nodes_[top.index].end = size();
      }
      stack.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(ChildrenOf(top.node).data[top.next++]);
    const NodeIndex above = top.index;
    switch (child->type) {
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        AddElement(child, above);
        stack.push_back({child, size() - 1, 0});
        break;
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        if (above != kNoNode) {
          AddText(child, above);
        }
        break;
      case GUMBO_NODE_COMMENT:
      case GUMBO_NODE_DOCUMENT:
        break;
    }
  }
}

std::string_view PageTree::Kept(std::string text) {
  return kept_.emplace_back(std::move(text));
}

// gumbo makes character references to numbers beyond 32 bits into what is not UTF-8.
std::string_view PageTree::Utf8(const char* text) {
  const std::string_view bytes(text);
  if (internal::ValidUtf8Prefix(bytes) == bytes.size()) {
    return bytes;
  }
  std::string repaired;
  internal::RepairUtf8(bytes, repaired);
  return Kept(std::move(repaired));
}

void PageTree::AddText(const GumboNode* node, NodeIndex above) {
  const std::string_view text = Utf8(node->v.text.text);
  if (text.empty()) {
    return;
  }
  Node& made = nodes_.emplace_back();
  made.node = node;
  made.text = text;
  made.parent = above;
  made.end = size();
  ancestors_.emplace_back();
  last_child_.push_back(kNoNode);
}

void PageTree::AddElement(const GumboNode* node, NodeIndex above) {
  const GumboElement& element = node->v.element;
  const NodeIndex index = size();
  Node& made = nodes_.emplace_back();
  made.node = node;
  made.kind = Kind::kElement;
  made.space = internal::SpaceOf(element);
  made.parent = above;
  std::string scratch;
  made.text = internal::NameOf(element, scratch);
  if (made.text.data() == scratch.data()) {
    std::string name;
    internal::RepairUtf8(scratch, name);
    made.text = Kept(std::move(name));
  }
  made.key = KeyOfTag(made.text);
  AddAttributes(node, made);

  AncestorFilter filter;
  if (above != kNoNode) {
    Node& holder = nodes_[above];
    made.previous = last_child_[above];
    last_child_[above] = index;
    made.position = ++holder.element_children;
    filter = ancestors_[above];
    filter.Add(HashOfTag(holder.key));
    for (const ClassName& class_name : classes(above)) {
      filter.Add(class_name.hash);
    }
    if (const std::string_view* const id = FindAttribute(above, "id")) {
      filter.Add(HashOfId(*id));
    }
  } else {
    made.position = 1;
  }
  ancestors_.push_back(filter);
  last_child_.push_back(kNoNode);
}

void PageTree::AddAttributes(const GumboNode* node, Node& made) {
  const GumboVector& given = node->v.element.attributes;
  made.attributes = static_cast<std::uint32_t>(attributes_.size());
  made.attribute_count = given.length;
  made.classes = static_cast<std::uint32_t>(classes_.size());
  for (unsigned i = 0; i < given.length; ++i) {
    const auto* attribute = static_cast<const GumboAttribute*>(given.data[i]);
    const TreeAttribute& added = attributes_.emplace_back(
        TreeAttribute{Utf8(attribute->name), Utf8(attribute->value), internal::SpaceOf(*attribute)});
    if (added.name == "class" && added.space == AttributeSpace::kNone && made.class_count == 0) {
      std::string_view list = added.value;
      for (std::string_view name = internal::TakeToken(list); !name.empty(); name = internal::TakeToken(list)) {
        classes_.push_back({name, HashOf(name)});
      }
      made.class_count = static_cast<std::uint32_t>(classes_.size()) - made.classes;
    }
  }
}

const std::string_view* PageTree::FindAttribute(NodeIndex node, std::string_view name) const {
  for (const TreeAttribute& attribute : attributes(node)) {
    if (attribute.name == name && attribute.space == AttributeSpace::kNone) {
      return &attribute.value;
    }
  }
  return nullptr;
}

std::string PageTree::TextContent(NodeIndex node, std::size_t limit) const {
  std::string out;
  for (NodeIndex i = node; i < end(node) && out.size() < limit; ++i) {
    if (!IsElement(i)) {
      out.append(text(i));
    }
  }
  internal::CutTo(out, limit);
  return out;
}

std::string PageTree::CollapsedText(NodeIndex node, std::size_t limit) const {
  std::string out;
  internal::TextCollapser collapser;
  for (NodeIndex i = node; i < end(node) && !collapser.full(); ++i) {
    if (!IsElement(i)) {
      collapser.Append(text(i), limit, out);
    }
  }
  return out;
}

// --- lazy tables ---

PageTree::TypePosition PageTree::type_position(NodeIndex node) const {
  if (type_positions_.empty()) {
    MakeTypePositions();
  }
  return type_positions_[node];
}

// By sorting: a table keyed by names could be made slow by a page that knows its hash.
void PageTree::MakeTypePositions() const {
  type_positions_.resize(nodes_.size());
  std::vector<NodeIndex> elements;
  for (NodeIndex i = 0; i < size(); ++i) {
    if (IsElement(i)) {
      elements.push_back(i);
    }
  }
  const auto type_of = [this](NodeIndex i) {
    return std::tuple(nodes_[i].parent, nodes_[i].key, nodes_[i].space, nodes_[i].text);
  };
  std::sort(elements.begin(), elements.end(), [&type_of](NodeIndex a, NodeIndex b) {
    const auto type_a = type_of(a);
    const auto type_b = type_of(b);
    return type_a != type_b ? type_a < type_b : a < b;
  });
  for (std::size_t first = 0; first < elements.size();) {
    std::size_t last = first + 1;
    while (last < elements.size() && type_of(elements[last]) == type_of(elements[first])) {
      ++last;
    }
    for (std::size_t i = first; i < last; ++i) {
      type_positions_[elements[i]] = {static_cast<std::uint32_t>(i - first + 1), static_cast<std::uint32_t>(last - i)};
    }
    first = last;
  }
}

std::string_view PageTree::language(NodeIndex node) const {
  if (languages_.empty()) {
    MakeLanguages();
  }
  return languages_[node];
}

void PageTree::MakeLanguages() const {
  // The pragma-set default language: <meta http-equiv=content-language>, where it names one.
  std::string_view by_default;
  for (NodeIndex i = 0; i < size(); ++i) {
    if (Is(i, KeyOfTag("meta")) && internal::EqualsIgnoringCase(AttributeOr(i, "http-equiv"), "content-language")) {
      std::string_view content = AttributeOr(i, "content");
      if (content.find(',') == std::string_view::npos) {
        by_default = internal::TakeToken(content);
      }
    }
  }
  languages_.resize(nodes_.size());
  for (NodeIndex i = 0; i < size(); ++i) {
    languages_[i] = parent(i) == kNoNode ? by_default : languages_[parent(i)];
    if (!IsElement(i)) {
      continue;
    }
    for (const TreeAttribute& attribute : attributes(i)) {
      if (attribute.name == "lang" &&
          (attribute.space == AttributeSpace::kXml || attribute.space == AttributeSpace::kNone)) {
        languages_[i] = attribute.value;
        if (attribute.space == AttributeSpace::kXml) {
          break;
        }
      }
    }
  }
}

bool PageTree::is_selected_option(NodeIndex node) const {
  if (selected_options_.empty()) {
    MakeSelectedOptions();
  }
  return selected_options_[node];
}

void PageTree::MakeSelectedOptions() const {
  selected_options_.resize(nodes_.size());
  for (NodeIndex i = 0; i < size(); ++i) {
    if (Is(i, KeyOfTag("option")) && FindAttribute(i, "selected") != nullptr) {
      selected_options_[i] = true;
    }
  }
  for (NodeIndex i = 0; i < size(); ++i) {
    if (Is(i, KeyOfTag("select"))) {
      ChooseOption(i);
      i = end(i) - 1;
    }
  }
}

// A <select> for one option has the last one that is marked, or, shown as one line, the first that is not disabled.
void PageTree::ChooseOption(NodeIndex select) const {
  if (FindAttribute(select, "multiple") != nullptr) {
    return;
  }
  NodeIndex first_enabled = kNoNode;
  NodeIndex last_marked = kNoNode;
  for (NodeIndex i = select + 1; i < end(select); ++i) {
    if (!Is(i, KeyOfTag("option"))) {
      continue;
    }
    if (selected_options_[i]) {
      if (last_marked != kNoNode) {
        selected_options_[last_marked] = false;
      }
      last_marked = i;
    }
    if (first_enabled == kNoNode && !is_disabled(i)) {
      first_enabled = i;
    }
  }
  const std::string_view size_text = internal::TrimmedHtmlSpace(AttributeOr(select, "size"));
  const bool one_line = size_text.empty() || size_text == "1" || size_text == "0";
  if (last_marked == kNoNode && first_enabled != kNoNode && one_line) {
    selected_options_[first_enabled] = true;
  }
}

bool PageTree::is_disabled(NodeIndex node) const {
  if (Is(node, KeyOfTag("optgroup"))) {
    return FindAttribute(node, "disabled") != nullptr;
  }
  if (Is(node, KeyOfTag("option"))) {
    const NodeIndex above = parent(node);
    return FindAttribute(node, "disabled") != nullptr ||
           (above != kNoNode && Is(above, KeyOfTag("optgroup")) && FindAttribute(above, "disabled") != nullptr);
  }
  const bool is_control = Is(node, KeyOfTag("button")) || Is(node, KeyOfTag("input")) || Is(node, KeyOfTag("select")) ||
                          Is(node, KeyOfTag("textarea")) || Is(node, KeyOfTag("fieldset"));
  if (!is_control) {
    return false;
  }
  if (FindAttribute(node, "disabled") != nullptr) {
    return true;
  }
  // Below a disabled <fieldset>, but for what its first <legend> holds.
  NodeIndex below = node;
  for (NodeIndex i = parent(node); i != kNoNode; below = i, i = parent(i)) {
    if (Is(i, KeyOfTag("fieldset")) && FindAttribute(i, "disabled") != nullptr &&
        !(Is(below, KeyOfTag("legend")) && type_position(below).from_start == 1)) {
      return true;
    }
  }
  return false;
}

}  // namespace spinneret
