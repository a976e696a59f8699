#include "parser/robots_directives.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace spinneret {
namespace {

constexpr std::size_t kMaxDirectives = 64;
constexpr std::size_t kMaxBytes = 4096;

constexpr std::string_view kSpace = " \t\r\n\f\v";

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

// Takes off `text` what stands before the next of `separators`.
std::string_view NextPiece(std::string_view& text, std::string_view separators) {
  const std::size_t end = text.find_first_of(separators);
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return piece;
}

// Those that have a value after a colon.
bool TakesValue(std::string_view name) {
  return name == "unavailable_after" || name.starts_with("max-");
}

bool IsDirective(std::string_view name) {
  static constexpr std::array<std::string_view, 17> kNames{"all",
                                                           "index",
                                                           "follow",
                                                           "noindex",
                                                           "nofollow",
                                                           "none",
                                                           "noarchive",
                                                           "nocache",
                                                           "nosnippet",
                                                           "noimageindex",
                                                           "noodp",
                                                           "noydir",
                                                           "noai",
                                                           "noimageai",
                                                           "indexifembedded",
                                                           "notranslate",
                                                           "nositelinkssearchbox"};
  return TakesValue(name) || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

class DirectiveList {
 public:
  void Add(std::string directive) {
    if (names_.size() < kMaxDirectives && bytes_ + directive.size() <= kMaxBytes &&
        std::find(names_.begin(), names_.end(), directive) == names_.end()) {
      bytes_ += directive.size() + 2;
      names_.push_back(std::move(directive));
    }
  }

  // One header value or meta content, lower case.
  void ReadLine(std::string_view line, std::string_view agent) {
    bool ours = true;
    std::string date;  // an unavailable_after whose date may go on after a comma ("fri, 25 jun 2027 15:00:00 gmt")
    while (!line.empty()) {
      std::string_view piece = Trim(NextPiece(line, ",;"));
      if (!date.empty() && !piece.empty() && IsDigit(piece.front())) {
        date.append(", ").append(piece);
        piece = {};
      }
      if (!date.empty()) {
        Add(std::exchange(date, {}));
      }
      if (const std::string_view rest = AfterAgent(piece); rest.size() != piece.size()) {
        const std::string_view name = Trim(piece.substr(0, piece.find(':')));
        ours = name == "*" || name == agent;
        piece = rest;
      }
      if (!ours) {
        continue;
      }
      if (const std::size_t colon = piece.find(':'); colon != std::string_view::npos) {
        std::string directive(Trim(piece.substr(0, colon)));
        const std::string_view value = Trim(piece.substr(colon + 1));
        const bool may_go_on = directive == "unavailable_after" && std::none_of(value.begin(), value.end(), IsDigit);
        directive.append(": ").append(value);
        if (may_go_on) {
          date = std::move(directive);
        } else {
          Add(std::move(directive));
        }
        continue;
      }
      while (!piece.empty()) {  // a comma forgotten between two
        if (const std::string_view word = NextPiece(piece, kSpace); !word.empty()) {
          Add(std::string(word));
        }
      }
    }
    if (!date.empty()) {
      Add(std::move(date));
    }
  }

  std::string Joined() const {
    std::string joined;
    for (const std::string& name : names_) {
      joined.append(joined.empty() ? "" : ", ").append(name);
    }
    return joined;
  }

 private:
  // What follows the name of a crawler: "otherbot: noindex" begins with one, "max-snippet: 20" with a directive.
  static std::string_view AfterAgent(std::string_view piece) {
    const std::size_t colon = piece.find(':');
    if (colon == std::string_view::npos || IsDirective(Trim(piece.substr(0, colon)))) {
      return piece;
    }
    const std::string_view rest = Trim(piece.substr(colon + 1));
    return IsDirective(rest.substr(0, rest.find_first_of(": \t"))) ? rest : piece;
  }

  std::vector<std::string> names_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::string RobotsDirectivesFor(std::string_view meta, std::string_view x_robots_tag, std::string_view agent) {
  if (meta.empty() && x_robots_tag.empty()) {
    return {};
  }
  DirectiveList list;
  const std::string name = Lower(agent);
  list.ReadLine(Lower(meta), name);
  const std::string header = Lower(x_robots_tag);
  std::string_view lines = header;
  while (!lines.empty()) {
    list.ReadLine(NextPiece(lines, "\n"), name);
  }
  return list.Joined();
}

bool ForbidFollowing(std::string_view directives) {
  while (!directives.empty()) {
    const std::string_view directive = Trim(NextPiece(directives, ","));
    if (directive == "nofollow" || directive == "none") {
      return true;
    }
  }
  return false;
}

bool IsNofollowRel(std::string_view rel) {
  while (!rel.empty()) {
    const std::string_view word = NextPiece(rel, " ");
    if (word == "nofollow" || word == "ugc" || word == "sponsored") {
      return true;
    }
  }
  return false;
}

}  // namespace spinneret
