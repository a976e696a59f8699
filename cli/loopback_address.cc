#include "cli/loopback_address.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/printable.h"

namespace spinneret::cli {
namespace {

constexpr int kBacklog = 64;

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// "host:port" cut in two; without a colon after the host the port is empty.
struct Parts {
  std::string_view host, port;
};
Parts Split(std::string_view text) {
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return colon == std::string_view::npos ? Parts{text, {}} : Parts{text.substr(0, colon), text.substr(colon + 1)};
}

bool IsLocalhost(std::string_view host) {
  constexpr std::string_view kName = "localhost";
  return std::equal(host.begin(), host.end(), kName.begin(), kName.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// An address as URLs write it.
std::optional<SocketAddress> AddressOf(std::string_view host) {
  SocketAddress address{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    address.v6.sin6_family = AF_INET6;
    const std::string text(host.substr(1, host.size() - 2));
    return ::inet_pton(AF_INET6, text.c_str(), &address.v6.sin6_addr) == 1 ? std::optional(address) : std::nullopt;
  }
  address.v4.sin_family = AF_INET;
  return ::inet_pton(AF_INET, std::string(host).c_str(), &address.v4.sin_addr) == 1 ? std::optional(address)
                                                                                    : std::nullopt;
}

bool IsLoopback(const SocketAddress& address) {
  return address.any.sa_family == AF_INET ? (ntohl(address.v4.sin_addr.s_addr) >> 24U) == 127
                                          : IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr) != 0;
}

bool ParsePort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<LoopbackAddress> LoopbackAddress::Parse(std::string_view text) {
  const Parts parts = Split(text);
  LoopbackAddress address;
  if (!ParsePort(parts.port, address.port)) {
    return Err(ErrorCode::kInvalidArgument,
               "give an address and a port from 0 to 65535, such as 127.0.0.1:8080; 0 takes a port that is free");
  }
  address.host = IsLocalhost(parts.host) ? "127.0.0.1" : std::string(parts.host);
  const std::optional<SocketAddress> parsed = AddressOf(address.host);
  if (!parsed || !IsLoopback(*parsed)) {
    return Err(
        ErrorCode::kInvalidArgument,
        fmt::format(
            "{} is not a loopback address, and the page asks for no password: use 127.0.0.1, [::1] or localhost, "
            "and to look from another machine a tunnel: ssh -L 8080:127.0.0.1:8080 HOST",
            parts.host.empty() ? "it" : Printable(parts.host)));
  }
  return address;
}

std::string CheckLoopbackAddress(const std::string& text) {
  const Result<LoopbackAddress> address = LoopbackAddress::Parse(text);
  return address ? std::string() : address.error().message;
}

Result<int> ListenOn(LoopbackAddress& address) {
  std::optional<SocketAddress> place = AddressOf(address.host);
  if (!place) {
    return Err(ErrorCode::kInvalidArgument, Printable(address.host) + ": no address");
  }
  in_port_t& port = place->any.sa_family == AF_INET ? place->v4.sin_port : place->v6.sin6_port;
  socklen_t size = place->any.sa_family == AF_INET ? sizeof place->v4 : sizeof place->v6;
  port = htons(address.port);
  const int fd = ::socket(place->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // A port whose last connections are in TIME_WAIT may be used again; one that is listened on may not.
  const int on = 1;
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 || ::bind(fd, &place->any, size) != 0 ||
      ::listen(fd, kBacklog) != 0 || ::getsockname(fd, &place->any, &size) != 0) {
    const int why = errno;
    if (fd >= 0) {
      ::close(fd);
    }
    const std::string_view what = why == EADDRINUSE
                                      ? "another program listens there; choose another port, or 0 for one that is free"
                                  : why == EACCES ? "ports below 1024 are the administrator's; choose a higher one"
                                                  : std::strerror(why);
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", address.host, address.port, what));
  }
  address.port = ntohs(port);
  return fd;
}

bool IsLoopbackHost(std::string_view header) {
  const Parts parts = Split(header);
  std::uint16_t port = 0;
  if (parts.host.size() != header.size() && !ParsePort(parts.port, port)) {
    return false;
  }
  const std::optional<SocketAddress> address = AddressOf(parts.host);
  return IsLocalhost(parts.host) || (address && IsLoopback(*address));
}

}  // namespace spinneret::cli
