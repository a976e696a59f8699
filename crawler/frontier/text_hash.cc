#include "crawler/frontier/text_hash.h"

#include <algorithm>

#define XXH_STATIC_LINKING_ONLY  // the state on the stack
#include <xxhash.h>

namespace spinneret {
namespace {

bool StartsWithWord(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) {
    return false;
  }
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) {
      return false;
    }
  }
  return true;
}

// Where the contents of a script or style end: at its end tag.
std::size_t EndOfRawText(std::string_view html, std::size_t from, std::string_view name) {
  while (true) {
    const std::size_t end = html.find("</", from);
    if (end == std::string_view::npos) {
      return html.size();
    }
    if (StartsWithWord(html.substr(end + 2), name)) {
      return end;
    }
    from = end + 2;
  }
}

}  // namespace

std::uint64_t TextHash(std::string_view html) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::size_t at = 0;
  while (at < html.size()) {
    const std::size_t tag = std::min(html.find('<', at), html.size());
    XXH3_64bits_update(&state, html.data() + at, tag - at);
    if (tag == html.size()) {
      break;
    }
    const std::string_view inside = html.substr(tag + 1);
    if (inside.starts_with("!--")) {
      const std::size_t end = html.find("-->", tag + 4);
      at = end == std::string_view::npos ? html.size() : end + 3;
      continue;
    }
    const std::size_t end = html.find('>', tag);
    at = end == std::string_view::npos ? html.size() : end + 1;
    for (const std::string_view name : {std::string_view("script"), std::string_view("style")}) {
      if (StartsWithWord(inside, name)) {
        at = EndOfRawText(html, at, name);
        break;
      }
    }
  }
  const std::uint64_t hash = XXH3_64bits_digest(&state);
  return hash == 0 ? 1 : hash;
}

}  // namespace spinneret
