#include "parser/lenient_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <system_error>

namespace spinneret {
namespace {

constexpr int kMaxNesting = 128;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '@';
}

std::optional<std::uint32_t> HexQuad(std::string_view text) {
  if (text.size() < 4) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!IsDigit(lower) && (lower < 'a' || lower > 'f')) {
      return std::nullopt;
    }
    value = value * 16 + static_cast<std::uint32_t>(IsDigit(lower) ? lower - '0' : lower - 'a' + 10);
  }
  return value;
}

void AppendControl(char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '\n':
      out.append("\\n");
      break;
    case '\r':
      out.append("\\r");
      break;
    case '\t':
      out.append("\\t");
      break;
    default:
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4U]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15U]);
      break;
  }
}

class LenientReader {
 public:
  explicit LenientReader(std::string_view text) : text_(text) {}

  JsonState Read(std::vector<std::string>& values) {
    for (;;) {
      Skip();
      // Between values, and after the last.
      while (Take(',') || Take(';')) {
        mended_ = true;
        Skip();
      }
      if (at_ == text_.size()) {
        return mended_ ? JsonState::kMended : JsonState::kFine;
      }
      out_.clear();
      if (!ReadValue()) {
        return JsonState::kBroken;
      }
      mended_ = mended_ || found_ > 0;
      ++found_;
      values.push_back(out_);
    }
  }

 private:
  bool Starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }
  bool Take(char c) {
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }
  bool TakeMended(std::string_view what) {
    if (!Starts(what)) {
      return false;
    }
    at_ += what.size();
    mended_ = true;
    return true;
  }

  // White space, and what is no JSON but stands between it.
  void Skip() {
    for (;;) {
      while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= 0x20) {
        const char c = text_[at_++];
        mended_ = mended_ || (c != ' ' && c != '\t' && c != '\n' && c != '\r');
      }
      if (TakeMended("\xEF\xBB\xBF") || TakeMended("\xC2\xA0") || TakeMended("<!--") || TakeMended("-->") ||
          TakeMended("<![CDATA[") || TakeMended("]]>")) {
        continue;
      }
      if (Starts("/*")) {
        mended_ = true;
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (TakeMended("//")) {
        SkipLine();
      } else {
        return;
      }
    }
  }

  // A comment to the end of its line, but "//<![CDATA[ {…} //]]>" is on one.
  void SkipLine() {
    std::size_t mark = at_;
    while (mark < text_.size() && text_[mark] == ' ') {
      ++mark;
    }
    for (const std::string_view wrapper : {"<![CDATA[", "]]>", "<!--", "-->"}) {
      if (text_.substr(mark).starts_with(wrapper)) {
        at_ = mark + wrapper.size();
        return;
      }
    }
    at_ = std::min(text_.find_first_of("\n\r", at_), text_.size());
  }

  bool ReadValue() {
    if (at_ == text_.size()) {
      return false;
    }
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (++nesting_ > kMaxNesting) {
        return false;
      }
      const bool read = c == '{' ? ReadObject() : ReadArray();
      --nesting_;
      return read;
    }
    if (c == '"' || c == '\'') {
      return ReadString();
    }
    return IsLetter(c) ? ReadWord() : ReadNumber();
  }

  bool ReadObject() {
    return ReadMembers('}', [this] {
      if (!ReadKey()) {
        return false;
      }
      Skip();
      if (!Take(':')) {
        return false;
      }
      out_.push_back(':');
      Skip();
      return ReadValue();
    });
  }

  bool ReadArray() {
    return ReadMembers(']', [this] { return ReadValue(); });
  }

  // From the opening bracket to after `closing`.
  template <class ReadMember>
  bool ReadMembers(char closing, ReadMember read_member) {
    out_.push_back(text_[at_++]);
    for (bool first = true;; first = false) {
      switch (BeforeMember(closing, first)) {
        case Member::kEnd:
          return true;
        case Member::kBroken:
          return false;
        case Member::kNext:
          break;
      }
      if (!read_member()) {
        return false;
      }
    }
  }

  enum class Member { kNext, kEnd, kBroken };
  // The comma before a member, or the bracket after the last.
  Member BeforeMember(char bracket, bool first) {
    Skip();
    std::size_t commas = 0;
    while (Take(',')) {
      ++commas;
      Skip();
    }
    const std::size_t wanted = first ? 0 : 1;
    if (Take(bracket)) {
      mended_ = mended_ || commas > 0;
      out_.push_back(bracket);
      return Member::kEnd;
    }
    if (at_ == text_.size() || commas < wanted) {
      return Member::kBroken;
    }
    mended_ = mended_ || commas > wanted;
    if (!first) {
      out_.push_back(',');
    }
    return Member::kNext;
  }

  bool ReadKey() {
    if (text_[at_] == '"' || text_[at_] == '\'') {
      return ReadString();
    }
    if (!IsLetter(text_[at_])) {
      return false;
    }
    mended_ = true;
    AppendJsonString(TakeWord(), out_);
    return true;
  }

  std::string_view TakeWord() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (IsLetter(text_[at_]) || IsDigit(text_[at_]))) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  bool ReadWord() {
    const std::string_view word = TakeWord();
    if (word == "true" || word == "false" || word == "null") {
      out_.append(word);
      return true;
    }
    mended_ = true;
    if (word == "True" || word == "False") {
      out_.append(word == "True" ? "true" : "false");
      return true;
    }
    out_.append("null");
    return word == "undefined" || word == "NaN" || word == "Infinity" || word == "None";
  }

  std::string_view TakeDigits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  bool ReadNumber() {
    const std::size_t start = at_;
    const bool minus = Take('-');
    const bool plus = !minus && Take('+');
    const std::string_view whole = TakeDigits();
    const bool point = Take('.');
    const std::string_view fraction = point ? TakeDigits() : std::string_view();
    if (whole.empty() && fraction.empty()) {
      return false;
    }
    std::string number = minus ? "-" : "";
    number.append(whole.empty() ? "0" : whole);
    if (!fraction.empty()) {
      number.append(".").append(fraction);
    }
    if (Take('e') || Take('E')) {
      number.append(Take('-') ? "e-" : "e");
      if (!number.ends_with('-')) {
        Take('+');
      }
      const std::string_view exponent = TakeDigits();
      if (exponent.empty()) {
        return false;
      }
      number.append(exponent);
    }
    double value = 0;
    const bool too_large =
        std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc::result_out_of_range;
    if (too_large || (whole.size() > 1 && whole.front() == '0')) {
      // No number for most programs, or a postcode: what was written is all that is sure.
      mended_ = true;
      AppendJsonString(text_.substr(start, at_ - start), out_);
      return true;
    }
    mended_ = mended_ || plus || whole.empty() || (point && fraction.empty());
    out_.append(number);
    return true;
  }

  bool ReadString() {
    const char quote = text_[at_++];
    mended_ = mended_ || quote == '\'';
    out_.push_back('"');
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) {
        out_.push_back('"');
        return true;
      }
      if (c == '\\') {
        ReadEscape();
      } else if (c == '"') {
        out_.append("\\\"");
      } else if (static_cast<unsigned char>(c) < 0x20) {
        mended_ = true;
        AppendControl(c, out_);
      } else {
        out_.push_back(c);
      }
    }
    return false;
  }

  // After the backslash.
  void ReadEscape() {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) {
      out_.push_back('\\');
      out_.push_back(c);
      ++at_;
      return;
    }
    if (c == 'u') {
      if (const std::optional<std::uint32_t> unit = HexQuad(text_.substr(at_ + 1))) {
        ReadUnit(*unit);
        return;
      }
    }
    mended_ = true;
    if (c == '\'') {
      out_.push_back(c);
      ++at_;
    } else if (c == '\n') {
      ++at_;  // a line that goes on
    } else {
      out_.append("\\\\");
    }
  }

  // At the 'u' of \uXXXX.
  void ReadUnit(std::uint32_t unit) {
    const std::string_view digits = text_.substr(at_ + 1, 4);
    at_ += 5;
    if (unit >= 0xD800 && unit <= 0xDBFF && Starts("\\u")) {
      const std::optional<std::uint32_t> low = HexQuad(text_.substr(at_ + 2));
      if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
        out_.append("\\u").append(digits).append(text_.substr(at_, 6));
        at_ += 6;
        return;
      }
    }
    const bool is_half = unit >= 0xD800 && unit <= 0xDFFF;
    mended_ = mended_ || is_half;
    out_.append("\\u").append(is_half ? "fffd" : digits);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  int nesting_ = 0;
  std::size_t found_ = 0;
  bool mended_ = false;
};

// Text that was escaped for HTML where HTML is not read.
std::string Unescaped(std::string_view text) {
  struct Reference {
    std::string_view written;
    char meant;
  };
  static constexpr Reference kReferences[] = {{"&quot;", '"'}, {"&#34;", '"'}, {"&amp;", '&'},
                                              {"&lt;", '<'},   {"&gt;", '>'},  {"&#39;", '\''}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto* const found = std::find_if(
        std::begin(kReferences), std::end(kReferences),
        [&](const Reference& reference) { return text.substr(i, reference.written.size()) == reference.written; });
    const bool is_reference = found != std::end(kReferences);
    out.push_back(is_reference ? found->meant : text[i]);
    i += is_reference ? found->written.size() : 1;
  }
  return out;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      AppendControl(c, out);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

JsonState ReadLenientJson(std::string_view text, std::vector<std::string>& values) {
  if (text.size() > kLenientJsonBytes) {
    return JsonState::kBroken;
  }
  if (text.find('"') == std::string_view::npos && text.find("&quot;") != std::string_view::npos) {
    const std::string unescaped = Unescaped(text);
    return LenientReader(unescaped).Read(values) == JsonState::kBroken ? JsonState::kBroken : JsonState::kMended;
  }
  return LenientReader(text).Read(values);
}

}  // namespace spinneret
