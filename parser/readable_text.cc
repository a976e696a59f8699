#include "parser/readable_text.h"

#include <cstdint>
#include <vector>

#include "parser/encoding_decoders.h"
#include "parser/plain_text.h"

namespace spinneret::internal {

void ReadableTextReader::Read(const HtmlDocument& document, const Url& base, ReadableText& out, Images images) {
  tree_.Build(document);
  const std::vector<std::uint32_t>& roots = finder_.Find(tree_);
  WritePlainText(tree_, roots, out.text);
  WriteMarkdown(tree_, roots, base, images, out.markdown);
  // gumbo makes character references to numbers beyond 32 bits into what is not UTF-8.
  for (std::string* text : {&out.text, &out.markdown}) {
    if (ValidUtf8Prefix(*text) != text->size()) {
      RepairUtf8(*text, scratch_);
      text->swap(scratch_);
    }
  }
}

}  // namespace spinneret::internal
