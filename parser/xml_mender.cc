#include "parser/xml_mender.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "parser/encoding.h"

namespace spinneret {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
// "&#x0010FFFF;" and some zeros more.
constexpr std::size_t kLongestReference = 24;

bool IsXmlCharacter(std::uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

bool IsBadControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

// How many bytes at the end of `text` begin a UTF-8 character that is not finished.
std::size_t UnfinishedTail(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) {
      return 0;
    }
    if (byte >= 0xC0) {
      const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      return back < length ? back : 0;
    }
  }
  return 0;
}

void AppendWellFormed(std::string_view bytes, std::string& out) {
  if (IsValidUtf8(bytes)) {
    out += bytes;
    return;
  }
  // The space keeps a U+FEFF in the middle of a file from being taken for a BOM.
  const std::string with_space = ' ' + std::string(bytes);
  DecodedText decoded;
  DecodeHtml(with_space, "text/plain; charset=utf-8", decoded);
  out += decoded.text.substr(1);
}

// U+FFFE and U+FFFF, which are UTF-8 and no XML characters.
bool IsNoncharacter(std::string_view text, std::size_t at) {
  return text.substr(at, 2) == "\xEF\xBF" && at + 2 < text.size() && (text[at + 2] == '\xBE' || text[at + 2] == '\xBF');
}

void AppendCharacters(std::string_view text, std::string& out) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool noncharacter = text[at] == '\xEF' && IsNoncharacter(text, at);
    if (noncharacter || IsBadControl(text[at])) {
      out += text.substr(from, at - from);
      out += kReplacement;
      at += noncharacter ? 2 : 0;
      from = at + 1;
    }
  }
  out += text.substr(from);
}

// The value of "#38" or "#x26"; nothing when it is not that.
std::optional<std::uint32_t> NumericReference(std::string_view name) {
  if (!name.starts_with('#')) {
    return std::nullopt;
  }
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  name.remove_prefix(hex ? 1 : 0);
  if (name.empty()) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (const char c : name) {
    std::uint32_t digit = 16;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (hex && c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a') + 10;
    } else if (hex && c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A') + 10;
    }
    if (digit >= (hex ? 16U : 10U)) {
      return std::nullopt;
    }
    value = std::min<std::uint32_t>(value * (hex ? 16 : 10) + digit, 0x110000);
  }
  return value;
}

}  // namespace

std::string_view XmlMender::SpecialIn(State state) {
  return state == State::kText ? "<&" : state == State::kTag ? "<>&\"'" : state == State::kDoubleQuoted ? "\"&" : "'&";
}

XmlMender::State XmlMender::AfterInTag(char c) const {
  if (state_ != State::kTag) {
    return State::kTag;  // the quote that ends a value
  }
  return c == '>' ? State::kText : c == '"' ? State::kDoubleQuoted : State::kSingleQuoted;
}

bool XmlMender::Run(std::string_view bytes, bool last, std::string& out) {
  unfinished_ += bytes;
  const std::size_t tail = last ? 0 : UnfinishedTail(unfinished_);
  std::string text = std::move(kept_);
  kept_.clear();
  AppendWellFormed(std::string_view(unfinished_).substr(0, unfinished_.size() - tail), text);
  unfinished_.erase(0, unfinished_.size() - tail);
  return Mend(text, last, out);
}

bool XmlMender::Mend(std::string_view text, bool last, std::string& out) {
  std::size_t at = 0;
  bool decided = true;
  while (decided && at < text.size()) {
    const auto skip_to = [&](std::string_view end, bool keep) {
      const std::size_t found = text.find(end, at);
      // The end may be cut: as much of it as may be there is looked at again.
      std::size_t stop = found + end.size();
      if (found == std::string_view::npos) {
        stop = last ? text.size() : std::max(at, text.size() - std::min(text.size(), end.size() - 1));
        decided = false;
      } else {
        state_ = State::kText;
      }
      while (stop > at && stop < text.size() && IsContinuation(text[stop])) {
        --stop;
      }
      if (keep) {
        AppendCharacters(text.substr(at, stop - at), out);
      }
      at = stop;
    };
    switch (state_) {
      case State::kComment:
        skip_to("-->", false);
        continue;
      case State::kInstruction:
        skip_to("?>", false);
        continue;
      case State::kCdata:
        skip_to("]]>", true);
        continue;
      default:
        break;
    }
    const char c = text[at];
    if (c == '&') {
      const std::size_t before = at;
      decided = Reference(text, at, last, out);
      tag_bytes_ += state_ == State::kText ? 0 : at - before;
      if (tag_bytes_ > kMaxTagBytes) {
        return false;
      }
      continue;
    }
    if (c == '<' && (state_ == State::kText || state_ == State::kTag)) {
      decided = Markup(text, at, last, out);
      continue;
    }
    const std::size_t stop = std::min(text.find_first_of(SpecialIn(state_), at), text.size());
    AppendCharacters(text.substr(at, stop - at), out);
    tag_bytes_ += state_ == State::kText ? 0 : stop - at;
    at = stop;
    if (tag_bytes_ > kMaxTagBytes) {
      return false;
    }
    if (at < text.size() && text[at] != '&' && text[at] != '<') {
      state_ = AfterInTag(text[at]);
      tag_bytes_ = state_ == State::kText ? 0 : tag_bytes_ + 1;
      out += text[at++];
    }
  }
  kept_ = text.substr(at);
  return true;
}

bool XmlMender::Reference(std::string_view text, std::size_t& at, bool last, std::string& out) {
  constexpr std::array<std::string_view, 5> kPredefined = {"amp", "lt", "gt", "quot", "apos"};
  const std::string_view ahead = text.substr(at + 1, kLongestReference);
  // A name or number goes on as long as these characters do.
  std::size_t length = 0;
  while (length < ahead.size() &&
         ((ahead[length] >= '0' && ahead[length] <= '9') || (ahead[length] >= 'a' && ahead[length] <= 'z') ||
          (ahead[length] >= 'A' && ahead[length] <= 'Z') || ahead[length] == '#')) {
    ++length;
  }
  if (length == ahead.size() && length < kLongestReference && !last) {
    return false;
  }
  const std::string_view name = ahead.substr(0, length);
  if (length < ahead.size() && ahead[length] == ';') {
    const std::optional<std::uint32_t> value = NumericReference(name);
    if (value && !IsXmlCharacter(*value)) {
      out += kReplacement;
      at += length + 2;
      return true;
    }
    if (value || std::find(kPredefined.begin(), kPredefined.end(), name) != kPredefined.end()) {
      out += text.substr(at, length + 2);
      at += length + 2;
      return true;
    }
  }
  out += "&amp;";
  ++at;
  return true;
}

bool XmlMender::Markup(std::string_view text, std::size_t& at, bool last, std::string& out) {
  struct Opening {
    std::string_view text;
    State state;
  };
  constexpr std::array<Opening, 3> kOpenings = {
      {{"<!--", State::kComment}, {"<?", State::kInstruction}, {"<![CDATA[", State::kCdata}}};
  const std::string_view rest = text.substr(at);
  for (const Opening& opening : kOpenings) {
    if (rest.starts_with(opening.text)) {
      state_ = opening.state;
      out += state_ == State::kCdata ? opening.text : std::string_view();
      at += opening.text.size();
      return true;
    }
    if (!last && opening.text.starts_with(rest)) {
      return false;
    }
  }
  state_ = State::kTag;
  tag_bytes_ = 1;
  out += '<';
  ++at;
  return true;
}

}  // namespace spinneret
