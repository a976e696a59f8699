// An outline of the HTML standard's stack of open elements and list of active formatting elements: enough of the rules
// (§13.2.6) to know how deep a page nests and what its misnesting costs. For html_bounds.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "parser/html_tags.h"

namespace spinneret::internal {

class HtmlOutline {
 public:
  void Reset();

  // `identity` is equal for tags that are written alike, attributes included.
  void StartTag(TagKey tag, std::uint64_t identity, bool self_closing);
  void EndTag(TagKey tag);

  // Text, where there is any between two tags: it opens formatting elements again that a block has closed.
  void Text() {
    if (closed_ > 0) {
      Reopen();
    }
  }

  // Open elements, and formatting elements that wait to be opened again.
  std::size_t depth() const { return open_.size() + closed_ + framesets_; }
  // What the tree builder has had to do so far, in looks at a node.
  std::uint64_t work() const { return work_; }
  // Formatting elements that were opened again: nodes that no tag stands for.
  std::uint64_t reopened() const { return reopened_; }
  void AddWork(std::uint64_t work) { work_ += work; }
  // True where a tag may belong to SVG, MathML, a <select> or <frameset>, which read <style> and the like as ordinary
  // tags.
  bool raw_text_is_unsure() const { return foreign_ > 0 || selects_ > 0 || framesets_ > 0; }
  bool in_foreign_content() const { return foreign_ > 0; }

 private:
  struct Element {
    TagKey tag = 0;
    std::uint32_t children = 0;
    std::uint32_t serial = 0;  // of its entry among the formatting elements; 0: it has none
  };
  struct Formatting {
    TagKey tag = 0;  // 0: a marker
    std::uint64_t identity = 0;
    std::uint32_t serial = 0;
    bool open = false;
  };

  void Push(TagKey tag, std::uint32_t serial = 0);
  void PopTo(std::size_t size);
  // The index of the innermost open `tag` above what ends its scope, or npos.
  template <class EndsScope>
  std::size_t Find(TagKey tag, EndsScope ends_scope) const;
  void CloseParagraph();
  void CloseItem(TagKey tag, TagKey other);
  void OpenTablePart(TagKey tag);
  void OpenFormatting(TagKey tag, std::uint64_t identity);
  void Reopen();
  void EraseFormatting(std::size_t index);
  bool CloseFormatting(TagKey tag);
  bool InForeignContent() const;
  void LeaveForeignContent();
  void PopMarker();

  std::vector<Element> open_;
  std::vector<Formatting> formatting_;
  std::uint64_t work_ = 0;
  std::uint64_t reopened_ = 0;
  std::size_t closed_ = 0;  // entries of formatting_ that are not open
  std::uint32_t last_serial_ = 0;
  std::size_t foreign_ = 0;
  std::size_t selects_ = 0;
  std::size_t framesets_ = 0;  // that were begun
};

}  // namespace spinneret::internal
