// One paragraph's worth of markdown: text, code, links and emphasis gathered piece by piece, then written on one line.
//
// Output   CommonMark 0.31, with what GitHub's tables and strike-through would read escaped as well: text is never read
//          as markup. Emphasis is left out where its marks would not be read as such (§6.2, flanking).
// Links    http, https and mailto alone; of others only the text stays.
// Thread   one thread at a time; memory is kept from paragraph to paragraph.
// Cost     linear in what is added; spans nest 16 deep at most, deeper ones are left out; a link is taken up again in the
//          paragraphs after its first as long as its URLs come to 256 KB in all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::internal {

class MarkdownInline {
 public:
  enum class Span : std::uint8_t { kStrong, kEmphasis, kLink };
  enum class Place : std::uint8_t {
    kParagraph,
    kOneLine,  // line breaks are spaces: headings, cells
    kCell,     // bars are escaped in code too
  };

  // Text with its white space as the page has it. `code` is text of a code span.
  void AddText(std::string_view text, bool code);
  void AddSpace() { space_ = true; }
  void AddBreak();
  // `alt` as the page has it; `url` absolute.
  void AddImage(std::string_view alt, std::string_view url);
  void Open(Span span, std::string_view url = {});
  // Ends the innermost span, which is a `span`.
  void Close(Span span);

  bool has_text() const { return has_text_; }
  bool ends_with_break() const { return !pieces_.empty() && pieces_.back().kind == Kind::kBreak; }

  // Appends the line (lines, with hard breaks) to `out` and begins a new one, in which the open spans are open again.
  // Lines after the first begin with what `out` is given by the caller: they end in "\n" here.
  void Write(Place place, std::string& out);

 private:
  enum class Kind : std::uint8_t { kText, kCode, kBreak, kImage, kOpen, kClose };
  struct Piece {
    Kind kind = Kind::kText;
    Span span = Span::kStrong;
    std::uint32_t at = 0;  // in bytes_: the text, or the URL
    std::uint32_t size = 0;
    std::uint32_t other = 0;  // of kOpen and kClose: the index of the one that it goes with; of kImage: size of its alt
    bool shown = false;       // of kOpen and kClose
  };
  struct OpenSpan {
    Span span;
    std::string url;
    bool ignored;
  };

  void Append(std::string_view visible, Kind kind);
  void FlushSpace(Kind kind);
  void PushOpen(const OpenSpan& span);
  void MatchSpans();
  bool CanStand(std::size_t open) const;
  unsigned FirstCharBehind(std::size_t piece) const;
  unsigned LastCharBefore(std::size_t piece) const;
  void WriteText(std::string_view text, bool last, std::size_t line_start, std::string& out) const;
  void WriteCode(std::size_t& piece, Place place, std::string& out) const;
  void WriteUrl(std::string_view url, std::string& out) const;
  std::string_view BytesOf(const Piece& piece) const { return std::string_view(bytes_).substr(piece.at, piece.size); }

  std::vector<Piece> pieces_;
  std::string bytes_;
  std::vector<OpenSpan> open_;
  std::vector<std::uint32_t> match_;
  std::size_t reopened_bytes_ = 0;
  bool space_ = false;
  bool has_text_ = false;
};

// Characters that CommonMark reads as punctuation, or might.
bool IsMarkdownPunctuation(unsigned code_point);

}  // namespace spinneret::internal
