#include "parser/readable_text.h"

#include <cstdint>
#include <vector>

#include "parser/encoding_decoders.h"
#include "parser/plain_text.h"

namespace spinneret::internal {
namespace {

// With fewer characters than this, a page that hides blocks has its content in them.
constexpr std::uint32_t kHardlyAnything = 200;

std::uint32_t CharsIn(const ContentTree& tree, const std::vector<std::uint32_t>& roots) {
  std::uint32_t chars = 0;
  for (const std::uint32_t root : roots) {
    chars += tree.nodes()[root].chars;
  }
  return chars;
}

}  // namespace

void ReadableTextReader::Read(const HtmlDocument& document, const Url& base, ReadableText& out, Images images) {
  tree_.Build(document);
  const std::vector<std::uint32_t>* roots = &finder_.Find(tree_);
  if (tree_.left_out_blocks() && CharsIn(tree_, *roots) < kHardlyAnything) {
    tree_.Build(document, ContentTree::Unseen::kTakeIn);
    roots = &finder_.Find(tree_);
  }
  WritePlainText(tree_, *roots, out.text);
  WriteMarkdown(tree_, *roots, base, images, out.markdown);
  // gumbo makes character references to numbers beyond 32 bits into what is not UTF-8.
  for (std::string* text : {&out.text, &out.markdown}) {
    if (ValidUtf8Prefix(*text) != text->size()) {
      RepairUtf8(*text, scratch_);
      text->swap(scratch_);
    }
  }
}

}  // namespace spinneret::internal
