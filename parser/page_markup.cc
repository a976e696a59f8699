#include "parser/page_markup.h"

#include "parser/html_text.h"
#include "parser/lenient_json.h"

namespace spinneret {

using internal::KeyOfTag;

void PageMarkup::Clear() {
  metas.clear();
  alternates.clear();
  json_ld.clear();
}

bool IsJsonLdType(std::string_view type) {
  return internal::EqualsIgnoringCase(internal::TrimmedHtmlSpace(type.substr(0, type.find(';'))),
                                      "application/ld+json");
}

PageMarkup MarkupOf(const PageTree& tree) {
  PageMarkup markup;
  const auto text = [&tree](NodeIndex node, std::string_view name) {
    return std::string(tree.AttributeOr(node, name));
  };
  for (NodeIndex i = 0; i < tree.size(); ++i) {
    if (tree.Is(i, KeyOfTag("meta"))) {
      if (tree.FindAttribute(i, "content") != nullptr) {
        markup.metas.push_back({text(i, "name"), text(i, "property"), text(i, "content")});
      }
    } else if (tree.Is(i, KeyOfTag("link"))) {
      if (internal::HasToken(tree.AttributeOr(i, "rel"), "alternate")) {
        markup.alternates.push_back(
            {text(i, "rel"), text(i, "href"), text(i, "type"), text(i, "hreflang"), text(i, "title")});
      }
    } else if (tree.Is(i, KeyOfTag("script")) && IsJsonLdType(tree.AttributeOr(i, "type"))) {
      markup.json_ld.push_back(tree.TextContent(i, kLenientJsonBytes + 1));
    }
  }
  return markup;
}

}  // namespace spinneret
