// The basic URL parser (URL standard §4.4).
//
// The standard walks a machine of states from one code point to the next. Here the text is first cut at its first '#'
// and its first '?', where every state of the standard would stop too, and each function below then reads one stretch
// of it and names the states that it stands for. Components are written to the href in their final form and order.
#include <cstddef>
#include <limits>

#include "parser/url.h"
#include "parser/url_encode.h"
#include "parser/url_host.h"
#include "parser/url_scheme.h"

namespace spinneret {
namespace {

using url_encode::ClassesIn;
using url_encode::ClassOf;

constexpr std::size_t kNone = std::string_view::npos;

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsSlash(char c) {
  return c == '/' || c == '\\';
}
bool StartsWithSlash(std::string_view text) {
  return !text.empty() && IsSlash(text[0]);
}

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view WithoutSlashes(std::string_view text) {
  std::size_t slashes = 0;
  while (slashes < text.size() && IsSlash(text[slashes])) {
    ++slashes;
  }
  return text.substr(slashes);
}

// "Remove any leading and trailing C0 control or space."
std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// The length of the scheme that `text` starts with, 0 where it has none (scheme start state, scheme state).
std::size_t SchemeLength(std::string_view text) {
  if (text.empty() || !IsLetter(text[0])) {
    return 0;
  }
  std::size_t length = 1;
  while (length < text.size() && (ClassOf(text[length]) & url_encode::kSchemeByte) != 0) {
    ++length;
  }
  return length < text.size() && text[length] == ':' ? length : 0;
}

bool IsDriveLetter(std::string_view text) {
  return text.size() == 2 && IsLetter(text[0]) && (text[1] == ':' || text[1] == '|');
}

// `text` ends where the query would begin.
bool StartsWithDriveLetter(std::string_view text) {
  return IsDriveLetter(text.substr(0, 2)) && (text.size() == 2 || IsSlash(text[2]));
}

// `path` is serialised: whether its first segment is a normalised drive letter.
bool PathStartsWithDriveLetter(std::string_view path) {
  return path.size() >= 3 && path[0] == '/' && IsLetter(path[1]) && path[2] == ':' &&
         (path.size() == 3 || path[3] == '/');
}

// How many dots the segment is (1 or 2), "%2e" being one; 0 for every other segment.
int DotsIn(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && LowerCase(segment[2]) == 'e') {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    if (++dots > 2) {
      return 0;
    }
  }
  return dots;
}

// Whether some segment of `text`, whose bytes have `classes`, might be one that DotsIn() counts.
bool MayHaveDotSegments(std::string_view text, unsigned classes) {
  if ((classes & url_encode::kDot) != 0 && (text[0] == '.' || text.find("/.") != kNone)) {
    return true;
  }
  return (classes & url_encode::kPercent) != 0 && (text.find("%2e") != kNone || text.find("%2E") != kNone);
}

// The ':' that ends the host and starts the port, outside of brackets (host state).
std::size_t FindPortColon(std::string_view text) {
  bool inside_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && !inside_brackets) {
      return i;
    }
    if (text[i] == '[') {
      inside_brackets = true;
    } else if (text[i] == ']') {
      inside_brackets = false;
    }
  }
  return kNone;
}

}  // namespace

class UrlParser {
 public:
  // Writes to `url`, which is a new one. Both must outlive the parser.
  UrlParser(Url& url, const Url* base) : url_(url), out_(url.href_), base_(base) {}

  // `input` is trimmed and clean.
  bool Parse(std::string_view input);

 private:
  bool ParseWithScheme(std::string_view rest);
  bool ParseRelative(std::string_view text);
  bool ParseFile(std::string_view text);
  bool ParseFileHost(std::string_view text);
  bool ParseAuthority(std::string_view text);
  bool ParseHostAndPort(std::string_view text);
  bool ParsePort(std::string_view text);
  void ParseOpaquePath(std::string_view text);

  void WriteScheme(std::string_view text);
  void WriteCredentials(std::string_view text);
  void WriteEmptyFileHost();
  void StartPath();

  void CopyBaseScheme();
  // The base up to where its path begins, and nothing of the path.
  void CopyBaseAuthority();
  // The base up to its path's last slash; the path's last segment is dropped.
  void CopyBaseDirectory();
  void CopyWholeBase(std::uint32_t end);

  void AppendPathAfterHost(std::string_view text);
  void AppendSegments(std::string_view text);
  void AppendSegment(std::string_view segment, bool last);
  void DropLastSegment();
  void EndPath();
  void AppendQuery();
  void AppendFragment();

  bool PathIsEmpty() const { return out_.size() == url_.path_start_; }
  bool special() const { return IsSpecial(url_.scheme_kind_); }
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.size()); }

  Url& url_;
  std::string& out_;
  const Url* const base_;
  std::string_view query_;     // without '?', as it was written
  std::string_view fragment_;  // without '#', as it was written
  bool has_query_ = false;
  bool has_fragment_ = false;
};

bool UrlParser::Parse(std::string_view input) {
  out_.reserve(input.size() + 8 + (base_ != nullptr ? std::size_t{base_->query_start_} : 0));
  if (const std::size_t hash = input.find('#'); hash != kNone) {
    has_fragment_ = true;
    fragment_ = input.substr(hash + 1);
    input = input.substr(0, hash);
  }
  if (const std::size_t mark = input.find('?'); mark != kNone) {
    has_query_ = true;
    query_ = input.substr(mark + 1);
    input = input.substr(0, mark);
  }
  if (const std::size_t length = SchemeLength(input); length != 0) {
    WriteScheme(input.substr(0, length));
    return ParseWithScheme(input.substr(length + 1));
  }
  // No scheme state.
  if (base_ == nullptr) {
    return false;
  }
  if (base_->has_opaque_path_) {
    if (!input.empty() || has_query_ || !has_fragment_) {
      return false;
    }
    CopyWholeBase(base_->fragment_start_);
    AppendFragment();
    return true;
  }
  return base_->scheme_kind_ == UrlScheme::kFile ? ParseFile(input) : ParseRelative(input);
}

bool UrlParser::ParseWithScheme(std::string_view rest) {
  const UrlScheme scheme = url_.scheme_kind_;
  if (scheme == UrlScheme::kFile) {
    return ParseFile(rest);
  }
  if (IsSpecial(scheme)) {
    // Special relative or authority state: "http:page" is relative to a base of the same scheme.
    if (base_ != nullptr && base_->scheme_kind_ == scheme && !rest.starts_with("//")) {
      return ParseRelative(rest);
    }
    return ParseAuthority(WithoutSlashes(rest));
  }
  if (rest.starts_with("//")) {
    return ParseAuthority(rest.substr(2));
  }
  if (rest.starts_with('/')) {
    StartPath();
    AppendSegments(rest.substr(1));
    EndPath();
    return true;
  }
  ParseOpaquePath(rest);
  return true;
}

// Relative state and relative slash state; the base has the scheme of the result.
bool UrlParser::ParseRelative(std::string_view text) {
  const bool base_special = IsSpecial(base_->scheme_kind_);
  const auto is_slash = [base_special](char c) { return c == '/' || (base_special && c == '\\'); };
  if (text.empty()) {
    CopyWholeBase(has_query_ ? base_->query_start_ : base_->fragment_start_);
    AppendQuery();
    AppendFragment();
    return true;
  }
  if (!is_slash(text[0])) {
    CopyBaseDirectory();
    AppendSegments(text);
    EndPath();
    return true;
  }
  text.remove_prefix(1);
  if (!text.empty() && is_slash(text[0])) {
    CopyBaseScheme();
    return ParseAuthority(base_special ? WithoutSlashes(text) : text.substr(1));
  }
  CopyBaseAuthority();
  AppendSegments(text);
  EndPath();
  return true;
}

// File state and file slash state.
bool UrlParser::ParseFile(std::string_view text) {
  const bool has_file_base = base_ != nullptr && base_->scheme_kind_ == UrlScheme::kFile;
  if (has_file_base && text.empty()) {
    CopyWholeBase(has_query_ ? base_->query_start_ : base_->fragment_start_);
    AppendQuery();
    AppendFragment();
    return true;
  }
  const bool rooted = StartsWithSlash(text);
  if (rooted) {
    text.remove_prefix(1);
    if (StartsWithSlash(text)) {
      return ParseFileHost(text.substr(1));
    }
  }
  if (!has_file_base) {
    WriteEmptyFileHost();
  } else if (StartsWithDriveLetter(text)) {
    CopyBaseAuthority();
  } else if (!rooted) {
    CopyBaseDirectory();
  } else {
    CopyBaseAuthority();
    if (PathStartsWithDriveLetter(base_->path())) {
      out_.append(base_->path().substr(0, 3));
    }
  }
  AppendSegments(text);
  EndPath();
  return true;
}

// File host state.
bool UrlParser::ParseFileHost(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && !IsSlash(text[end])) {
    ++end;
  }
  const std::string_view host = text.substr(0, end);
  WriteEmptyFileHost();
  if (IsDriveLetter(host)) {
    AppendSegments(text);  // "file://c:/x" has no host: the drive is the path's first segment
    EndPath();
    return true;
  }
  if (!host.empty()) {
    const std::optional<UrlHostKind> kind = AppendHost(host, UrlScheme::kFile, out_);
    if (!kind) {
      return false;
    }
    if (std::string_view(out_).substr(url_.host_start_) == "localhost") {
      out_.resize(url_.host_start_);
    } else {
      url_.host_kind_ = *kind;
      url_.host_end_ = here();
    }
    StartPath();
  }
  AppendPathAfterHost(text.substr(end));
  return true;
}

// Authority state; `text` goes on to the end of the path.
bool UrlParser::ParseAuthority(std::string_view text) {
  out_ += "//";
  std::size_t end = 0;
  while (end < text.size() && text[end] != '/' && !(special() && text[end] == '\\')) {
    ++end;
  }
  std::string_view authority = text.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != kNone) {
    WriteCredentials(authority.substr(0, at));
    authority = authority.substr(at + 1);
    if (authority.empty()) {
      return false;
    }
  } else {
    url_.username_end_ = here();
  }
  url_.host_start_ = here();
  if (!ParseHostAndPort(authority)) {
    return false;
  }
  StartPath();
  AppendPathAfterHost(text.substr(end));
  return true;
}

void UrlParser::WriteCredentials(std::string_view text) {
  const std::size_t start = out_.size();
  const std::size_t colon = text.find(':');
  url_encode::AppendEncoded(text.substr(0, colon), url_encode::kUserinfoSet, out_);
  url_.username_end_ = here();
  if (colon != kNone && colon + 1 < text.size()) {
    out_ += ':';
    url_encode::AppendEncoded(text.substr(colon + 1), url_encode::kUserinfoSet, out_);
  }
  if (out_.size() > start) {
    out_ += '@';
  }
}

// Host state and port state.
bool UrlParser::ParseHostAndPort(std::string_view text) {
  const std::size_t colon = FindPortColon(text);
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) {
    if (special() || colon != kNone) {
      return false;
    }
    url_.host_kind_ = UrlHostKind::kEmpty;
  } else {
    const std::optional<UrlHostKind> kind = AppendHost(host, url_.scheme_kind_, out_);
    if (!kind) {
      return false;
    }
    url_.host_kind_ = *kind;
  }
  url_.host_end_ = here();
  return colon == kNone || ParsePort(text.substr(colon + 1));
}

bool UrlParser::ParsePort(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  unsigned port = 0;
  for (const char c : text) {
    if (!IsDigit(c)) {
      return false;
    }
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > std::numeric_limits<std::uint16_t>::max()) {
      return false;
    }
  }
  if (special() && port == DefaultPort(url_.scheme_kind_)) {
    return true;
  }
  url_.port_ = static_cast<std::uint16_t>(port);
  url_.has_port_ = true;
  out_ += ':';
  out_ += std::to_string(port);
  return true;
}

// Opaque path state.
void UrlParser::ParseOpaquePath(std::string_view text) {
  url_.has_opaque_path_ = true;
  StartPath();
  // A space at the end would be trimmed if the URL were read again without its query or fragment.
  const bool ends_in_space = (has_query_ || has_fragment_) && text.ends_with(' ');
  if (ends_in_space) {
    text.remove_suffix(1);
  }
  url_encode::AppendEncoded(text, url_encode::kC0ControlSet, out_);
  if (ends_in_space) {
    out_ += "%20";
  }
  url_.query_start_ = here();
  url_.fragment_start_ = here();
  AppendQuery();
  AppendFragment();
}

void UrlParser::WriteScheme(std::string_view text) {
  for (const char c : text) {
    out_.push_back(LowerCase(c));
  }
  url_.scheme_kind_ = SchemeOf(out_);
  url_.scheme_end_ = here();
  out_.push_back(':');
}

// "file://", with a scheme that may have been written already.
void UrlParser::WriteEmptyFileHost() {
  out_ = "file://";
  url_.scheme_kind_ = UrlScheme::kFile;
  url_.scheme_end_ = 4;
  url_.username_end_ = here();
  url_.host_start_ = here();
  url_.host_kind_ = UrlHostKind::kEmpty;
  StartPath();
}

// Sets the offsets that stand where the path begins.
void UrlParser::StartPath() {
  url_.path_start_ = here();
  if (url_.host_kind_ == UrlHostKind::kNone) {
    url_.username_end_ = here();
    url_.host_start_ = here();
  }
  if (url_.host_kind_ == UrlHostKind::kNone || url_.host_kind_ == UrlHostKind::kEmpty) {
    url_.host_end_ = url_.host_start_;
  }
}

void UrlParser::CopyBaseScheme() {
  out_.assign(base_->href_, 0, base_->scheme_end_ + 1);
  url_.scheme_kind_ = base_->scheme_kind_;
  url_.scheme_end_ = base_->scheme_end_;
}

void UrlParser::CopyBaseAuthority() {
  CopyBaseScheme();
  url_.host_kind_ = base_->host_kind_;
  if (base_->host_kind_ == UrlHostKind::kNone) {
    StartPath();  // without the "/." that the base's path may have needed
    return;
  }
  out_.append(base_->href_, base_->scheme_end_ + 1, base_->path_start_ - base_->scheme_end_ - 1);
  url_.username_end_ = base_->username_end_;
  url_.host_start_ = base_->host_start_;
  url_.host_end_ = base_->host_end_;
  url_.path_start_ = base_->path_start_;
  url_.port_ = base_->port_;
  url_.has_port_ = base_->has_port_;
}

void UrlParser::CopyBaseDirectory() {
  CopyBaseAuthority();
  const std::string_view path = base_->path();
  if (base_->scheme_kind_ == UrlScheme::kFile && path.size() == 3 && PathStartsWithDriveLetter(path)) {
    out_.append(path);
  } else if (!path.empty()) {
    out_.append(path.substr(0, path.rfind('/')));
  }
}

// `end` is where the base's query or its fragment begins.
void UrlParser::CopyWholeBase(std::uint32_t end) {
  out_.assign(base_->href_, 0, end);
  url_.scheme_end_ = base_->scheme_end_;
  url_.username_end_ = base_->username_end_;
  url_.host_start_ = base_->host_start_;
  url_.host_end_ = base_->host_end_;
  url_.path_start_ = base_->path_start_;
  url_.query_start_ = base_->query_start_;
  url_.fragment_start_ = end;
  url_.port_ = base_->port_;
  url_.has_port_ = base_->has_port_;
  url_.has_opaque_path_ = base_->has_opaque_path_;
  url_.scheme_kind_ = base_->scheme_kind_;
  url_.host_kind_ = base_->host_kind_;
}

// Path start state.
void UrlParser::AppendPathAfterHost(std::string_view text) {
  if (special()) {
    AppendSegments(StartsWithSlash(text) ? text.substr(1) : text);
  } else if (!text.empty()) {
    AppendSegments(text.substr(1));  // an authority of such a scheme ends at '/' alone
  }
  EndPath();
}

// Path state: the segments of `text` are put after those that the path has already.
void UrlParser::AppendSegments(std::string_view text) {
  const unsigned classes = ClassesIn(text);
  const unsigned in_the_way = special() ? url_encode::kPathSet | url_encode::kBackslash : url_encode::kPathSet;
  if ((classes & in_the_way) == 0 && url_.scheme_kind_ != UrlScheme::kFile && !MayHaveDotSegments(text, classes)) {
    // What most links are: every segment is written as it stands.
    out_ += '/';
    out_ += text;
    return;
  }
  const bool backslash_splits = special() && (classes & url_encode::kBackslash) != 0;
  for (;;) {
    const std::size_t end = backslash_splits ? text.find_first_of("/\\") : text.find('/');
    AppendSegment(text.substr(0, end), end == kNone);
    if (end == kNone) {
      return;
    }
    text.remove_prefix(end + 1);
  }
}

void UrlParser::AppendSegment(std::string_view segment, bool last) {
  const int dots = DotsIn(segment);
  if (dots != 0) {
    if (dots == 2) {
      DropLastSegment();
    }
    if (last) {
      out_ += '/';
    }
    return;
  }
  const bool drive = url_.scheme_kind_ == UrlScheme::kFile && PathIsEmpty() && IsDriveLetter(segment);
  out_ += '/';
  if (drive) {
    out_ += segment[0];
    out_ += ':';
    return;
  }
  url_encode::AppendEncoded(segment, url_encode::kPathSet, out_);
}

// "Shorten a URL's path": a drive letter that stands alone stays.
void UrlParser::DropLastSegment() {
  const std::string_view path = std::string_view(out_).substr(url_.path_start_);
  if (path.empty() || (url_.scheme_kind_ == UrlScheme::kFile && path.size() == 3 && PathStartsWithDriveLetter(path))) {
    return;
  }
  out_.resize(url_.path_start_ + path.rfind('/'));
}

void UrlParser::EndPath() {
  // Without a host, a path that begins with "//" would be read as one (§4.5, URL serialising).
  if (url_.host_kind_ == UrlHostKind::kNone && out_.compare(url_.path_start_, 2, "//") == 0) {
    out_.insert(url_.path_start_, "/.");
    url_.path_start_ += 2;
  }
  url_.query_start_ = here();
  url_.fragment_start_ = here();
  AppendQuery();
  AppendFragment();
}

// Query state.
void UrlParser::AppendQuery() {
  if (!has_query_) {
    return;
  }
  out_ += '?';
  url_encode::AppendEncoded(query_, special() ? url_encode::kSpecialQuerySet : url_encode::kQuerySet, out_);
  url_.fragment_start_ = here();
}

// Fragment state.
void UrlParser::AppendFragment() {
  if (!has_fragment_) {
    return;
  }
  out_ += '#';
  url_encode::AppendEncoded(fragment_, url_encode::kFragmentSet, out_);
}

std::optional<Url> Url::Parse(std::string_view input, const Url* base) {
  // The most that a byte can become is a U+FFFD in percent-encoding, nine bytes; a domain in IDNA may grow by more, and
  // its size is bounded.
  constexpr std::size_t kMaxHref = std::numeric_limits<std::uint32_t>::max() - 64 * kMaxIdnaDomainBytes;
  const std::size_t base_size = base != nullptr ? base->href_.size() : 0;
  if (base_size > kMaxHref || input.size() > (kMaxHref - base_size) / 9) {
    return std::nullopt;
  }
  std::optional<Url> url(std::in_place);
  const std::string_view trimmed = Trimmed(input);
  const bool parsed = url_encode::IsClean(trimmed) ? UrlParser(*url, base).Parse(trimmed)
                                                   : UrlParser(*url, base).Parse(url_encode::Clean(trimmed));
  if (!parsed) {
    url.reset();
  }
  return url;
}

}  // namespace spinneret
