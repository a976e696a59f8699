// How the writers of readable text go over a page's content.
//
// Thread   no state of its own.
// Errors   none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/content_tree.h"

namespace spinneret::internal {

// Calls `visitor.Enter(node)`, `visitor.Leave(node)` for elements and `visitor.Text(node)` for text, in document order,
// over what is neither hidden nor removed. Without recursion: trees may be deep.
template <class Visitor>
void WalkContent(const ContentTree& tree, const std::vector<std::uint32_t>& roots, Visitor& visitor) {
  const std::vector<ContentNode>& nodes = tree.nodes();
  std::vector<std::uint32_t> open;
  const auto close_before = [&nodes, &open, &visitor](std::uint32_t next) {
    while (!open.empty() && next >= nodes[open.back()].end) {
      visitor.Leave(open.back());
      open.pop_back();
    }
  };
  for (const std::uint32_t root : roots) {
    for (std::uint32_t i = root; i < nodes[root].end;) {
      close_before(i);
      if (tree.IsSkipped(i)) {
        i = nodes[i].end;
        continue;
      }
      if (nodes[i].kind == ElementKind::kText) {
        visitor.Text(i);
      } else {
        visitor.Enter(i);
        open.push_back(i);
      }
      ++i;
    }
    close_before(nodes[root].end);
  }
}

// What a character at the beginning of `text` is to a reader.
enum class Glyph : std::uint8_t { kVisible, kSpace, kInvisible };

struct GlyphRun {
  Glyph glyph = Glyph::kVisible;
  std::size_t size = 0;
};

// Its first character, or more of the same glyph. White space is HTML's, and the spaces of Unicode that are as wide as
// one or wider; soft hyphens, zero-width spaces, byte order marks and control characters are invisible.
inline GlyphRun FirstGlyphs(std::string_view text) {
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  if (first == ' ' || (first >= '\t' && first <= '\r')) {
    return {Glyph::kSpace, 1};
  }
  if (first < 0x20 || first == 0x7F) {
    return {Glyph::kInvisible, 1};
  }
  if (first == 0xC2) {
    if (at(1) == 0xA0) {  // U+00A0
      return {Glyph::kSpace, 2};
    }
    if (at(1) == 0xAD || (at(1) >= 0x80 && at(1) < 0xA0)) {  // U+00AD, C1 controls
      return {Glyph::kInvisible, 2};
    }
  } else if (first == 0xE2 && at(1) == 0x80) {
    if ((at(2) >= 0x80 && at(2) <= 0x8A) || at(2) == 0xA8 || at(2) == 0xA9 || at(2) == 0xAF) {
      return {Glyph::kSpace, 3};
    }
    if (at(2) == 0x8B || at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xAA && at(2) <= 0xAE)) {
      return {Glyph::kInvisible, 3};  // zero-width space, marks of direction
    }
  } else if (first == 0xE3 && at(1) == 0x80 && at(2) == 0x80) {  // U+3000
    return {Glyph::kSpace, 3};
  } else if (first == 0xEF && at(1) == 0xBB && at(2) == 0xBF) {  // U+FEFF
    return {Glyph::kInvisible, 3};
  }
  std::size_t size = 1;
  while (size < text.size() && at(size) > 0x20 && at(size) < 0x7F && first < 0x80) {
    ++size;
  }
  while (first >= 0x80 && size < text.size() && (at(size) & 0xC0U) == 0x80U) {
    ++size;
  }
  return {Glyph::kVisible, size};
}

}  // namespace spinneret::internal
