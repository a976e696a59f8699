#include "parser/plain_text.h"

#include <string_view>

#include "parser/content_walk.h"

namespace spinneret::internal {
namespace {

class PlainTextWriter {
 public:
  PlainTextWriter(const ContentTree& tree, std::string& out) : tree_(tree), out_(out) {}

  void Enter(std::uint32_t index) {
    const ContentNode& node = tree_.nodes()[index];
    switch (node.kind) {
      case ElementKind::kTable:
        Break();
        tables_ += node.data_table ? 1 : 0;
        return;
      case ElementKind::kRow:
        if (tables_ > 0) {
          EndLine();
          tabs_ = 0;
          cells_ = 0;
          return;
        }
        break;
      case ElementKind::kCell:
      case ElementKind::kHeaderCell:
        if (tables_ > 0) {
          space_ = false;
          tabs_ += cells_ > 0 ? 1 : 0;
          ++cells_;
          return;
        }
        break;
      case ElementKind::kPreformatted:
        Break();
        preformatted_ += tables_ == 0 ? 1 : 0;
        return;
      case ElementKind::kLineBreak:
        Break();
        return;
      default:
        break;
    }
    if (node.block) {
      Break();
    }
  }

  void Leave(std::uint32_t index) {
    const ContentNode& node = tree_.nodes()[index];
    if (node.kind == ElementKind::kTable && node.data_table) {
      --tables_;
      EndLine();
      tabs_ = 0;
    } else if (node.kind == ElementKind::kPreformatted && preformatted_ > 0) {
      --preformatted_;
      while (!out_.empty() && (out_.back() == '\n' || out_.back() == ' ')) {
        out_.pop_back();
      }
    }
    if (node.kind != ElementKind::kCell && node.kind != ElementKind::kHeaderCell && node.block) {
      Break();
    } else if (node.block && tables_ == 0) {
      Break();
    }
  }

  void Text(std::uint32_t index) {
    std::string_view text = tree_.Text(index);
    while (!text.empty()) {
      const GlyphRun run = FirstGlyphs(text);
      switch (run.glyph) {
        case Glyph::kVisible:
          BeforeText();
          out_.append(text.substr(0, run.size));
          break;
        case Glyph::kSpace:
          if (preformatted_ > 0) {
            Verbatim(text.substr(0, run.size));
          } else {
            space_ = true;
          }
          break;
        case Glyph::kInvisible:
          break;
      }
      text.remove_prefix(run.size);
    }
  }

 private:
  // Within a row of a data table all is one line.
  void Break() {
    if (tables_ > 0) {
      space_ = true;
    } else {
      EndLine();
    }
  }
  void EndLine() {
    break_ = true;
    space_ = false;
  }

  void BeforeText() {
    if (break_) {
      if (!out_.empty()) {
        out_.push_back('\n');
      }
      break_ = false;
      space_ = false;
      out_.append(tabs_, '\t');
      tabs_ = 0;
      return;
    }
    if (tabs_ > 0) {
      out_.append(tabs_, '\t');
      tabs_ = 0;
    } else if (space_ && !out_.empty()) {
      out_.push_back(' ');
    }
    space_ = false;
  }

  void Verbatim(std::string_view space) {
    if (space[0] == '\n') {
      if (!break_) {  // lines before the first that has text are left out
        out_.push_back('\n');
      }
      return;
    }
    BeforeText();
    out_.push_back(space[0] == '\t' ? '\t' : ' ');
  }

  const ContentTree& tree_;
  std::string& out_;
  std::size_t tables_ = 0;  // open data tables: one at most, as tables within tables are layout
  std::size_t cells_ = 0;   // of the row, so far
  std::size_t tabs_ = 0;    // before the next text
  std::size_t preformatted_ = 0;
  bool break_ = false;
  bool space_ = false;
};

}  // namespace

void WritePlainText(const ContentTree& tree, const std::vector<std::uint32_t>& roots, std::string& out) {
  out.clear();
  PlainTextWriter writer(tree, out);
  WalkContent(tree, roots, writer);
}

}  // namespace spinneret::internal
