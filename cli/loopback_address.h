// LoopbackAddress: where a server for this machine alone listens, such as 127.0.0.1:8080, [::1]:0 or localhost:8080.
//
// Errors   of both functions: kInvalidArgument, saying what to do instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret::cli {

struct LoopbackAddress {
  std::string host;        // as it stands in a URL: "127.0.0.1", "[::1]"
  std::uint16_t port = 0;  // 0: one that is free

  // Any address but those of 127.0.0.0/8 and ::1 is refused.
  static Result<LoopbackAddress> Parse(std::string_view text);

  std::string Url() const { return "http://" + host + ":" + std::to_string(port) + "/"; }
};

// As an option's check: what is wrong with the text, or "".
std::string CheckLoopbackAddress(const std::string& text);

// Listens there; `address` gets the port that it came to be. The descriptor is the caller's: not blocking, closed on exec.
Result<int> ListenOn(LoopbackAddress& address);

// Whether a Host header names this machine's loopback: 127.x.x.x, [::1] or localhost, with whatever port (a tunnel has its own).
// Names that resolve there are strangers': a page of theirs would be let in by its browser (DNS rebinding).
bool IsLoopbackHost(std::string_view header);

}  // namespace spinneret::cli
