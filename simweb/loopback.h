// Loopback sockets: what both simulated servers need to listen on 127.0.0.0/8 and on nothing else.
#pragma once

#include <cstdint>

#include "base/result.h"

struct sockaddr;

namespace spinneret::simweb {

enum class Loopback {
  kOneAddress,    // 127.0.0.1
  kAllAddresses,  // 127.0.0.0/8; the socket hears more, so each peer must be shown to IsLoopbackPeer
};

struct ListeningSocket {
  int fd = -1;  // the caller's; not blocking, closed on exec
  std::uint16_t port = 0;
};

// `port` 0: a free one. kConnect when the port is taken or not allowed, kSystem otherwise.
Result<ListeningSocket> ListenOnLoopback(Loopback addresses, std::uint16_t port);

// Whether the address is in 127.0.0.0/8.
bool IsLoopbackPeer(const sockaddr* peer);

}  // namespace spinneret::simweb
