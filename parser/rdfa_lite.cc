// ReadRdfaLite: vocab, typeof, property, resource and prefix (RDFa Lite 1.1 §2), read as items with properties.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/html_text.h"
#include "parser/structured_data.h"
#include "parser/structured_value.h"

namespace spinneret {
namespace {

using internal::StructuredBudget;
using internal::TokensOf;

// Prefixes that need no declaration (RDFa 1.1's initial context), as far as pages use them.
constexpr std::pair<std::string_view, std::string_view> kKnownPrefixes[] = {
    {"schema", "http://schema.org/"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"dc", "http://purl.org/dc/terms/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"og", "http://ogp.me/ns#"},
    {"gr", "http://purl.org/goodrelations/v1#"},
    {"v", "http://rdf.data-vocabulary.org/#"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
};

class RdfaReader {
 public:
  RdfaReader(const PageTree& tree, const Url& base, const StructuredLimits& limits)
      : tree_(tree), base_(base), budget_(limits) {}

  StructuredItems Read() {
    StructuredItems found;
    for (NodeIndex i = 0; i < tree_.size() && !budget_.spent(); ++i) {
      LeaveBefore(i, found);
      if (tree_.IsElement(i)) {
        Enter(i);
      }
    }
    LeaveBefore(tree_.size(), found);
    found.cut = budget_.spent();
    return found;
  }

 private:
  // What an element with one of the attributes says for all inside it.
  struct Scope {
    NodeIndex end = 0;
    std::string_view vocabulary;
    std::vector<std::pair<std::string_view, std::string_view>> prefixes;
    bool has_item = false;
    StructuredItem item;
    std::vector<std::string> property_of_outer;  // the names under which the item stands in the one outside
  };

  void LeaveBefore(NodeIndex at, StructuredItems& found) {
    while (!scopes_.empty() && scopes_.back().end <= at) {
      Scope left = std::move(scopes_.back());
      scopes_.pop_back();
      if (!left.has_item) {
        continue;
      }
      StructuredItem* const outer = left.property_of_outer.empty() ? nullptr : InnermostItem();
      if (outer == nullptr) {
        found.items.push_back(std::move(left.item));
        continue;
      }
      StructuredValue value;
      value.item = std::make_unique<StructuredItem>(std::move(left.item));
      outer->Add(left.property_of_outer.front(), std::move(value));
    }
  }

  StructuredItem* InnermostItem() {
    const auto found =
        std::find_if(scopes_.rbegin(), scopes_.rend(), [](const Scope& scope) { return scope.has_item; });
    return found == scopes_.rend() ? nullptr : &found->item;
  }
  std::size_t Nesting() const {
    return static_cast<std::size_t>(
        std::count_if(scopes_.begin(), scopes_.end(), [](const Scope& scope) { return scope.has_item; }));
  }

  void Enter(NodeIndex node) {
    const std::string_view* const vocabulary = tree_.FindAttribute(node, "vocab");
    const std::string_view* const prefixes = tree_.FindAttribute(node, "prefix");
    const std::string_view* const type = tree_.FindAttribute(node, "typeof");
    std::vector<std::string> names = TokensOf(tree_.AttributeOr(node, "property"));
    const bool is_item = type != nullptr && Nesting() < budget_.nesting() && budget_.Take(type->size());
    if (!names.empty() && !is_item) {
      AddProperty(node, names);
    }
    if ((vocabulary == nullptr && prefixes == nullptr && !is_item) || scopes_.size() >= kMaxScopes) {
      return;
    }
    Scope scope;
    scope.end = tree_.end(node);
    scope.vocabulary = vocabulary != nullptr ? internal::TrimmedHtmlSpace(*vocabulary) : Vocabulary();
    if (prefixes != nullptr) {
      DeclarePrefixes(*prefixes, scope);
    }
    scopes_.push_back(std::move(scope));
    if (is_item) {
      Scope& own = scopes_.back();
      own.has_item = true;
      for (const std::string& name : TokensOf(*type)) {
        own.item.types.push_back(Expanded(name));
      }
      if (const std::string_view* const resource = tree_.FindAttribute(node, "resource")) {
        own.item.id = internal::AbsoluteUrl(*resource, base_);
      }
      own.property_of_outer = std::move(names);
    }
  }

  std::string_view Vocabulary() const { return scopes_.empty() ? std::string_view() : scopes_.back().vocabulary; }

  // "schema: http://schema.org/ foaf: http://…"
  static void DeclarePrefixes(std::string_view list, Scope& scope) {
    while (scope.prefixes.size() < kMaxPrefixes) {
      std::string_view name = internal::TakeToken(list);
      const std::string_view url = internal::TakeToken(list);
      if (url.empty() || !name.ends_with(':')) {
        return;
      }
      name.remove_suffix(1);
      scope.prefixes.emplace_back(name, url);
    }
  }

  // A term, or a name with a prefix, as a URL where it is known of what.
  std::string Expanded(std::string_view name) const {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos) {
      return std::string(Vocabulary()).append(name);
    }
    const std::string_view prefix = name.substr(0, colon);
    const std::string_view rest = name.substr(colon + 1);
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      for (const auto& [declared, url] : scope->prefixes) {
        if (internal::EqualsIgnoringCase(declared, prefix)) {
          return std::string(url).append(rest);
        }
      }
    }
    for (const auto& [known, url] : kKnownPrefixes) {
      if (known == prefix) {
        return std::string(url).append(rest);
      }
    }
    return std::string(name);
  }

  void AddProperty(NodeIndex node, const std::vector<std::string>& names) {
    StructuredItem* const item = InnermostItem();
    if (item == nullptr) {
      return;
    }
    StructuredValue value;
    value.text = ValueOf(node);
    for (const std::string& name : names) {
      if (!budget_.Take(name.size() + value.text.size())) {
        return;
      }
      item->Add(name, {value.text, nullptr});
    }
  }

  std::string ValueOf(NodeIndex node) const {
    if (const std::string_view* const content = tree_.FindAttribute(node, "content")) {
      return std::string(*content);
    }
    for (const std::string_view attribute : {"resource", "href", "src"}) {
      if (const std::string_view* const url = tree_.FindAttribute(node, attribute)) {
        return internal::AbsoluteUrl(*url, base_);
      }
    }
    if (const std::string_view* const time = tree_.FindAttribute(node, "datetime")) {
      return std::string(*time);
    }
    return tree_.TextContent(node, budget_.room());
  }

  static constexpr std::size_t kMaxScopes = 256;
  static constexpr std::size_t kMaxPrefixes = 64;

  const PageTree& tree_;
  const Url& base_;
  StructuredBudget budget_;
  std::vector<Scope> scopes_;  // the innermost last
};

}  // namespace

StructuredItems ReadRdfaLite(const PageTree& tree, const Url& base, const StructuredLimits& limits) {
  return RdfaReader(tree, base, limits).Read();
}

}  // namespace spinneret
