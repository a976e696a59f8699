// Which addresses a crawl may connect to without --allow-private: public unicast only.
//
// Refused  loopback, private (RFC 1918, fc00::/7), link-local (metadata services among them), CGNAT (RFC 6598),
//          multicast, reserved, documentation, benchmarking, 0.0.0.0/8, everything outside 2000::/3, and IPv6 forms
//          that carry such an IPv4 address (mapped, compatible, NAT64, 6to4). Teredo and 64:ff9b:1::/48 are refused as
//          a whole.
// Source   IANA special-purpose address registries, and the metadata address that lies in public space (168.63.129.16).
#pragma once

#include <string_view>

struct sockaddr;

namespace spinneret {

// AF_INET or AF_INET6; any other family is refused.
bool IsPublicAddress(const sockaddr& address);

// An IP literal as Url::host() gives it ("10.0.0.1", "[::1]"). False for names: they are checked once resolved.
bool IsPrivateLiteral(std::string_view host);

}  // namespace spinneret
