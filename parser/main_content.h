// Where a page's main content is: the article, the documentation, the posts of a thread, without navigation, sidebars,
// share bars, comments, cookie notes, related links and footers. docs/readable_text.md says how it is found.
//
// Input      any page; one without an article gives all its visible text except chrome.
// Output     the roots whose subtrees are the content, and `removed` marks in the tree on what is left out of them.
// Thread     one thread at a time; memory is kept between pages.
// Cost       linear in the nodes of the tree: a fixed number of passes; each block gives to six ancestors.
// Errors     none: every page has a content, which may be empty.
#pragma once

#include <cstdint>
#include <vector>

#include "parser/content_tree.h"

namespace spinneret::internal {

class MainContentFinder {
 public:
  // The roots in document order, none within another. They hold until the next call.
  const std::vector<std::uint32_t>& Find(ContentTree& tree);

 private:
  // How sure it is that the roots are what the page is about.
  enum class Sureness { kSaid, kGuessed };

  void MarkChrome();
  bool CommentsAreContent() const;
  bool IsChrome(std::uint32_t node, bool in_article, bool comments_are_content) const;
  void ScoreBlocks();
  std::uint32_t BestBlock() const;
  Sureness ChooseRoots(std::uint32_t best);
  bool ChooseSaidBodies();
  void JoinSiblings(std::uint32_t node);
  bool BelongsWith(std::uint32_t sibling, std::uint32_t node, std::uint32_t good) const;
  void JoinTwins(std::uint32_t node);
  void AddRoots(std::vector<std::uint32_t>& found);
  void CleanRoots();
  void CleanRoot(std::uint32_t root);
  bool IsBoilerplate(std::uint32_t node, bool introduced) const;
  void RemoveDanglingHeadings();
  bool IsTooLittle(Sureness sureness, std::uint32_t page_chars, std::uint32_t page_link_chars) const;
  void UndoCleaning();
  void TakeWholePage();
  void Remove(std::uint32_t node, std::vector<std::uint32_t>& log);

  ContentTree* tree_ = nullptr;
  std::vector<ContentNode>* nodes_ = nullptr;
  std::vector<float> scores_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::uint32_t> chrome_;   // what was removed before the content was sought
  std::vector<std::uint32_t> cleaned_;  // and within it
};

}  // namespace spinneret::internal
