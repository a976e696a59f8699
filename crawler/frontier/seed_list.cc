#include "crawler/frontier/seed_list.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace spinneret {
namespace {

constexpr std::size_t kLongestLine = 64U << 10U;

std::string_view Trim(std::string_view s) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!s.empty() && space(s.front())) {
    s.remove_prefix(1);
  }
  while (!s.empty() && space(s.back())) {
    s.remove_suffix(1);
  }
  return s;
}

// "https://a.test" and "mailto:x@a.test" have one; "a.test:8080" and "a.test/?next=http://b.test" do not.
bool HasScheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  const std::string_view scheme = text.substr(0, colon);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool well_formed = letter(scheme.front()) && std::all_of(scheme.begin(), scheme.end(), [&](char c) {
                             return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
                           });
  return well_formed && (text.substr(colon).starts_with("://") || scheme == "mailto" || scheme == "javascript" ||
                         scheme == "data" || scheme == "tel");
}

// Applies one key=value; false with `error` set when it cannot be used.
bool ApplyAttribute(std::string_view attribute, SeedLine& seed) {
  const std::size_t equals = attribute.find('=');
  const std::string_view key = attribute.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view() : attribute.substr(equals + 1);
  if (equals != std::string_view::npos && key == "tag") {
    seed.tag = std::string(value);
    return true;
  }
  if (equals != std::string_view::npos && key == "depth") {
    std::uint16_t depth = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), depth);
    if (error == std::errc() && end == value.data() + value.size() && depth < 0xFFFF) {
      seed.depth = depth;
      return true;
    }
    seed.error = fmt::format("depth={} is not a whole number from 0 to 65534", value);
    return false;
  }
  seed.error = fmt::format("'{}' is not depth=N or tag=TEXT", attribute);
  return false;
}

}  // namespace

std::optional<Url> ParseSeedUrl(std::string_view text, std::string& reason) {
  const std::string_view trimmed = Trim(text);
  std::string with_scheme;
  std::string_view input = trimmed;
  if (!HasScheme(trimmed)) {
    with_scheme = "https://";
    with_scheme += trimmed;
    input = with_scheme;
  }
  std::optional<Url> url = Url::Parse(input);
  if (!url) {
    reason = fmt::format("'{}' is not a URL", trimmed);
    return std::nullopt;
  }
  if (!url->is_http()) {
    reason = fmt::format("'{}' is not http or https", trimmed);
    return std::nullopt;
  }
  return url;
}

std::optional<SeedLine> ParseSeedLine(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty() || trimmed.front() == '#') {
    return std::nullopt;
  }
  SeedLine seed;
  std::size_t tab = trimmed.find('\t');
  const std::string_view url_text = trimmed.substr(0, tab);
  while (tab != std::string_view::npos) {
    const std::size_t next = trimmed.find('\t', tab + 1);
    const std::string_view attribute =
        Trim(trimmed.substr(tab + 1, next == std::string_view::npos ? next : next - tab - 1));
    if (!attribute.empty() && !ApplyAttribute(attribute, seed)) {
      return seed;
    }
    tab = next;
  }
  seed.url = ParseSeedUrl(url_text, seed.error);
  return seed;
}

Result<SeedListReader> SeedListReader::Open(const std::string& path, std::uint64_t position, std::uint64_t line) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    return Err(ErrorCode::kNotFound, fmt::format("cannot read seed list '{}': {}", path, std::strerror(errno)));
  }
  SeedListReader reader(file, path);
  if (position > 0 && std::fseek(file, static_cast<long>(position), SEEK_SET) != 0) {
    return Err(ErrorCode::kSystem, fmt::format("cannot go on in seed list '{}': {}", path, std::strerror(errno)));
  }
  reader.position_ = position;
  reader.line_ = line;
  return reader;
}

Result<std::optional<SeedLine>> SeedListReader::Next() {
  std::string text;
  while (true) {
    text.clear();
    bool too_long = false;
    int c = 0;
    while ((c = std::getc(file_.get())) != EOF) {
      ++position_;
      if (c == '\n') {
        break;
      }
      if (text.size() < kLongestLine) {
        text += static_cast<char>(c);
      } else {
        too_long = true;
      }
    }
    if (c == EOF && std::ferror(file_.get()) != 0) {
      return Err(ErrorCode::kSystem, fmt::format("cannot read seed list '{}': {}", path_, std::strerror(errno)));
    }
    if (c == EOF && text.empty()) {
      return std::optional<SeedLine>();
    }
    ++line_;
    std::string_view view = text;
    if (line_ == 1 && view.starts_with("\xEF\xBB\xBF")) {
      view.remove_prefix(3);
    }
    std::optional<SeedLine> seed;
    if (too_long) {
      seed.emplace();
      seed->error = "the line is longer than 64 KiB";
    } else {
      seed = ParseSeedLine(view);
    }
    if (seed) {
      seed->line = line_;
      return seed;
    }
  }
}

}  // namespace spinneret
