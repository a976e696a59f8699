#include "cli/seed_argument.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxShown = 200;

bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return out;
}

std::string Shown(std::string_view text) {
  const std::string_view shown = text.substr(0, kMaxShown);
  // "mailto:ann@shop.example" has no password before its "@".
  const std::string safe =
      Printable(shown.find("://") == std::string_view::npos ? std::string(shown) : WithoutCredentials(shown));
  return text.size() > kMaxShown ? safe + "..." : safe;
}

// The scheme in lower case, or nothing: "localhost:8080" and "example.com:80/a" are hosts with a port.
std::optional<std::string> SchemeOf(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (IsAlpha(text[at]) || (at > 0 && (IsDigit(text[at]) || text[at] == '+' ||
                                                               text[at] == '-' || text[at] == '.')))) {
    ++at;
  }
  if (at == 0 || at >= text.size() || text[at] != ':') {
    return std::nullopt;
  }
  const std::string scheme = Lower(text.substr(0, at));
  const std::string_view rest = text.substr(at + 1);
  if (rest.starts_with("//") || rest.starts_with("\\\\")) {
    return scheme;
  }
  static constexpr std::array<std::string_view, 10> kWithoutAuthority = {
      "mailto", "javascript", "data", "tel", "sms", "about", "blob", "news", "urn", "view-source"};
  if (std::find(kWithoutAuthority.begin(), kWithoutAuthority.end(), scheme) != kWithoutAuthority.end()) {
    return scheme;
  }
  // "http:example.com" is read as a browser reads it; "http:8080" is a host of that name.
  if ((scheme == "http" || scheme == "https") && !rest.empty() && !IsDigit(rest.front())) {
    return scheme;
  }
  return std::nullopt;
}

// A name that only a file would have: "seeds/shop.txt", but not "shop.example/list.txt".
bool LooksLikeFile(std::string_view text) {
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with("~/")) {
    return true;
  }
  static constexpr std::array<std::string_view, 5> kEndings = {".txt", ".csv", ".tsv", ".list", ".lst"};
  const bool list =
      std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view e) { return text.ends_with(e); });
  const std::size_t slash = text.find('/');
  return list &&
         (slash == std::string_view::npos || text.substr(0, slash).find_first_of(".:") == std::string_view::npos);
}

Result<SeedSource> CheckUrl(const std::string& text, std::string_view as_given) {
  const std::optional<Url> url = Url::Parse(text);
  if (!url) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("seed \"{}\" is not a valid URL; write it as https://example.com/page", Shown(as_given)));
  }
  if (!url->is_http()) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("seed \"{}\" is not http or https; only those are crawled", Shown(as_given)));
  }
  return SeedSource{SeedSource::Kind::kUrl, text};
}

enum class FileState { kMissing, kReadable, kUnreadable, kDirectory };

FileState StateOf(const std::string& path) {
  struct stat status {};
  if (path.empty() || path.find('\0') != std::string::npos || stat(path.c_str(), &status) != 0) {
    return FileState::kMissing;
  }
  if (S_ISDIR(status.st_mode)) {
    return FileState::kDirectory;
  }
  return access(path.c_str(), R_OK) == 0 ? FileState::kReadable : FileState::kUnreadable;
}

Error Unreadable(const std::string& path) {
  return Err(ErrorCode::kInvalidArgument,
             fmt::format("seed file \"{}\" cannot be read; check its permissions", Shown(path)));
}

}  // namespace

Result<SeedSource> ReadSeedArgument(const std::string& argument) {
  if (argument.empty()) {
    return Err(ErrorCode::kInvalidArgument, "a seed is empty; give a URL, such as https://example.com/");
  }
  if (argument == "-") {
    return SeedSource{SeedSource::Kind::kStdin, "-"};
  }
  if (SchemeOf(argument)) {
    return CheckUrl(argument, argument);
  }
  switch (StateOf(argument)) {
    case FileState::kReadable:
      return SeedSource{SeedSource::Kind::kFile, argument};
    case FileState::kUnreadable:
      return Unreadable(argument);
    case FileState::kMissing:
    case FileState::kDirectory:  // a folder may well be called as the host that it is about
      break;
  }
  if (LooksLikeFile(argument)) {
    return Err(
        ErrorCode::kNotFound,
        fmt::format("seed file \"{0}\" is not there; if a web address is meant, write https://{0}", Shown(argument)));
  }
  return CheckUrl("https://" + argument, argument);
}

Result<SeedSource> ReadSeedFileArgument(const std::string& argument) {
  if (argument == "-") {
    return SeedSource{SeedSource::Kind::kStdin, "-"};
  }
  switch (StateOf(argument)) {
    case FileState::kReadable:
      return SeedSource{SeedSource::Kind::kFile, argument};
    case FileState::kUnreadable:
      return Unreadable(argument);
    case FileState::kDirectory:
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("seed file \"{}\" is a folder; name a file with one URL per line", Shown(argument)));
    case FileState::kMissing:
      break;
  }
  if (SchemeOf(argument)) {
    return Err(ErrorCode::kNotFound,
               fmt::format("seed file \"{}\" is not there; a URL is given without -i", Shown(argument)));
  }
  return Err(ErrorCode::kNotFound,
             fmt::format("seed file \"{}\" is not there; check the path given to -i", Shown(argument)));
}

}  // namespace spinneret::cli
