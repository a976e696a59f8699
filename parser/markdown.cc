#include "parser/markdown.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "parser/content_walk.h"
#include "parser/markdown_inline.h"
#include "parser/markdown_table.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kMaxContainers = 16;
constexpr std::size_t kMaxLanguage = 20;
// Of all the links of one page: a long base makes every one of them long.
constexpr std::size_t kMaxUrlBytes = 16U << 20U;
// Short lines at a great depth are mostly what stands before them.
constexpr std::size_t kMaxBytes = 64U << 20U;
constexpr std::size_t kNothing = static_cast<std::size_t>(-1);

std::size_t NumberOr(std::string_view text, std::size_t otherwise, std::size_t limit) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= limit ? number : otherwise;
}

bool IsLanguageChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '#' ||
         c == '-' || c == '_' || c == '.';
}

// The language in one class value: "language-x", "lang-x", "highlight-source-x", "highlight-x", "brush: x",
// "sourceCode x".
std::string_view LanguageIn(std::string_view names) {
  names = names.substr(0, 256);
  for (const std::string_view mark :
       {"language-", "lang-", "highlight-source-", "highlight-", "brush: ", "brush:", "sourceCode "}) {
    const std::size_t at = names.find(mark);
    if (at == std::string_view::npos || (at > 0 && names[at - 1] != ' ')) {
      continue;
    }
    std::string_view language = names.substr(at + mark.size());
    std::size_t size = 0;
    while (size < language.size() && IsLanguageChar(language[size])) {
      ++size;
    }
    language = language.substr(0, size);
    const bool no_language =
        language == "none" || language == "default" || language == "text" || language == "plaintext";
    if (!language.empty() && language.size() <= kMaxLanguage) {
      return no_language ? std::string_view() : language;
    }
  }
  return {};
}

// Where an image really is, on pages that load theirs late.
std::string_view ImageSource(const ContentTree& tree, std::uint32_t node) {
  for (const char* name : {"src", "data-src", "data-original", "data-lazy-src"}) {
    const std::string_view source = tree.Attribute(node, name);
    if (!source.empty() && !source.starts_with("data:")) {
      return source;
    }
  }
  std::string_view set = tree.Attribute(node, "srcset");
  return set.substr(0, set.find_first_of(" ,"));
}

class MarkdownWriter {
 public:
  MarkdownWriter(const ContentTree& tree, const Url& base, Images images, std::string& out)
      : tree_(tree), base_(base), images_(images), out_(out) {}

  void Enter(std::uint32_t index) {
    const ContentNode& node = Node(index);
    if (code_block_ != kNothing) {
      EnterInCodeBlock(index);
      return;
    }
    if (in_cell_) {
      EnterInCell(index);
      return;
    }
    if (node.block) {
      FlushParagraph();
    }
    switch (node.kind) {
      case ElementKind::kHeading:
        heading_ = node.level;
        break;
      case ElementKind::kPreformatted:
        code_block_ = index;
        code_.clear();
        language_ = LanguageOf(index);
        break;
      case ElementKind::kQuote:
        PushContainer(Container::Kind::kQuote, kNothing);
        break;
      case ElementKind::kUnorderedList:
      case ElementKind::kOrderedList:
      case ElementKind::kDefinitionList:
        PushList(index);
        break;
      case ElementKind::kListItem:
      case ElementKind::kDefinition:
        PushContainer(Container::Kind::kItem, ListOfNextItem());
        break;
      case ElementKind::kTable:
        if (node.data_table) {
          in_table_ = true;
          table_.Clear();
        }
        break;
      case ElementKind::kRow:
        if (in_table_) {
          table_.BeginRow();
        }
        break;
      case ElementKind::kCell:
      case ElementKind::kHeaderCell:
        in_cell_ = in_table_;
        break;
      case ElementKind::kDefinitionTerm:
        line_.Open(MarkdownInline::Span::kStrong);
        break;
      case ElementKind::kRule:
        rule_pending_ = !out_.empty();
        break;
      case ElementKind::kLineBreak:
        if (line_.ends_with_break()) {
          FlushParagraph();  // two of them are how old pages end a paragraph
        } else {
          line_.AddBreak();
        }
        break;
      default:
        EnterInline(index);
        break;
    }
  }

  void Leave(std::uint32_t index) {
    const ContentNode& node = Node(index);
    if (code_block_ != kNothing) {
      if (code_block_ == index) {
        WriteCodeBlock();
        code_block_ = kNothing;
      }
      return;
    }
    if (in_cell_) {
      LeaveInCell(index);
      return;
    }
    if (node.kind == ElementKind::kDefinitionTerm) {
      line_.Close(MarkdownInline::Span::kStrong);
    }
    if (node.block) {
      FlushParagraph();
    }
    switch (node.kind) {
      case ElementKind::kHeading:
        heading_ = 0;
        break;
      case ElementKind::kQuote:
      case ElementKind::kListItem:
      case ElementKind::kDefinition:
        PopContainer();
        break;
      case ElementKind::kUnorderedList:
      case ElementKind::kOrderedList:
      case ElementKind::kDefinitionList:
        PopList();
        break;
      case ElementKind::kTable:
        if (node.data_table) {
          in_table_ = false;
          WriteTable();
        }
        break;
      default:
        LeaveInline(index);
        break;
    }
  }

  void Text(std::uint32_t index) {
    const std::string_view text = tree_.Text(index);
    if (code_block_ != kNothing) {
      code_.append(text);
    } else {
      line_.AddText(text, codes_ > 0);
    }
  }

  void Finish() {
    FlushParagraph();
    if (!out_.empty()) {
      out_.push_back('\n');
    }
  }

 private:
  // A quote or an item of a list: what every line in it begins with.
  struct Container {
    enum class Kind { kQuote, kItem };
    Kind kind = Kind::kQuote;
    std::size_t list = kNothing;  // in lists_
    std::size_t indent = 2;       // of lines after an item's first
    bool begun = false;           // its first line is written
  };
  struct List {
    bool ordered = false;
    char mark = '-';  // '-' or '*'; '.' or ')'
    std::size_t number = 1;
    std::size_t items = 0;       // written
    std::size_t end = kNothing;  // of what was last written in one of them
  };
  enum class Last { kNone, kParagraph, kOther };

  const ContentNode& Node(std::uint32_t index) const { return tree_.nodes()[index]; }

  // Code has no emphasis in it; links it has.
  bool IsEmphasisInCode(std::uint32_t index) const {
    const ElementKind kind = Node(index).kind;
    return codes_ > 0 && (kind == ElementKind::kStrong || kind == ElementKind::kEmphasis);
  }

  void EnterInline(std::uint32_t index) {
    if (IsEmphasisInCode(index)) {
      return;
    }
    switch (Node(index).kind) {
      case ElementKind::kLink:
        line_.Open(MarkdownInline::Span::kLink, AbsoluteLink(tree_.Attribute(index, "href"), true));
        break;
      case ElementKind::kStrong:
        line_.Open(MarkdownInline::Span::kStrong);
        break;
      case ElementKind::kEmphasis:
        line_.Open(MarkdownInline::Span::kEmphasis);
        break;
      case ElementKind::kCode:
        ++codes_;
        break;
      case ElementKind::kImage:
        if (images_ == Images::kYes) {
          const std::string url = AbsoluteLink(ImageSource(tree_, index), false);
          if (!url.empty()) {
            line_.AddImage(tree_.Attribute(index, "alt"), url);
          }
        }
        break;
      default:
        break;
    }
  }
  void LeaveInline(std::uint32_t index) {
    if (IsEmphasisInCode(index)) {
      return;
    }
    switch (Node(index).kind) {
      case ElementKind::kLink:
        line_.Close(MarkdownInline::Span::kLink);
        break;
      case ElementKind::kStrong:
        line_.Close(MarkdownInline::Span::kStrong);
        break;
      case ElementKind::kEmphasis:
        line_.Close(MarkdownInline::Span::kEmphasis);
        break;
      case ElementKind::kCode:
        --codes_;
        break;
      default:
        break;
    }
  }

  // A row of a table is one line, so that blocks in a cell are set apart by spaces.
  void EnterInCell(std::uint32_t index) {
    const ContentNode& node = Node(index);
    if (node.kind == ElementKind::kPreformatted) {
      line_.AddSpace();
      ++codes_;
    } else if (node.block || node.kind == ElementKind::kLineBreak) {
      line_.AddSpace();
    } else {
      EnterInline(index);
    }
  }
  void LeaveInCell(std::uint32_t index) {
    const ContentNode& node = Node(index);
    if (node.kind == ElementKind::kCell || node.kind == ElementKind::kHeaderCell) {
      std::string text;
      line_.Write(MarkdownInline::Place::kCell, text);
      const std::size_t columns = NumberOr(tree_.Attribute(index, "colspan"), 1, 1000);
      const std::size_t rows = NumberOr(tree_.Attribute(index, "rowspan"), 1, 65534);
      table_.AddCell(std::move(text), node.kind == ElementKind::kHeaderCell, std::max<std::size_t>(columns, 1),
                     std::max<std::size_t>(rows, 1));
      in_cell_ = false;
    } else if (node.kind == ElementKind::kPreformatted) {
      --codes_;
      line_.AddSpace();
    } else if (node.block) {
      line_.AddSpace();
    } else {
      LeaveInline(index);
    }
  }

  void EnterInCodeBlock(std::uint32_t index) {
    const ContentNode& node = Node(index);
    if (node.kind == ElementKind::kLineBreak || (node.block && !code_.empty() && code_.back() != '\n')) {
      code_.push_back('\n');
    } else if (node.kind == ElementKind::kCode && language_.empty()) {
      language_ = LanguageIn(tree_.Attribute(index, "class"));
    }
  }

  // What is named on the element or on the two around it.
  std::string_view LanguageOf(std::uint32_t index) const {
    for (std::size_t level = 0; level < 3 && index != 0; ++level, index = Node(index).parent) {
      const std::string_view language = LanguageIn(tree_.Attribute(index, "class"));
      if (!language.empty()) {
        return language;
      }
    }
    return {};
  }

  std::string AbsoluteLink(std::string_view href, bool may_be_mail) {
    if (href.empty() || url_bytes_ > kMaxUrlBytes) {
      return {};
    }
    url_bytes_ += href.size() + base_.href().size();
    const std::optional<Url> url = Url::Parse(href, &base_);
    if (!url || !(url->is_http() || (may_be_mail && url->scheme() == "mailto"))) {
      return {};
    }
    std::string text = url->href();
    if (url->has_credentials()) {
      text = url->WithoutSecrets().href();
      text.append(url->has_fragment() ? "#" : "").append(url->fragment());
    }
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    return plain ? text : std::string();
  }

  void PushContainer(Container::Kind kind, std::size_t list) {
    Container container;
    container.kind = kind;
    container.list = list;
    containers_.push_back(container);
  }
  // The innermost list; none where an item of it is open already, as of <li> and <dd> that have lost their list.
  std::size_t ListOfNextItem() const {
    const std::size_t innermost = lists_.empty() ? kNothing : lists_.size() - 1;
    const bool open = std::any_of(containers_.begin(), containers_.end(),
                                  [innermost](const Container& container) { return container.list == innermost; });
    return open ? kNothing : innermost;
  }
  void PopContainer() {
    if (!containers_.empty()) {
      containers_.pop_back();
    }
  }
  void PushList(std::uint32_t index) {
    const ContentNode& node = Node(index);
    List list;
    list.ordered = node.kind == ElementKind::kOrderedList;
    list.number = list.ordered ? NumberOr(tree_.Attribute(index, "start"), 1, 99'999'999) : 1;
    list.mark = list.ordered ? '.' : '-';
    // Two lists that stand together are told apart by their marks.
    if (out_.size() == last_list_end_ && last_list_.ordered == list.ordered && last_list_.mark == list.mark) {
      list.mark = list.ordered ? ')' : '*';
    }
    lists_.push_back(list);
  }
  void PopList() {
    if (lists_.empty()) {
      return;
    }
    if (lists_.back().items > 0) {
      last_list_ = lists_.back();
      last_list_end_ = out_.size();
    }
    lists_.pop_back();
  }

  void FlushParagraph() {
    if (!line_.has_text()) {
      std::string nothing;
      line_.Write(MarkdownInline::Place::kParagraph, nothing);
      return;
    }
    block_.clear();
    if (heading_ == 0) {
      line_.Write(MarkdownInline::Place::kParagraph, block_);
      WriteBlock(block_, Last::kParagraph);
      return;
    }
    line_.Write(MarkdownInline::Place::kOneLine, block_);
    if (block_.ends_with('#')) {
      block_.insert(block_.size() - 1, "\\");  // or it would be read as closing the heading
    }
    WriteBlock(std::string(heading_, '#') + " " + block_, Last::kOther);
  }

  void WriteTable() {
    if (table_.empty()) {
      return;
    }
    std::string lines;
    for (const std::string& line : table_.Lines()) {
      lines.append(lines.empty() ? "" : "\n").append(line);
    }
    table_.Clear();
    WriteBlock(lines, Last::kOther);
  }

  void WriteCodeBlock() {
    std::string code;
    std::string_view rest = code_;
    while (!rest.empty()) {
      const GlyphRun run = FirstGlyphs(rest);
      if (run.glyph == Glyph::kVisible) {
        code.append(rest.substr(0, run.size));
      } else if (run.glyph == Glyph::kSpace) {
        code.push_back(rest[0] == '\n' || rest[0] == '\t' ? rest[0] : ' ');
      }
      rest.remove_prefix(run.size);
    }
    const std::size_t first = code.find_first_not_of(" \t\n");
    if (first == std::string::npos) {
      return;
    }
    const std::size_t line = code.rfind('\n', first);
    code.erase(0, line == std::string::npos ? 0 : line + 1);
    code.resize(code.find_last_not_of(" \t\n") + 1);
    std::size_t longest = 2;
    std::size_t run = 0;
    for (const char c : code) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    WriteBlock(fence + std::string(language_) + "\n" + code + "\n" + fence, Last::kOther);
  }

  void WriteBlock(std::string_view text, Last kind) {
    if (rule_pending_) {
      rule_pending_ = false;
      WriteLines("***", Last::kOther);
    }
    WriteLines(text, kind);
  }

  void WriteLines(std::string_view text, Last kind) {
    const std::size_t depth = std::min(containers_.size(), kMaxContainers);
    if (out_.size() >= kMaxBytes) {
      return;
    }
    if (!out_.empty()) {
      const bool tight = IsTight(depth);
      out_.push_back('\n');
      if (!tight) {
        std::string prefix;
        for (std::size_t i = 0; i < depth && containers_[i].begun; ++i) {
          AppendIndent(containers_[i], prefix);
        }
        prefix.resize(prefix.find_last_not_of(' ') + 1);
        out_.append(prefix).push_back('\n');
      }
    }
    last_ = kind;
    bool first = true;
    while ((first || !text.empty()) && out_.size() < kMaxBytes) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      std::string prefix;
      for (std::size_t i = 0; i < depth; ++i) {
        if (containers_[i].begun) {
          AppendIndent(containers_[i], prefix);
        } else {
          Begin(containers_[i], prefix);
        }
      }
      if (line.empty()) {
        prefix.resize(prefix.find_last_not_of(' ') + 1);
      }
      if (!first) {
        out_.push_back('\n');
      }
      out_.append(prefix).append(line);
      first = false;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (std::size_t i = 0; i < depth; ++i) {
      if (containers_[i].list != kNothing) {
        lists_[containers_[i].list].end = out_.size();
      }
    }
  }

  // Whether the next block follows without an empty line: items of one list, and a list that begins within an item.
  bool IsTight(std::size_t depth) const {
    for (std::size_t i = 0; i < depth; ++i) {
      const Container& container = containers_[i];
      if (container.begun) {
        continue;
      }
      if (container.kind != Container::Kind::kItem || container.list == kNothing) {
        return false;
      }
      const List& list = lists_[container.list];
      // Behind anything else than an item, a number that is not 1 would be read as going on with a paragraph.
      if (list.items > 0 && list.end == out_.size()) {
        return true;
      }
      return i > 0 && containers_[i - 1].kind == Container::Kind::kItem && last_ == Last::kParagraph &&
             (!list.ordered || list.number == 1);
    }
    return false;
  }

  static void AppendIndent(const Container& container, std::string& prefix) {
    if (container.kind == Container::Kind::kQuote) {
      prefix.append("> ");
    } else {
      prefix.append(container.indent, ' ');
    }
  }

  void Begin(Container& container, std::string& prefix) {
    container.begun = true;
    if (container.kind == Container::Kind::kQuote) {
      prefix.append("> ");
      return;
    }
    const std::size_t before = prefix.size();
    if (container.list == kNothing || !lists_[container.list].ordered) {
      prefix.push_back(container.list == kNothing ? '-' : lists_[container.list].mark);
      prefix.push_back(' ');
    } else {
      List& list = lists_[container.list];
      prefix.append(std::to_string(list.number)).push_back(list.mark);
      prefix.push_back(' ');
      ++list.number;
    }
    if (container.list != kNothing) {
      ++lists_[container.list].items;
    }
    container.indent = prefix.size() - before;
  }

  const ContentTree& tree_;
  const Url& base_;
  const Images images_;
  std::string& out_;
  MarkdownInline line_;
  MarkdownTable table_;
  std::vector<Container> containers_;
  std::vector<List> lists_;
  List last_list_;
  std::size_t last_list_end_ = kNothing;
  std::string block_;
  std::string code_;
  std::string_view language_;
  std::size_t code_block_ = kNothing;  // the <pre> that is open
  std::size_t heading_ = 0;            // level of the one that is open
  std::size_t codes_ = 0;              // open <code>
  std::size_t url_bytes_ = 0;          // read so far
  bool in_table_ = false;
  bool in_cell_ = false;
  bool rule_pending_ = false;
  Last last_ = Last::kNone;
};

}  // namespace

void WriteMarkdown(const ContentTree& tree, const std::vector<std::uint32_t>& roots, const Url& base, Images images,
                   std::string& out) {
  out.clear();
  MarkdownWriter writer(tree, base, images, out);
  WalkContent(tree, roots, writer);
  writer.Finish();
}

}  // namespace spinneret::internal
