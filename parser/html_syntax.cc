#include "parser/html_syntax.h"

namespace spinneret::internal {
namespace {

// `name` without regard to case, and an end of a name behind it.
bool IsNameAt(std::string_view html, std::size_t at, std::string_view name) {
  if (html.size() - at <= name.size() || !EqualsIgnoringCase(html.substr(at, name.size()), name)) {
    return false;
  }
  const char behind = html[at + name.size()];
  return IsHtmlSpace(behind) || behind == '/' || behind == '>';
}

}  // namespace

CommentEnd FindCommentEnd(std::string_view html, std::size_t content) {
  if (html.compare(content, 1, ">") == 0) {
    return {content, content + 1};
  }
  if (html.compare(content, 2, "->") == 0) {
    return {content, content + 2};
  }
  for (std::size_t from = content;;) {
    const std::size_t dashes = html.find("--", from);
    if (dashes == std::string_view::npos) {
      return {html.size(), html.size()};
    }
    std::size_t behind = dashes + 2;
    if (behind < html.size() && html[behind] == '!') {
      ++behind;
    }
    if (behind < html.size() && html[behind] == '>') {
      return {dashes, behind + 1};
    }
    from = dashes + 1;
  }
}

std::size_t FindRawTextEnd(std::string_view html, std::size_t content, std::string_view name) {
  // In a script, "<!--" and then "<script" hide one "</script>" (script data double escaped state).
  enum class Escape { kNone, kComment, kDouble };
  const bool script = KeyOfTag(name) == KeyOfTag("script");
  Escape escape = Escape::kNone;
  for (std::size_t at = content;;) {
    const std::size_t mark = escape == Escape::kNone ? html.find('<', at) : html.find_first_of("<-", at);
    if (mark == std::string_view::npos) {
      return html.size();
    }
    at = mark + 1;
    if (html[mark] == '-') {
      if (html.compare(mark, 3, "-->") == 0) {
        escape = Escape::kNone;
        at = mark + 3;
      }
    } else if (script && escape == Escape::kNone && html.compare(mark, 4, "<!--") == 0) {
      escape = Escape::kComment;
      at = mark + 2;  // the dashes may be those of the end
    } else if (script && escape == Escape::kComment && IsNameAt(html, mark + 1, name)) {
      escape = Escape::kDouble;
    } else if (html.compare(mark, 2, "</") == 0 && IsNameAt(html, mark + 2, name)) {
      if (escape != Escape::kDouble) {
        return mark;
      }
      escape = Escape::kComment;
    }
  }
}

}  // namespace spinneret::internal
