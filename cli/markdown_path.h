// Names of files for pages, made of their URLs: "shop.example/wine/red.md".
//
// Hostile   a URL is anybody's text: a name holds letters, digits, ".", "_" and "-" alone, no part of it is "." or ".." or
//           begins with a dot, and none is longer than 120 bytes. Where a part was changed for that, and where the URL
//           has a query, a hash of the URL ends the name, so that different URLs have different names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret::cli {

enum class Distinct : std::uint8_t { kNo, kYes };  // with the hash, whatever the URL

// `host`: name and port. `url` is http or https; http and https of one host have the same name unless `distinct`.
std::string MarkdownPath(std::string_view host, std::string_view url, Distinct distinct = Distinct::kNo);

}  // namespace spinneret::cli
