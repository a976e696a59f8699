#include "crawler/frontier/text_hash.h"

#include <algorithm>
#include <string>

#include <xxhash.h>

#include "crawler/frontier/sim_hash.h"

namespace spinneret {
namespace {

constexpr std::size_t kKeptBytes = 1U << 20U;

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

TextPrints TextPrintsOf(std::string_view html) {
  // Pieces are short: to put them together and hash them at once is less work than to feed them one by one.
  thread_local std::string text;
  text.clear();
  SimHasher sim_hasher;
  std::size_t at = 0;
  while (at < html.size()) {
    const std::size_t tag = std::min(html.find('<', at), html.size());
    text.append(html, at, tag - at);
    sim_hasher.Add(html.substr(at, tag - at));
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
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  if (text.capacity() > kKeptBytes) {
    std::string().swap(text);
  }
  return {hash == 0 ? 1 : hash, sim_hasher.Take()};
}

}  // namespace spinneret
