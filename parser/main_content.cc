#include "parser/main_content.h"

#include <algorithm>
#include <iterator>

namespace spinneret::internal {
namespace {

// The figures here are read as "of the page's sentences". What is marked as chrome but holds this much of them is the
// content, whatever its name.
constexpr double kChromeShare = 0.4;
constexpr double kNavShare = 0.6;
constexpr double kWeakShare = 0.2;
// A wrapper named after comments that holds all of the page is not the comments.
constexpr double kWrapperShare = 0.9;
// A box in which sentences outside links are this much of the text is content throughout.
constexpr double kNearlyAllProse = 0.85;
// An article with this much of what all the articles of a page hold is the one that the page is about.
constexpr double kOneArticleShare = 0.7;
// With fewer characters beside them, the comments are what the page is for: a thread.
constexpr std::uint32_t kThreadRest = 300;
// A line about the content (date, author, tags) is not longer.
constexpr std::uint32_t kLabelChars = 150;

constexpr std::size_t kScoredAncestors = 6;
constexpr std::size_t kJoinedLevels = 8;
// From here on an article speaks for itself.
constexpr std::uint32_t kEnoughSaid = 80;
constexpr std::uint32_t kEnoughGuessed = 200;

double Share(std::uint32_t part, std::uint32_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}
double LinkDensity(const ContentNode& node) {
  return Share(node.link_chars, node.chars);
}

bool IsContainer(ElementKind kind) {
  switch (kind) {
    case ElementKind::kBlock:
    case ElementKind::kBody:
    case ElementKind::kMain:
    case ElementKind::kArticle:
    case ElementKind::kSection:
    case ElementKind::kHeader:
    case ElementKind::kFooter:
    case ElementKind::kNav:
    case ElementKind::kAside:
    case ElementKind::kForm:
    case ElementKind::kCell:
      return true;
    default:
      return false;
  }
}

bool IsList(ElementKind kind) {
  return kind == ElementKind::kUnorderedList || kind == ElementKind::kOrderedList ||
         kind == ElementKind::kDefinitionList;
}

// Blocks that are text by themselves wherever they stand.
bool IsProse(ElementKind kind) {
  switch (kind) {
    case ElementKind::kParagraph:
    case ElementKind::kPreformatted:
    case ElementKind::kQuote:
    case ElementKind::kUnorderedList:
    case ElementKind::kOrderedList:
    case ElementKind::kDefinitionList:
    case ElementKind::kTable:
    case ElementKind::kFigure:
      return true;
    default:
      return false;
  }
}

}  // namespace

void MainContentFinder::Remove(std::uint32_t node, std::vector<std::uint32_t>& log) {
  (*nodes_)[node].removed = true;
  log.push_back(node);
}

const std::vector<std::uint32_t>& MainContentFinder::Find(ContentTree& tree) {
  tree_ = &tree;
  nodes_ = &tree.nodes();
  roots_.clear();
  chrome_.clear();
  cleaned_.clear();
  if (nodes_->empty()) {
    return roots_;
  }
  MarkChrome();
  tree.Recount();
  const ContentNode& body = (*nodes_)[tree.body()];
  const std::uint32_t page_chars = body.chars;
  const std::uint32_t page_link_chars = body.link_chars;
  ScoreBlocks();
  const std::uint32_t best = BestBlock();
  const Sureness sureness = ChooseRoots(best);
  CleanRoots();
  if (IsTooLittle(sureness, page_chars, page_link_chars)) {
    TakeWholePage();
  }
  return roots_;
}

bool MainContentFinder::CommentsAreContent() const {
  const std::vector<ContentNode>& nodes = *nodes_;
  const ContentNode& body = nodes[tree_->body()];
  std::uint32_t comments = 0;
  for (std::uint32_t i = tree_->body() + 1; i < body.end;) {
    const ContentNode& node = nodes[i];
    if (node.hidden) {
      i = node.end;
    } else if (node.hint == Hint::kComments && Share(node.good, body.good) < kWrapperShare) {
      comments += node.good;
      i = node.end;
    } else {
      ++i;
    }
  }
  const std::uint32_t rest = body.good - std::min(comments, body.good);
  return rest < kThreadRest && comments > rest;
}

bool MainContentFinder::IsChrome(std::uint32_t index, bool in_article, bool comments_are_content) const {
  const ContentNode& node = (*nodes_)[index];
  const double share = Share(node.good, (*nodes_)[tree_->body()].good);
  switch (node.kind) {
    case ElementKind::kNav:
      return share < kNavShare;
    case ElementKind::kFooter:
      return share < kChromeShare;
    case ElementKind::kAside:
      return node.hint != Hint::kNote && share < kChromeShare;
    case ElementKind::kForm:
      if (node.controls > 0 && share < kChromeShare) {
        return true;
      }
      break;
    case ElementKind::kHeader:
      if (share < kWeakShare && (node.headings == 0 || (!in_article && LinkDensity(node) > 0.33))) {
        return true;
      }
      break;
    default:
      break;
  }
  switch (node.hint) {
    case Hint::kChrome:
      return share < kChromeShare;
    case Hint::kComments:
      return !comments_are_content && share < kWrapperShare;
    case Hint::kWeak:
      return share < kWeakShare && (LinkDensity(node) > 0.33 || (node.good == 0 && node.controls > 0));
    case Hint::kLabel:
      return node.block && node.kind != ElementKind::kCell && node.chars < kLabelChars && node.headings == 0;
    case Hint::kNone:
    case Hint::kContent:
    case Hint::kBody:
    case Hint::kNote:
    case Hint::kGutter:
      break;
  }
  return false;
}

void MainContentFinder::MarkChrome() {
  const std::vector<ContentNode>& nodes = *nodes_;
  const bool comments_are_content = CommentsAreContent();
  std::uint32_t article_end = 0;
  std::uint32_t block = tree_->body();  // the innermost open one, roughly: the last that began
  for (std::uint32_t i = tree_->body() + 1; i < nodes[tree_->body()].end;) {
    const ContentNode& node = nodes[i];
    if (node.hidden || node.kind == ElementKind::kText) {
      i = node.end;
      continue;
    }
    if (node.kind == ElementKind::kPreformatted || node.kind == ElementKind::kCode) {
      i = node.end;  // names in there are those of a highlighter
      continue;
    }
    // A word or two within a sentence is of that sentence, whatever its name.
    const bool in_sentence = !node.block && nodes[block].own_chars > 2 * node.chars;
    if (!in_sentence && IsChrome(i, i < article_end, comments_are_content)) {
      Remove(i, chrome_);
      i = node.end;
      continue;
    }
    if (node.block) {
      block = i;
    }
    if (node.kind == ElementKind::kArticle || node.kind == ElementKind::kMain) {
      article_end = std::max(article_end, node.end);
    }
    ++i;
  }
}

void MainContentFinder::ScoreBlocks() {
  const std::vector<ContentNode>& nodes = *nodes_;
  scores_.assign(nodes.size(), 0.0F);
  for (std::uint32_t i = tree_->body(); i < nodes[tree_->body()].end;) {
    const ContentNode& node = nodes[i];
    if (node.hidden || node.removed) {
      i = node.end;
      continue;
    }
    const std::uint32_t good = OwnGoodChars(node);
    if (good > 0) {
      const auto marks = static_cast<float>(std::min<std::uint32_t>(node.own_marks, 10));
      const float length = std::min(static_cast<float>(good) / 100.0F, 8.0F);
      const float points =
          (1.0F + marks + length) * (1.0F - static_cast<float>(Share(node.own_link_chars, node.own_chars)));
      if (IsContainer(node.kind)) {
        scores_[i] += points;
      }
      std::uint32_t above = i;
      for (std::size_t level = 0; level < kScoredAncestors && above != tree_->body();) {
        above = nodes[above].parent;
        if (!nodes[above].block) {
          continue;
        }
        scores_[above] += level == 0 ? points : level == 1 ? points / 2 : points / static_cast<float>(level * 3);
        ++level;
      }
    }
    ++i;
  }
}

std::uint32_t MainContentFinder::BestBlock() const {
  const std::vector<ContentNode>& nodes = *nodes_;
  std::uint32_t best = tree_->body();
  double best_score = 0;
  for (std::uint32_t i = tree_->body(); i < nodes[tree_->body()].end; ++i) {
    const ContentNode& node = nodes[i];
    if (scores_[i] <= 0 || !IsContainer(node.kind)) {
      continue;
    }
    double score = static_cast<double>(scores_[i]) * (1.0 - LinkDensity(node));
    if (node.hint == Hint::kContent || node.hint == Hint::kBody || node.kind == ElementKind::kArticle) {
      score = score * 1.2 + 5;
    } else if (node.hint == Hint::kWeak) {
      score *= 0.7;
    }
    if (score > best_score) {
      best_score = score;
      best = i;
    }
  }
  return best;
}

// The elements that say of themselves that they are the article's body, when they hold a fair part of the page.
bool MainContentFinder::ChooseSaidBodies() {
  const std::vector<ContentNode>& nodes = *nodes_;
  const ContentNode& body = nodes[tree_->body()];
  std::vector<std::uint32_t> said;
  std::uint32_t good = 0;
  std::uint32_t largest = 0;
  for (std::uint32_t i = tree_->body(); i < body.end;) {
    const ContentNode& node = nodes[i];
    const bool skipped = tree_->IsSkipped(i);
    if (!skipped && node.hint == Hint::kBody) {
      said.push_back(i);
      good += node.good;
      largest = said.size() == 1 || node.good > nodes[largest].good ? i : largest;
    }
    i = skipped || node.hint == Hint::kBody ? node.end : i + 1;
  }
  if (good <= kEnoughGuessed || Share(good, body.good) <= kChromeShare) {
    return false;
  }
  // Beside one article the others are teasers; otherwise they are all posts.
  if (Share(nodes[largest].good, good) > kOneArticleShare) {
    said = {largest};
  }
  roots_ = said;
  return true;
}

MainContentFinder::Sureness MainContentFinder::ChooseRoots(std::uint32_t best) {
  const std::vector<ContentNode>& nodes = *nodes_;
  if (ChooseSaidBodies()) {
    return Sureness::kSaid;
  }
  std::uint32_t article = 0;
  std::uint32_t main = 0;
  std::uint32_t named = 0;
  for (std::uint32_t i = best; i != tree_->body() && i != 0; i = nodes[i].parent) {
    if (nodes[i].kind == ElementKind::kArticle && article == 0) {
      article = i;
    } else if (nodes[i].kind == ElementKind::kMain && main == 0) {
      main = i;
    } else if (nodes[i].hint == Hint::kContent && nodes[i].good <= nodes[best].good + nodes[best].good / 2) {
      named = i;
    }
  }
  if (article != 0) {
    roots_ = {article};
    JoinTwins(article);
    return Sureness::kSaid;
  }
  if (main != 0) {
    roots_ = {main};
    return Sureness::kSaid;
  }
  const std::uint32_t start = named != 0 ? named : best;
  roots_ = {start};
  JoinSiblings(start);
  return Sureness::kGuessed;
}

// An article among others of its kind: posts of a thread, or of a blog's front page.
void MainContentFinder::JoinTwins(std::uint32_t node) {
  const std::vector<ContentNode>& nodes = *nodes_;
  const std::uint32_t parent = nodes[node].parent;
  const std::string_view names = tree_->Attribute(node, "class");
  std::vector<std::uint32_t> found;
  std::uint32_t good = 0;
  for (std::uint32_t i = parent + 1; i < nodes[parent].end; i = nodes[i].end) {
    if (i != node && !tree_->IsSkipped(i) && nodes[i].kind == nodes[node].kind && nodes[i].chars > 0 &&
        LinkDensity(nodes[i]) < 0.5 && tree_->Attribute(i, "class") == names) {
      good += nodes[i].good;
      found.push_back(i);
    }
  }
  // Teasers under an article are shorter than it is.
  if (good * 2 > nodes[node].good) {
    AddRoots(found);
  }
}

void MainContentFinder::AddRoots(std::vector<std::uint32_t>& found) {
  roots_.insert(roots_.end(), found.begin(), found.end());
  std::sort(roots_.begin(), roots_.end());
}

bool MainContentFinder::BelongsWith(std::uint32_t sibling, std::uint32_t node, std::uint32_t good) const {
  const std::vector<ContentNode>& nodes = *nodes_;
  const ContentNode& candidate = nodes[sibling];
  if (tree_->IsSkipped(sibling) || candidate.chars == 0 || !candidate.block) {
    return false;
  }
  const double density = LinkDensity(candidate);
  const std::string_view names = tree_->Attribute(node, "class");
  const bool alike = candidate.kind == nodes[node].kind && tree_->Attribute(sibling, "class") == names;
  const bool item = candidate.kind == ElementKind::kRow || candidate.kind == ElementKind::kListItem ||
                    candidate.kind == ElementKind::kTable;
  if (alike && (!names.empty() || item)) {
    return candidate.good > 0 && density < (names.empty() ? 0.25 : 0.5);
  }
  if (density >= 0.25) {
    return false;
  }
  return candidate.good >= (IsProse(candidate.kind) ? 80 : std::max(150U, good / 7));
}

// Where the page says nothing of its structure: what stands beside the best block and reads like it.
void MainContentFinder::JoinSiblings(std::uint32_t node) {
  const std::vector<ContentNode>& nodes = *nodes_;
  std::vector<std::uint32_t> found;
  std::vector<std::uint32_t> between;
  std::uint32_t good = nodes[node].good;
  for (std::size_t level = 0; level < kJoinedLevels && node != tree_->body() && node != 0; ++level) {
    const std::uint32_t parent = nodes[node].parent;
    // What is nearly all sentences needs no choice.
    if (nodes[parent].good > good + good / 10 && Share(nodes[parent].good, nodes[parent].chars) > kNearlyAllProse) {
      roots_ = {parent};
      good = nodes[parent].good;
      node = parent;
      continue;
    }
    found.clear();
    between.clear();
    bool inside = false;
    for (std::uint32_t i = parent + 1; i < nodes[parent].end; i = nodes[i].end) {
      if (i == node || BelongsWith(i, node, good)) {
        // What lies between two parts belongs to them; of what is before the first, a heading that stands over it.
        const auto heading = [&nodes](std::uint32_t other) { return nodes[other].kind == ElementKind::kHeading; };
        const auto from = inside ? between.begin() : std::find_if(between.begin(), between.end(), heading);
        found.insert(found.end(), from, between.end());
        between.clear();
        inside = true;
        if (i != node) {
          found.push_back(i);
        }
      } else if (!tree_->IsSkipped(i) && LinkDensity(nodes[i]) < 0.5) {
        between.push_back(i);
      }
    }
    for (const std::uint32_t i : found) {
      good += nodes[i].good;
    }
    AddRoots(found);
    node = parent;
  }
}

bool MainContentFinder::IsBoilerplate(std::uint32_t index, bool introduced) const {
  const ContentNode& node = (*nodes_)[index];
  if (node.chars == 0) {
    return false;
  }
  const double density = LinkDensity(node);
  if (IsList(node.kind)) {
    return !introduced && node.links >= 3 && density > 0.75 && node.chars / node.links < 60;
  }
  switch (node.kind) {
    case ElementKind::kBlock:
    case ElementKind::kSection:
    case ElementKind::kAside:
    case ElementKind::kHeader:
    case ElementKind::kFooter:
    case ElementKind::kNav:
    case ElementKind::kForm:
    case ElementKind::kArticle:
    case ElementKind::kTable:
      break;
    default:
      return false;
  }
  if (node.kind == ElementKind::kTable && node.data_table) {
    return density > 0.9 && node.links >= 3;
  }
  // Names of things linked one by one, with signs and words between them, are how documentation writes a signature.
  const bool signature = node.headings > 0 && density < 0.8 && node.links > 0 && node.link_chars / node.links < 20;
  if (node.links >= 2 && density > 0.5 && node.good < 100 && !signature) {
    return !introduced;
  }
  if (node.hint == Hint::kWeak && density > 0.2 && node.good < 200) {
    return true;
  }
  if (node.links != 1 || node.kind != ElementKind::kBlock || node.good > 0) {
    return false;
  }
  // "Next: …", "See also: …": a link with a label in a box of its own; or the link alone, when it is short.
  return density > 0.9 ? node.chars < 30 || density < 1.0 : density > 0.6 && node.chars < 200;
}

void MainContentFinder::CleanRoots() {
  std::uint32_t before = 0;
  for (const std::uint32_t root : roots_) {
    before += (*nodes_)[root].chars;
  }
  for (const std::uint32_t root : roots_) {
    CleanRoot(root);
  }
  tree_->Recount();
  std::uint32_t after = 0;
  for (const std::uint32_t root : roots_) {
    after += (*nodes_)[root].chars;
  }
  // A page of links is for its links.
  if (Share(after, before) < 0.4) {
    UndoCleaning();
    return;
  }
  RemoveDanglingHeadings();
}

void MainContentFinder::CleanRoot(std::uint32_t root) {
  const std::vector<ContentNode>& nodes = *nodes_;
  bool introduced = false;  // the text before ends with a colon
  for (std::uint32_t i = root + 1; i < nodes[root].end;) {
    const ContentNode& node = nodes[i];
    if (node.hidden || node.removed || node.kind == ElementKind::kPreformatted) {
      i = node.end;
      continue;
    }
    if (node.kind == ElementKind::kText) {
      if (node.chars > 0) {
        const std::string_view text = tree_->Text(i);
        introduced = text[text.find_last_not_of(" \t\n\f\r")] == ':';
      }
    } else if (IsBoilerplate(i, introduced)) {
      Remove(i, cleaned_);
      i = node.end;
      continue;
    }
    ++i;
  }
}

// A heading that has lost what it stood over.
void MainContentFinder::RemoveDanglingHeadings() {
  std::vector<ContentNode>& nodes = *nodes_;
  std::vector<std::uint32_t> open;  // headings without content so far
  bool lost = false;                // something was removed since the last of them
  const std::size_t cleaned = cleaned_.size();
  const auto drop = [this, &open, &lost](std::uint8_t level) {
    while (!open.empty() && (*nodes_)[open.back()].level >= level) {
      if (lost) {
        Remove(open.back(), cleaned_);
      }
      open.pop_back();
    }
  };
  for (const std::uint32_t root : roots_) {
    for (std::uint32_t i = root; i < nodes[root].end;) {
      const ContentNode& node = nodes[i];
      if (node.hidden || node.removed) {
        lost = lost || node.removed;
        i = node.end;
      } else if (node.kind == ElementKind::kHeading && node.chars > 0) {
        drop(node.level);
        open.push_back(i);
        lost = false;
        i = node.end;
      } else {
        if ((node.kind == ElementKind::kText && node.chars > 0) || node.kind == ElementKind::kImage) {
          open.clear();
          lost = false;
        }
        ++i;
      }
    }
  }
  drop(0);
  if (cleaned_.size() > cleaned) {
    tree_->Recount();
  }
}

bool MainContentFinder::IsTooLittle(Sureness sureness, std::uint32_t page_chars, std::uint32_t page_link_chars) const {
  std::uint32_t chars = 0;
  std::uint32_t good = 0;
  for (const std::uint32_t root : roots_) {
    chars += (*nodes_)[root].chars;
    good += (*nodes_)[root].good;
  }
  if (chars * 2 >= page_chars) {
    return false;
  }
  if (good < (sureness == Sureness::kSaid ? kEnoughSaid : kEnoughGuessed)) {
    return true;
  }
  // A page of links with a sentence or two.
  return sureness == Sureness::kGuessed && chars * 5 < page_chars && Share(page_link_chars, page_chars) > 0.7;
}

void MainContentFinder::UndoCleaning() {
  for (const std::uint32_t node : cleaned_) {
    (*nodes_)[node].removed = false;
  }
  cleaned_.clear();
  tree_->Recount();
}

void MainContentFinder::TakeWholePage() {
  UndoCleaning();
  roots_ = {tree_->body()};
  if ((*nodes_)[tree_->body()].chars > 0) {
    return;
  }
  // All of it was named as chrome.
  for (const std::uint32_t node : chrome_) {
    (*nodes_)[node].removed = false;
  }
  chrome_.clear();
  tree_->Recount();
}

}  // namespace spinneret::internal
