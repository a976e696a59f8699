#include "parser/encoding_prescan.h"

#include <algorithm>
#include <string>
#include <utility>

namespace spinneret::internal {
namespace {

constexpr std::size_t kPrescanBytes = 1024;
constexpr std::size_t kLateBytes = std::size_t{64} * 1024;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsAlpha(char c) {
  return Lower(c) >= 'a' && Lower(c) <= 'z';
}
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool IsSpaceOrSlash(char c) {
  return IsSpace(c) || c == '/';
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() && std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(),
                                                          [](char a, char b) { return a == Lower(b); });
}

// A page that could be read so far cannot be in UTF-16, whatever it says; and x-user-defined is windows-1252 to the
// web.
const Encoding* Corrected(const Encoding* encoding) {
  if (encoding == nullptr) {
    return nullptr;
  }
  switch (encoding->kind) {
    case EncodingKind::kUtf16Le:
    case EncodingKind::kUtf16Be:
      return FindEncoding("utf-8");
    case EncodingKind::kUserDefined:
      return FindEncoding("windows-1252");
    default:
      return encoding;
  }
}

// Reads over the bytes; the end of the bytes ends the prescan wherever it is met.
class Prescan {
 public:
  explicit Prescan(std::string_view bytes) : bytes_(bytes) {}

  const Encoding* Run() {
    while (!AtEnd()) {
      const std::string_view rest = bytes_.substr(at_);
      if (rest[0] != '<') {
        const std::size_t next = rest.find('<');
        at_ = next == std::string_view::npos ? bytes_.size() : at_ + next;
      } else if (rest.starts_with("<!--")) {
        // The two dashes of the opening may be those of the end: "<!-->".
        SkipTo("-->", 2);
      } else if (StartsWithIgnoringCase(rest, "<meta") && rest.size() > 5 && IsSpaceOrSlash(rest[5])) {
        at_ += 5;
        if (const Encoding* encoding = ReadMeta()) {
          return encoding;
        }
      } else if (rest.size() > 1 && (IsAlpha(rest[1]) || (rest[1] == '/' && rest.size() > 2 && IsAlpha(rest[2])))) {
        while (!AtEnd() && !IsSpace(bytes_[at_]) && bytes_[at_] != '>') {
          ++at_;
        }
        Attribute ignored;
        while (ReadAttribute(ignored)) {
        }
        ++at_;
      } else if (rest.size() > 1 && (rest[1] == '!' || rest[1] == '/' || rest[1] == '?')) {
        SkipTo(">", 1);
      } else {
        ++at_;
      }
    }
    return nullptr;
  }

 private:
  struct Attribute {
    std::string name;   // lower case
    std::string value;  // lower case
  };

  bool AtEnd() const { return at_ >= bytes_.size(); }

  // Past the next `end`, which is looked for from `offset` bytes on.
  void SkipTo(std::string_view end, std::size_t offset) {
    const std::size_t found = bytes_.find(end, at_ + offset);
    at_ = found == std::string_view::npos ? bytes_.size() : found + end.size();
  }

  // False at the end of the tag (at_ is on its '>') or of the bytes.
  bool ReadAttribute(Attribute& attribute) {
    attribute.name.clear();
    attribute.value.clear();
    while (!AtEnd() && IsSpaceOrSlash(bytes_[at_])) {
      ++at_;
    }
    if (AtEnd() || bytes_[at_] == '>') {
      return false;
    }
    for (; !AtEnd(); ++at_) {
      const char c = bytes_[at_];
      if ((c == '=' && !attribute.name.empty()) || IsSpace(c)) {
        break;
      }
      if (c == '/' || c == '>') {
        return true;
      }
      attribute.name.push_back(Lower(c));
    }
    SkipSpace();
    if (AtEnd()) {
      return false;
    }
    if (bytes_[at_] != '=') {
      return true;
    }
    ++at_;
    SkipSpace();
    if (AtEnd()) {
      return false;
    }
    const char quote = bytes_[at_];
    if (quote == '"' || quote == '\'') {
      for (++at_; !AtEnd(); ++at_) {
        if (bytes_[at_] == quote) {
          ++at_;
          return true;
        }
        attribute.value.push_back(Lower(bytes_[at_]));
      }
      return false;
    }
    for (; !AtEnd() && !IsSpace(bytes_[at_]) && bytes_[at_] != '>'; ++at_) {
      attribute.value.push_back(Lower(bytes_[at_]));
    }
    return !AtEnd();
  }

  void SkipSpace() {
    while (!AtEnd() && IsSpace(bytes_[at_])) {
      ++at_;
    }
  }

  const Encoding* ReadMeta() {
    enum class NeedPragma { kUnknown, kNo, kYes };
    // Of attributes with the same name the first counts.
    bool seen_http_equiv = false;
    bool seen_content = false;
    bool seen_charset = false;
    bool got_pragma = false;
    NeedPragma need_pragma = NeedPragma::kUnknown;
    bool charset_set = false;
    const Encoding* charset = nullptr;
    Attribute attribute;
    while (ReadAttribute(attribute)) {
      if (attribute.name == "http-equiv" && !std::exchange(seen_http_equiv, true)) {
        got_pragma = attribute.value == "content-type";
      } else if (attribute.name == "content" && !std::exchange(seen_content, true) && !charset_set) {
        if (const Encoding* encoding = FindEncoding(CharsetInContent(attribute.value))) {
          charset = encoding;
          charset_set = true;
          need_pragma = NeedPragma::kYes;
        }
      } else if (attribute.name == "charset" && !std::exchange(seen_charset, true)) {
        charset = FindEncoding(attribute.value);
        charset_set = true;
        need_pragma = NeedPragma::kNo;
      }
    }
    if (AtEnd() || need_pragma == NeedPragma::kUnknown || (need_pragma == NeedPragma::kYes && !got_pragma)) {
      return nullptr;
    }
    return Corrected(charset);
  }

  // "Extracting a character encoding from a meta element"; `content` is in lower case.
  static std::string_view CharsetInContent(std::string_view content) {
    for (std::size_t from = 0;;) {
      const std::size_t found = content.find("charset", from);
      if (found == std::string_view::npos) {
        return {};
      }
      std::string_view rest = content.substr(found + 7);
      const auto skip_space = [&rest] {
        while (!rest.empty() && IsSpace(rest.front())) {
          rest.remove_prefix(1);
        }
      };
      skip_space();
      if (rest.empty() || rest.front() != '=') {
        from = found + 7;
        continue;
      }
      rest.remove_prefix(1);
      skip_space();
      if (rest.empty()) {
        return {};
      }
      if (rest.front() == '"' || rest.front() == '\'') {
        const std::size_t end = rest.find(rest.front(), 1);
        return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
      }
      return rest.substr(0, std::min(rest.size(), rest.find_first_of(" \t\n\f\r;")));
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

// The declaration <?xml … encoding="…"?> that the bytes begin with.
const Encoding* XmlEncoding(std::string_view bytes) {
  using std::string_view_literals::operator""sv;
  if (bytes.starts_with("<\0?\0x\0"sv)) {
    return FindEncoding("utf-16le");
  }
  if (bytes.starts_with("\0<\0?\0x"sv)) {
    return FindEncoding("utf-16be");
  }
  if (!bytes.starts_with("<?xml")) {
    return nullptr;
  }
  const std::size_t end = bytes.find('>');
  if (end == std::string_view::npos) {
    return nullptr;
  }
  const std::size_t name = bytes.substr(0, end).find("encoding", 5);
  if (name == std::string_view::npos) {
    return nullptr;
  }
  std::string_view rest = bytes.substr(name + 8, end - name - 8);
  const auto skip_space = [&rest] {
    while (!rest.empty() && static_cast<unsigned char>(rest.front()) <= 0x20) {
      rest.remove_prefix(1);
    }
  };
  skip_space();
  if (rest.empty() || rest.front() != '=') {
    return nullptr;
  }
  rest.remove_prefix(1);
  skip_space();
  if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) {
    return nullptr;
  }
  const std::size_t close = rest.find(rest.front(), 1);
  if (close == std::string_view::npos) {
    return nullptr;
  }
  const std::string_view label = rest.substr(1, close - 1);
  if (std::any_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) {
    return nullptr;
  }
  return Corrected(FindEncoding(label));
}

}  // namespace

DeclaredEncoding PrescanEncoding(std::string_view bytes) {
  bytes = bytes.substr(0, kPrescanBytes);
  const Encoding* xml = XmlEncoding(bytes);
  if (xml != nullptr && (xml->kind == EncodingKind::kUtf16Le || xml->kind == EncodingKind::kUtf16Be)) {
    return {xml, true};
  }
  const Encoding* meta = Prescan(bytes).Run();
  return meta != nullptr ? DeclaredEncoding{meta, false} : DeclaredEncoding{xml, true};
}

const Encoding* PrescanLate(std::string_view bytes) {
  return bytes.size() <= kPrescanBytes ? nullptr : Prescan(bytes.substr(0, kLateBytes)).Run();
}

}  // namespace spinneret::internal
