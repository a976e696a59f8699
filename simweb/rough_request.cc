#include "simweb/rough_request.h"

#include <algorithm>
#include <cstddef>

namespace spinneret::simweb {
namespace {

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int HexDigit(char c) {
  const char lower = ToLower(c);
  if (lower >= '0' && lower <= '9') {
    return lower - '0';
  }
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ToLower(x) == ToLower(y); });
}

std::optional<std::string_view> RoughRequest::Header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !EqualsIgnoringCase(line.substr(0, colon), name)) {
      continue;
    }
    line.remove_prefix(colon + 1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
      return std::string_view();
    }
    const std::size_t last = line.find_last_not_of(" \t\r");
    return last < first ? std::string_view() : line.substr(first, last - first + 1);
  }
  return std::nullopt;
}

std::optional<std::string> RoughRequest::Query(std::string_view name) const {
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == name) {
      return PercentDecoded(pair.substr(std::min(equals + 1, pair.size())));
    }
  }
  return std::nullopt;
}

bool WantsClose(const RoughRequest& request) {
  std::string connection(request.Header("connection").value_or(""));
  std::transform(connection.begin(), connection.end(), connection.begin(), ToLower);
  const std::string_view line = std::string_view(request.head).substr(0, request.head.find('\n'));
  return connection.find("close") != std::string::npos ||
         (line.find(" HTTP/1.0") != std::string_view::npos && connection.find("keep-alive") == std::string::npos);
}

std::string HostWithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(), ToLower);
  return lower;
}

std::optional<RoughRequest> ParseRequestHead(std::string_view head) {
  std::string_view line = head.substr(0, std::min(head.find('\n'), head.size()));
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || first == 0 || second == first + 1 ||
      line.substr(second + 1, 7) != "HTTP/1.") {
    return std::nullopt;
  }
  RoughRequest request;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, second - first - 1);
  request.head = head;
  request.host = HostWithoutPort(request.Header("host").value_or(""));
  std::string_view path = request.target;
  if (constexpr std::string_view kScheme = "http://"; path.substr(0, kScheme.size()) == kScheme) {
    path.remove_prefix(kScheme.size());
    const std::size_t slash = std::min(path.find_first_of("/?"), path.size());
    request.host = HostWithoutPort(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  path = path.substr(0, path.find('?'));
  request.path = path.empty() ? "/" : path;
  return request;
}

}  // namespace spinneret::simweb
