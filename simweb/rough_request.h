// Reading a request's head: the little of HTTP that the misbehaving server needs. RoughRequest itself is in
// rough_server.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simweb/rough_server.h"

namespace spinneret::simweb {

// A request head (request line and headers, without the empty line) as a request; none when the request line is not
// "METHOD TARGET HTTP/1.x". A target in absolute form (as proxies get it) gives its own host.
std::optional<RoughRequest> ParseRequestHead(std::string_view head);

// Whether the connection ends with the response: Connection: close, or HTTP/1.0 without keep-alive.
bool WantsClose(const RoughRequest& request);

// "name" or "name:port" in lower case without the port.
std::string HostWithoutPort(std::string_view host);

// ASCII letters alone.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace spinneret::simweb
