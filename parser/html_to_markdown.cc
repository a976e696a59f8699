#include "parser/html_to_markdown.h"

#include <cstdint>
#include <vector>

#include "parser/content_tree.h"
#include "parser/encoding_decoders.h"
#include "parser/html_document.h"
#include "parser/markdown.h"

namespace spinneret {

std::string HtmlToMarkdown(std::string_view html, const Url& base) {
  internal::HtmlDocument document;
  document.Parse(html, ReadLimits{}, internal::RawText::kDrop);
  internal::ContentTree tree;
  tree.Build(document);
  std::string markdown;
  internal::WriteMarkdown(tree, {tree.body()}, base, internal::Images::kNo, markdown);
  if (internal::ValidUtf8Prefix(markdown) != markdown.size()) {
    std::string repaired;
    internal::RepairUtf8(markdown, repaired);
    return repaired;
  }
  return markdown;
}

}  // namespace spinneret
