#include "simweb/loopback.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinneret::simweb {

Result<ListeningSocket> ListenOnLoopback(Loopback addresses, std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return Err(ErrorCode::kSystem, std::string("socket: ") + std::strerror(errno));
  }
  // A port whose last connections are in TIME_WAIT may be used again; one that is listened on may not.
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(addresses == Loopback::kOneAddress ? INADDR_LOOPBACK : INADDR_ANY);
  socklen_t length = sizeof address;
  const char* step = "bind";
  bool ok = bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0;
  if (ok) {
    step = "listen";
    ok = listen(fd, 4096) == 0;
  }
  if (ok) {
    step = "getsockname";
    ok = getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  }
  if (!ok) {
    const int why = errno;
    close(fd);
    return Err(why == EADDRINUSE || why == EACCES ? ErrorCode::kConnect : ErrorCode::kSystem,
               std::string(step) + " port " + std::to_string(port) + ": " + std::strerror(why));
  }
  return ListeningSocket{fd, ntohs(address.sin_port)};
}

bool IsLoopbackPeer(const sockaddr* peer) {
  if (peer == nullptr || peer->sa_family != AF_INET) {
    return false;
  }
  sockaddr_in address{};
  std::memcpy(&address, peer, sizeof address);
  return (ntohl(address.sin_addr.s_addr) >> 24U) == 127;
}

}  // namespace spinneret::simweb
