#include "cli/request_checks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "cli/duration.h"
#include "crawler/fetch/address_guard.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

// A character of an RFC 9110 token (§5.6.2).
bool IsTokenChar(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

// What may stand in a field value: no CR, LF or NUL, which would end the field and begin another.
bool IsFieldValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

bool IsAddress(const std::string& text) {
  in6_addr scratch{};
  return text.find('\0') == std::string::npos &&
         (inet_pton(AF_INET, text.c_str(), &scratch) == 1 || inet_pton(AF_INET6, text.c_str(), &scratch) == 1);
}

}  // namespace

std::string CheckPattern(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 pattern(text, options);
  if (pattern.ok()) {
    return {};
  }
  // RE2 hands back the part that it stumbled over, not its place.
  const std::string& part = pattern.error_arg();
  const std::size_t at = part.empty() ? std::string::npos : text.find(part);
  std::string place;
  if (at != std::string::npos) {
    place = fmt::format(", at character {}", at + 1);
  }
  return fmt::format(
      "the pattern \"{}\" does not compile: {}{}; the syntax is RE2's (no look-around, no back-references)",
      Printable(text), Printable(pattern.error()), place);
}

std::string CheckHeader(const std::string& text) {
  static constexpr char kForm[] = "write it as \"Name: value\"";
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    return fmt::format("a header has no colon; {}", kForm);
  }
  const std::string_view name = std::string_view(text).substr(0, colon);
  if (!IsToken(name)) {
    return fmt::format("\"{}\" is not a header name; {}", Printable(name), kForm);
  }
  if (!IsFieldValue(std::string_view(text).substr(colon + 1))) {
    return fmt::format("the value of {} has a line break or another control character; {}", name, kForm);
  }
  if (EqualsIgnoreCase(name, "user-agent")) {
    return "the user agent is set with -U (robots.txt is read by it too)";
  }
  static constexpr std::array<std::string_view, 5> kOurs = {"host", "content-length", "transfer-encoding", "connection",
                                                            "upgrade"};
  if (std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view ours) { return EqualsIgnoreCase(name, ours); })) {
    return fmt::format("{} is set by the crawler for each request; leave it out", name);
  }
  return {};
}

std::string CheckUserAgent(const std::string& text) {
  if (text.find_first_not_of(" \t") == std::string::npos) {
    return "it is empty; say who crawls, such as \"mybot/1.0 (+https://example.com/bot)\"";
  }
  return IsFieldValue(text) ? "" : "it has a line break or another control character; write it on one line";
}

std::string CheckUser(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return "it has no name and password; write --user NAME:PASSWORD";
  }
  return IsFieldValue(text) ? "" : "it has a line break or another control character";
}

std::string CheckProxy(const std::string& text) {
  static constexpr char kForm[] = "write [http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST:PORT";
  const bool has_scheme = text.find("://") != std::string::npos;
  const std::optional<Url> url = Url::Parse(has_scheme ? text : "http://" + text);
  if (!url || url->host().empty()) {
    return fmt::format("it is not a proxy address; {}", kForm);
  }
  static constexpr std::array<std::string_view, 6> kSchemes = {"http",    "https",  "socks4",
                                                               "socks4a", "socks5", "socks5h"};
  if (std::find(kSchemes.begin(), kSchemes.end(), url->scheme()) == kSchemes.end()) {
    return fmt::format("\"{}\" is not a kind of proxy; {}", Printable(url->scheme()), kForm);
  }
  if ((!url->path().empty() && url->path() != "/") || url->has_query()) {
    return fmt::format("a proxy has no path; {}", kForm);
  }
  return {};
}

std::string CheckNet(const std::string& text) {
  const Result<AddressRules> rules = AddressRules::Make(false, {text}, {});
  return rules ? "" : rules.error().message;
}

std::string CheckResolve(const std::string& text) {
  static constexpr char kForm[] =
      "write HOST:PORT:ADDR, such as shop.example:443:192.0.2.7 or shop.example:443:[2001:db8::7]";
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos || first == 0) {
    return fmt::format("\"{}\" has not three parts; {}", Printable(text), kForm);
  }
  const std::string host = text.substr(0, first);
  if (host.find_first_of(" \t/@[]*,") != std::string::npos || !IsFieldValue(host)) {
    return fmt::format("\"{}\" is not a host name; {}", Printable(host), kForm);
  }
  const std::string port_text = text.substr(first + 1, second - first - 1);
  const std::optional<std::uint64_t> port = ParseCount(port_text);
  if (!port || *port == 0 || *port > 65535) {
    return fmt::format("\"{}\" is not a port; {}", Printable(port_text), kForm);
  }
  std::string address = text.substr(second + 1);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (!IsAddress(address)) {
    return fmt::format("\"{}\" is not an IP address; {}", Printable(address), kForm);
  }
  return {};
}

std::string CheckDnsServer(const std::string& text) {
  static constexpr char kForm[] = "write ADDR or ADDR:PORT, such as 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53";
  std::string address = text;
  const std::size_t colon = text.rfind(':');
  const bool one_colon = colon != std::string::npos && text.find(':') == colon;
  if (one_colon || (colon != std::string::npos && colon > 0 && text[colon - 1] == ']')) {
    address = text.substr(0, colon);
    const std::string port_text = text.substr(colon + 1);
    const std::optional<std::uint64_t> port = ParseCount(port_text);
    if (!port || *port == 0 || *port > 65535) {
      return fmt::format("\"{}\" is not a port; {}", Printable(port_text), kForm);
    }
  }
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (!IsAddress(address)) {
    return fmt::format("\"{}\" is not an IP address; {}", Printable(address), kForm);
  }
  return {};
}

std::string CheckAccept(const std::string& text) {
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view type = rest.substr(0, comma);
    while (type.starts_with(' ')) {
      type.remove_prefix(1);
    }
    while (type.ends_with(' ')) {
      type.remove_suffix(1);
    }
    const std::size_t slash = type.find('/');
    if (slash == std::string_view::npos || !IsToken(type.substr(0, slash)) || !IsToken(type.substr(slash + 1))) {
      return fmt::format("\"{}\" is not a MIME type; write text/html, image/* or several with commas", Printable(type));
    }
    if (comma == std::string_view::npos) {
      return {};
    }
    rest.remove_prefix(comma + 1);
  }
}

std::string CheckReadableFile(const std::string& text) {
  struct stat status {};
  if (stat(text.c_str(), &status) != 0) {
    return fmt::format("the file \"{}\" is not there; check the path", Printable(text));
  }
  if (S_ISDIR(status.st_mode)) {
    return fmt::format("\"{}\" is a folder; name a file", Printable(text));
  }
  return access(text.c_str(), R_OK) == 0
             ? ""
             : fmt::format("the file \"{}\" cannot be read; check its permissions", Printable(text));
}

}  // namespace spinneret::cli
