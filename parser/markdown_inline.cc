#include "parser/markdown_inline.h"

#include <algorithm>

#include "parser/content_walk.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kMaxSpans = 16;
// Of URLs that are written once more because a link goes on in the next paragraph; after that it is text.
constexpr std::size_t kMaxReopenedBytes = 256U << 10U;
// Stands for a mark of emphasis where a character is asked for.
constexpr unsigned kMark = 0xFFFFFFFF;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAsciiAlnum(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsAsciiPunctuation(unsigned c) {
  return (c > 0x20 && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7F);
}

// Of UTF-8 that may be malformed: then some number above ASCII.
unsigned FirstCodePoint(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    return first;
  }
  const unsigned size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  unsigned code_point = first & (0xFFU >> (size + 1));
  for (unsigned i = 1; i < size && i < text.size(); ++i) {
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return std::max(code_point, 0x80U);
}
unsigned LastCodePoint(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return FirstCodePoint(text.substr(at));
}

}  // namespace

bool IsMarkdownPunctuation(unsigned c) {
  struct Range {
    unsigned from;
    unsigned to;
  };
  static constexpr Range kRanges[] = {{0xA1, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x589, 0x58A},
                                      {0x5BE, 0x5BE},   {0x60C, 0x60D},   {0x61B, 0x61F},   {0x66A, 0x66D},
                                      {0x6D4, 0x6D4},   {0x964, 0x965},   {0x2010, 0x2BFF}, {0x2E00, 0x2E7F},
                                      {0x3001, 0x303F}, {0xFE10, 0xFE6F}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20},
                                      {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFFC, 0xFFFD}, {0x1F000, 0x1FFFF}};
  if (c < 0x80) {
    return IsAsciiPunctuation(c);
  }
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](const Range& range) { return c >= range.from && c <= range.to; });
}

void MarkdownInline::AddText(std::string_view text, bool code) {
  while (!text.empty()) {
    const GlyphRun run = FirstGlyphs(text);
    if (run.glyph == Glyph::kVisible) {
      Append(text.substr(0, run.size), code ? Kind::kCode : Kind::kText);
    } else if (run.glyph == Glyph::kSpace) {
      space_ = true;
    }
    text.remove_prefix(run.size);
  }
}

void MarkdownInline::Append(std::string_view visible, Kind kind) {
  if (space_ && has_text_ && !ends_with_break()) {
    FlushSpace(kind);
  }
  space_ = false;
  has_text_ = true;
  if (!pieces_.empty() && pieces_.back().kind == kind && pieces_.back().at + pieces_.back().size == bytes_.size()) {
    bytes_.append(visible);
    pieces_.back().size += static_cast<std::uint32_t>(visible.size());
    return;
  }
  Piece piece;
  piece.kind = kind;
  piece.at = static_cast<std::uint32_t>(bytes_.size());
  piece.size = static_cast<std::uint32_t>(visible.size());
  bytes_.append(visible);
  pieces_.push_back(piece);
}

// Before the next text, and before the spans that begin with it.
void MarkdownInline::FlushSpace(Kind kind) {
  std::size_t at = pieces_.size();
  while (at > 0 && pieces_[at - 1].kind == Kind::kOpen) {
    --at;
  }
  if (at == 0) {
    return;
  }
  Piece& before = pieces_[at - 1];
  if (before.kind == Kind::kBreak) {
    return;
  }
  const bool at_end = before.at + before.size == bytes_.size();
  if (at_end &&
      (before.kind == Kind::kText || (before.kind == Kind::kCode && kind == Kind::kCode && at == pieces_.size()))) {
    ++before.size;
  } else {
    Piece space;
    space.at = static_cast<std::uint32_t>(bytes_.size());
    space.size = 1;
    pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(at), space);
  }
  bytes_.push_back(' ');
}

void MarkdownInline::AddBreak() {
  space_ = false;
  if (has_text_) {
    Piece piece;
    piece.kind = Kind::kBreak;
    pieces_.push_back(piece);
  }
}

void MarkdownInline::AddImage(std::string_view alt, std::string_view url) {
  if (space_ && has_text_ && !ends_with_break()) {
    FlushSpace(Kind::kImage);
  }
  space_ = false;
  has_text_ = true;
  Piece piece;
  piece.kind = Kind::kImage;
  piece.at = static_cast<std::uint32_t>(bytes_.size());
  bool space = false;
  while (!alt.empty()) {
    const GlyphRun run = FirstGlyphs(alt);
    if (run.glyph == Glyph::kVisible) {
      if (space && bytes_.size() > piece.at) {
        bytes_.push_back(' ');
      }
      space = false;
      bytes_.append(alt.substr(0, run.size));
    } else {
      space = space || run.glyph == Glyph::kSpace;
    }
    alt.remove_prefix(run.size);
  }
  piece.other = static_cast<std::uint32_t>(bytes_.size()) - piece.at;
  bytes_.append(url);
  piece.size = static_cast<std::uint32_t>(bytes_.size()) - piece.at;
  pieces_.push_back(piece);
}

void MarkdownInline::PushOpen(const OpenSpan& span) {
  Piece piece;
  piece.kind = Kind::kOpen;
  piece.span = span.span;
  piece.at = static_cast<std::uint32_t>(bytes_.size());
  piece.size = static_cast<std::uint32_t>(span.url.size());
  bytes_.append(span.url);
  pieces_.push_back(piece);
}

void MarkdownInline::Open(Span span, std::string_view url) {
  const bool open_already = std::any_of(open_.begin(), open_.end(),
                                        [span](const OpenSpan& open) { return open.span == span && !open.ignored; });
  const bool ignored = open_already || open_.size() >= kMaxSpans || (span == Span::kLink && url.empty());
  open_.push_back({span, ignored ? std::string() : std::string(url), ignored});
  if (!ignored) {
    PushOpen(open_.back());
  }
}

void MarkdownInline::Close(Span span) {
  if (open_.empty() || open_.back().span != span) {
    return;
  }
  if (!open_.back().ignored) {
    Piece piece;
    piece.kind = Kind::kClose;
    piece.span = span;
    pieces_.push_back(piece);
  }
  open_.pop_back();
}

// Which opening goes with which closing, and whether anything stands between them.
void MarkdownInline::MatchSpans() {
  match_.clear();
  std::size_t shown = 0;
  std::vector<std::size_t> shown_before;
  for (std::uint32_t i = 0; i < pieces_.size(); ++i) {
    Piece& piece = pieces_[i];
    if (piece.kind == Kind::kOpen) {
      match_.push_back(i);
      shown_before.push_back(shown);
    } else if (piece.kind == Kind::kClose) {
      Piece& open = pieces_[match_.back()];
      open.other = i;
      piece.other = match_.back();
      open.shown = piece.shown = shown > shown_before.back();
      match_.pop_back();
      shown_before.pop_back();
    } else if (piece.kind != Kind::kBreak) {
      ++shown;
    }
  }
}

unsigned MarkdownInline::FirstCharBehind(std::size_t piece) const {
  for (std::size_t i = piece + 1; i < pieces_.size(); ++i) {
    const Piece& next = pieces_[i];
    switch (next.kind) {
      case Kind::kText:
        return FirstCodePoint(BytesOf(next));
      case Kind::kCode:
        return '`';
      case Kind::kImage:
        return '!';
      case Kind::kBreak:
        return ' ';
      case Kind::kOpen:
      case Kind::kClose:
        if (next.shown) {
          return next.span != Span::kLink ? kMark : next.kind == Kind::kOpen ? '[' : ']';
        }
        break;
    }
  }
  return ' ';
}

unsigned MarkdownInline::LastCharBefore(std::size_t piece) const {
  for (std::size_t i = piece; i-- > 0;) {
    const Piece& before = pieces_[i];
    switch (before.kind) {
      case Kind::kText:
        return LastCodePoint(BytesOf(before));
      case Kind::kCode:
        return '`';
      case Kind::kImage:
        return ')';
      case Kind::kBreak:
        return ' ';
      case Kind::kOpen:
      case Kind::kClose:
        if (before.shown) {
          return before.span != Span::kLink ? kMark : before.kind == Kind::kOpen ? '[' : ')';
        }
        break;
    }
  }
  return ' ';
}

// Whether both marks of this emphasis will be read as such: what is before, first within, last within, and behind.
// Emphasis that begins or ends together with another is left to the outer one.
bool MarkdownInline::CanStand(std::size_t open) const {
  const std::size_t close = pieces_[open].other;
  std::size_t first_at = open;
  while (first_at + 1 < close && pieces_[first_at + 1].kind == Kind::kOpen &&
         pieces_[first_at + 1].span != Span::kLink) {
    ++first_at;
  }
  std::size_t last_at = close;
  while (last_at > open + 1 && pieces_[last_at - 1].kind == Kind::kClose && pieces_[last_at - 1].span != Span::kLink) {
    --last_at;
  }
  const unsigned before = LastCharBefore(open);
  const unsigned first = FirstCharBehind(first_at);
  const unsigned last = LastCharBefore(last_at);
  const unsigned behind = FirstCharBehind(close);
  if (before == kMark || behind == kMark || first == ' ' || last == ' ' || first == kMark || last == kMark) {
    return false;
  }
  const auto stands = [](unsigned outside, unsigned inside) {
    return outside == ' ' || IsAsciiPunctuation(outside) || !IsMarkdownPunctuation(inside);
  };
  return stands(before, first) && stands(behind, last);
}

// `last`: nothing follows in this paragraph.
void MarkdownInline::WriteText(std::string_view text, bool last, std::size_t line_start, std::string& out) const {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : last ? ' ' : 'x';
    bool escape = false;
    switch (c) {
      case '\\':
      case '`':
      case '*':
      case '[':
      case ']':
      case '<':
      case '~':
      case '|':
        escape = true;
        break;
      case '_':
        escape = !(i > 0 && i + 1 < text.size() && IsAsciiAlnum(text[i - 1]) && IsAsciiAlnum(text[i + 1]));
        break;
      case '&':
        escape = IsAsciiAlnum(next) || next == '#';
        break;
      case '!':
        escape = i + 1 == text.size() && !last;
        break;
      case '#':
      case '+':
      case '-':
      case '=':
      case '>':
        escape = out.size() == line_start;
        break;
      case '.':
      case ')': {
        // "1." at the beginning of a line is an item of a list.
        const std::size_t digits = line_start == std::string::npos ? 0 : out.size() - line_start;
        escape = digits > 0 && digits < 10 &&
                 std::all_of(out.begin() + static_cast<std::ptrdiff_t>(line_start), out.end(), IsDigit);
        break;
      }
      default:
        break;
    }
    if (escape) {
      out.push_back('\\');
    }
    out.push_back(c);
  }
}

void MarkdownInline::WriteCode(std::size_t& piece, Place place, std::string& out) const {
  std::string code;
  for (; piece < pieces_.size(); ++piece) {
    if (pieces_[piece].kind == Kind::kCode) {
      code.append(BytesOf(pieces_[piece]));
    } else if ((pieces_[piece].kind != Kind::kOpen && pieces_[piece].kind != Kind::kClose) || pieces_[piece].shown) {
      break;
    }
  }
  --piece;
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const bool padded = code.front() == '`' || code.back() == '`' || (code.front() == ' ' && code.back() == ' ');
  out.append(longest + 1, '`').append(padded ? " " : "");
  for (const char c : code) {
    out.append(c == '|' && place == Place::kCell ? "\\" : "").push_back(c);
  }
  out.append(padded ? " " : "").append(longest + 1, '`');
}

// A link's destination: what could end it, or begin something stronger than a link, is escaped.
void MarkdownInline::WriteUrl(std::string_view url, std::string& out) const {
  for (const char c : url) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '(':
      case ')':
      case '\\':
      case '<':
      case '>':
      case '`':
      case '|':
      case '[':
      case ']':
        out.push_back('\\');
        out.push_back(c);
        break;
      default:
        out.push_back(c);
        break;
    }
  }
}

void MarkdownInline::Write(Place place, std::string& out) {
  if (!has_text_) {
    space_ = false;
    return;  // what is open stays open
  }
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (!open_[i].ignored) {
      Piece piece;
      piece.kind = Kind::kClose;
      piece.span = open_[i].span;
      pieces_.push_back(piece);
    }
  }
  MatchSpans();
  std::size_t last_shown = pieces_.size();
  while (last_shown > 0 &&
         (pieces_[last_shown - 1].kind == Kind::kBreak || pieces_[last_shown - 1].kind == Kind::kOpen ||
          pieces_[last_shown - 1].kind == Kind::kClose)) {
    --last_shown;
  }
  // A heading and a cell are not at the beginning of a line, where more would be read as markup.
  std::size_t line_start = place == Place::kParagraph ? out.size() : std::string::npos;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Piece& piece = pieces_[i];
    switch (piece.kind) {
      case Kind::kText:
        WriteText(BytesOf(piece), i + 1 == pieces_.size(), line_start, out);
        break;
      case Kind::kCode:
        WriteCode(i, place, out);
        break;
      case Kind::kBreak:
        if (i < last_shown) {
          out.append(place == Place::kParagraph ? "\\\n" : " ");
          line_start = place == Place::kParagraph ? out.size() : line_start;
        }
        break;
      case Kind::kImage: {
        const std::string_view bytes = BytesOf(piece);
        out.append("![");
        WriteText(bytes.substr(0, piece.other), true, line_start, out);
        out.append("](");
        WriteUrl(bytes.substr(piece.other), out);
        out.push_back(')');
        break;
      }
      case Kind::kOpen:
        if (piece.span != Span::kLink && piece.shown) {
          piece.shown = pieces_[piece.other].shown = CanStand(i);
        }
        if (piece.shown) {
          out.append(piece.span == Span::kLink ? "[" : piece.span == Span::kStrong ? "**" : "*");
        }
        break;
      case Kind::kClose:
        if (piece.shown && piece.span == Span::kLink) {
          out.append("](");
          WriteUrl(BytesOf(pieces_[piece.other]), out);
          out.push_back(')');
        } else if (piece.shown) {
          out.append(piece.span == Span::kStrong ? "**" : "*");
        }
        break;
    }
  }
  pieces_.clear();
  bytes_.clear();
  space_ = false;
  has_text_ = false;
  for (OpenSpan& span : open_) {
    reopened_bytes_ += span.url.size();
    span.ignored = span.ignored || reopened_bytes_ > kMaxReopenedBytes;
    if (!span.ignored) {
      PushOpen(span);
    }
  }
}

}  // namespace spinneret::internal
