// IPv4 and IPv6 literals as the URL standard reads and writes them (§3.5, §3.6).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret::url_ip {

// The "ends in a number" checker: whether the ASCII domain `text` must be an IPv4 address or nothing.
bool EndsInNumber(std::string_view text);

// Decimal, octal ("0…") and hexadecimal ("0x…") parts, one to four of them, the last one filling what is left; one dot
// at the end is allowed.
std::optional<std::uint32_t> ParseIpv4(std::string_view text);
void AppendIpv4(std::uint32_t address, std::string& out);

using Ipv6Pieces = std::array<std::uint16_t, 8>;

// Without the brackets.
std::optional<Ipv6Pieces> ParseIpv6(std::string_view text);
// Without the brackets; the first longest run of zeros, when it is longer than one, becomes "::".
void AppendIpv6(const Ipv6Pieces& pieces, std::string& out);

}  // namespace spinneret::url_ip
