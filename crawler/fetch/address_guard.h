// Which addresses a crawl may connect to: public unicast only, unless its user says otherwise.
//
// Refused  loopback, private (RFC 1918, fc00::/7), link-local (metadata services among them), CGNAT (RFC 6598),
//          multicast, reserved, documentation, benchmarking, 0.0.0.0/8, everything outside 2000::/3, and IPv6 forms
//          that carry such an IPv4 address (mapped, compatible, NAT64, 6to4). Teredo and 64:ff9b:1::/48 are refused as
//          a whole.
// Source   IANA special-purpose address registries, and the metadata address that lies in public space (168.63.129.16).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace spinneret {

// What --allow-private, --allow-net and --deny-net come to. Of the blocks that hold an address the smallest decides, and of
// two of one size the one that denies; where there is none, public addresses pass, and with --allow-private all.
//
// An IPv6 address that carries an IPv4 address is in the blocks of both; blocks of IPv6 hold no IPv4 address.
class AddressRules {
 public:
  AddressRules() = default;  // public addresses alone
  // Blocks as "10.0.0.0/8", "2001:db8::/32", or an address by itself. kInvalidArgument names one that is none.
  static Result<AddressRules> Make(bool allow_private, const std::vector<std::string>& allowed,
                                   const std::vector<std::string>& denied);

  // AF_INET or AF_INET6; any other family is refused.
  bool Allows(const sockaddr& address) const;
  // An IP literal as Url::host() gives it ("10.0.0.1", "[::1]"). False for names: they are checked once resolved.
  bool RefusesLiteral(std::string_view host) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d
  struct Block {
    Bytes network{};
    unsigned bits = 0;
    bool v4 = false;
    bool allowed = false;
  };
  static std::optional<Block> ReadBlock(const std::string& text);
  bool AllowsBytes(const Bytes& address, bool is_public) const;

  bool allow_private_ = false;
  std::vector<Block> blocks_;
};

}  // namespace spinneret
