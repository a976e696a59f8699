#include "cli/markdown_path.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxPart = 100;
constexpr std::size_t kMaxParts = 12;

// FNV-1a.
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return hash;
}

// A part of a path that any file system takes; `changed` when it is not the text itself.
std::string SafePart(std::string_view text, bool& changed) {
  std::string part;
  for (const char c : text.substr(0, kMaxPart)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    part += plain ? c : '_';
    changed = changed || !plain;
  }
  changed = changed || text.size() > kMaxPart;
  if (part.empty() || part.front() == '.') {
    part.insert(part.begin(), '_');
    changed = true;
  }
  return part;
}

}  // namespace

std::string MarkdownPath(std::string_view host, std::string_view url, Distinct distinct) {
  const std::size_t scheme = url.find("://");
  std::string_view path = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  path.remove_prefix(std::min(path.find('/'), path.size()));
  bool changed = path.find('?') != std::string_view::npos || distinct == Distinct::kYes;
  path = path.substr(0, path.find('?'));
  bool host_changed = false;
  std::string name = SafePart(host, host_changed);
  std::size_t parts = 0;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(end);
    if (++parts > kMaxParts) {
      changed = true;
      break;
    }
    name += '/';
    name += part.empty() && path.empty() ? "index" : SafePart(part, changed);
  }
  if (parts == 0) {
    name += "/index";
  }
  if (changed) {
    name += fmt::format("-{:016x}", HashOf(url));
  }
  return name + ".md";
}

}  // namespace spinneret::cli
