// ReadMicrodata: HTML standard §5.2 (the data model) and §5.4.1 (as JSON).
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/html_text.h"
#include "parser/structured_data.h"
#include "parser/structured_value.h"

namespace spinneret {
namespace {

using internal::KeyOfTag;
using internal::StructuredBudget;
using internal::TokensOf;

// How many nodes may be looked at for each of the page's, when items share elements by itemref.
constexpr std::uint64_t kLooksForEachNode = 32;

class MicrodataReader {
 public:
  MicrodataReader(const PageTree& tree, const Url& base, const StructuredLimits& limits)
      : tree_(tree), base_(base), budget_(limits), looks_left_(kLooksForEachNode * tree.size()) {}

  StructuredItems Read() {
    StructuredItems found;
    for (NodeIndex i = 0; i < tree_.size() && !Spent(); ++i) {
      if (IsItem(i) && tree_.FindAttribute(i, "itemprop") == nullptr && budget_.Take(0)) {
        found.items.push_back(ReadItem(i));
      }
    }
    found.cut = Spent();
    return found;
  }

 private:
  bool Spent() const { return budget_.spent() || looks_left_ == 0; }
  bool IsItem(NodeIndex node) const {
    return tree_.IsElement(node) && tree_.FindAttribute(node, "itemscope") != nullptr;
  }

  StructuredItem ReadItem(NodeIndex node) {
    path_.push_back(node);
    StructuredItem item;
    item.types = TokensOf(tree_.AttributeOr(node, "itemtype"));
    if (const std::string_view* const id = tree_.FindAttribute(node, "itemid"); id != nullptr && !item.types.empty()) {
      item.id = internal::AbsoluteUrl(*id, base_);
    }
    for (const NodeIndex element : PropertiesOf(node)) {
      if (Spent()) {
        break;
      }
      for (const std::string& name : TokensOf(tree_.AttributeOr(element, "itemprop"))) {
        StructuredValue value = ReadValue(element);
        if (!budget_.Take(name.size() + value.text.size())) {
          break;
        }
        item.Add(name, std::move(value));
      }
    }
    path_.pop_back();
    return item;
  }

  // The elements that are properties of an item, in document order: those inside it, and inside what it refers to, that
  // are in no item between.
  std::vector<NodeIndex> PropertiesOf(NodeIndex item) {
    std::vector<NodeIndex> found;
    Search(item + 1, tree_.end(item), found);
    for (const std::string& id : TokensOf(tree_.AttributeOr(item, "itemref"))) {
      const std::optional<NodeIndex> element = FindId(id);
      if (element) {
        Search(*element, tree_.end(*element), found);
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    // What refers to itself, or to what it is in, is no property of its own.
    std::erase(found, item);
    return found;
  }

  void Search(NodeIndex from, NodeIndex end, std::vector<NodeIndex>& found) {
    for (NodeIndex i = from; i < end && looks_left_ > 0; --looks_left_) {
      if (tree_.IsElement(i) && tree_.FindAttribute(i, "itemprop") != nullptr) {
        found.push_back(i);
      }
      i = IsItem(i) ? tree_.end(i) : i + 1;
    }
  }

  StructuredValue ReadValue(NodeIndex element) {
    StructuredValue value;
    if (IsItem(element)) {
      const bool holds_itself = std::find(path_.begin(), path_.end(), element) != path_.end();
      if (holds_itself || path_.size() >= budget_.nesting()) {
        value.text = "ERROR";
      } else {
        value.item = std::make_unique<StructuredItem>(ReadItem(element));
      }
      return value;
    }
    if (const std::string_view attribute = internal::UrlAttributeOf(tree_, element); !attribute.empty()) {
      const std::string_view* const url = tree_.FindAttribute(element, attribute);
      value.text = url == nullptr ? "" : internal::AbsoluteUrl(*url, base_);
      return value;
    }
    if (tree_.Is(element, KeyOfTag("meta"))) {
      value.text = tree_.AttributeOr(element, "content");
      return value;
    }
    if (tree_.Is(element, KeyOfTag("data")) || tree_.Is(element, KeyOfTag("meter"))) {
      value.text = tree_.AttributeOr(element, "value");
      return value;
    }
    const std::string_view* const time =
        tree_.Is(element, KeyOfTag("time")) ? tree_.FindAttribute(element, "datetime") : nullptr;
    value.text = time != nullptr ? std::string(*time) : tree_.TextContent(element, budget_.room());
    return value;
  }

  // The first element with that id.
  std::optional<NodeIndex> FindId(std::string_view id) {
    if (ids_.empty()) {
      for (NodeIndex i = 0; i < tree_.size(); ++i) {
        if (const std::string_view* const own = tree_.IsElement(i) ? tree_.FindAttribute(i, "id") : nullptr) {
          ids_.emplace_back(*own, i);
        }
      }
      // Sorted, not hashed: a page could know the hash.
      std::sort(ids_.begin(), ids_.end());
    }
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), std::pair(id, NodeIndex{0}));
    return found != ids_.end() && found->first == id ? std::optional(found->second) : std::nullopt;
  }

  const PageTree& tree_;
  const Url& base_;
  StructuredBudget budget_;
  std::uint64_t looks_left_;
  std::vector<NodeIndex> path_;  // the items that are being read, the outermost first
  std::vector<std::pair<std::string_view, NodeIndex>> ids_;
};

}  // namespace

StructuredItems ReadMicrodata(const PageTree& tree, const Url& base, const StructuredLimits& limits) {
  return MicrodataReader(tree, base, limits).Read();
}

}  // namespace spinneret
