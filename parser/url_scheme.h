// The schemes that the URL standard treats specially (§3.1), and their default ports.
#pragma once

#include <cstdint>
#include <string_view>

namespace spinneret {

enum class UrlScheme : std::uint8_t {
  kOther,  // every scheme that is not special
  kHttp,
  kHttps,
  kWs,
  kWss,
  kFtp,
  kFile,
};

inline bool IsSpecial(UrlScheme scheme) {
  return scheme != UrlScheme::kOther;
}

// `scheme` in lower case, without the colon.
inline UrlScheme SchemeOf(std::string_view scheme) {
  if (scheme == "https") {
    return UrlScheme::kHttps;
  }
  if (scheme == "http") {
    return UrlScheme::kHttp;
  }
  if (scheme == "file") {
    return UrlScheme::kFile;
  }
  if (scheme == "ftp") {
    return UrlScheme::kFtp;
  }
  if (scheme == "ws") {
    return UrlScheme::kWs;
  }
  if (scheme == "wss") {
    return UrlScheme::kWss;
  }
  return UrlScheme::kOther;
}

// 0 for a scheme that has none.
inline std::uint16_t DefaultPort(UrlScheme scheme) {
  switch (scheme) {
    case UrlScheme::kHttp:
    case UrlScheme::kWs:
      return 80;
    case UrlScheme::kHttps:
    case UrlScheme::kWss:
      return 443;
    case UrlScheme::kFtp:
      return 21;
    case UrlScheme::kOther:
    case UrlScheme::kFile:
      return 0;
  }
  return 0;
}

}  // namespace spinneret
