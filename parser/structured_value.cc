#include "parser/structured_value.h"

#include <optional>

#include "parser/html_text.h"

namespace spinneret::internal {

std::string AbsoluteUrl(std::string_view text, const Url& base) {
  const std::optional<Url> url = Url::Parse(text, &base);
  return url ? url->href() : std::string();
}

std::string_view UrlAttributeOf(const PageTree& tree, NodeIndex node) {
  for (const std::string_view name : {"audio", "embed", "iframe", "img", "source", "track", "video"}) {
    if (tree.Is(node, KeyOfTag(name))) {
      return "src";
    }
  }
  for (const std::string_view name : {"a", "area", "link"}) {
    if (tree.Is(node, KeyOfTag(name))) {
      return "href";
    }
  }
  return tree.Is(node, KeyOfTag("object")) ? "data" : "";
}

std::vector<std::string> TokensOf(std::string_view list) {
  std::vector<std::string> tokens;
  for (std::string_view token = TakeToken(list); !token.empty(); token = TakeToken(list)) {
    tokens.emplace_back(token);
  }
  return tokens;
}

}  // namespace spinneret::internal
