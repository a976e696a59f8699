#include "crawler/fetch/address_guard.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/printable.h"

namespace spinneret {
namespace {

struct Block4 {
  std::uint32_t network;
  unsigned bits;
};

constexpr std::uint32_t Ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// IANA IPv4 special-purpose registry: what is not globally reachable there, and multicast and reserved space. Two
// entries that the registry calls reachable (192.0.0.9 and .10, anycast for NAT control) are refused with their block:
// they serve no pages.
constexpr Block4 kRefused4[] = {
    {Ip4(0, 0, 0, 0), 8},         // this network (RFC 791)
    {Ip4(10, 0, 0, 0), 8},        // private (RFC 1918)
    {Ip4(100, 64, 0, 0), 10},     // carrier NAT (RFC 6598); Alibaba's metadata service lies in it
    {Ip4(127, 0, 0, 0), 8},       // loopback
    {Ip4(168, 63, 129, 16), 32},  // Azure's wire server: a public number that only the virtual machine's host answers
    {Ip4(169, 254, 0, 0), 16},    // link-local (RFC 3927), metadata services among them
    {Ip4(172, 16, 0, 0), 12},     // private
    {Ip4(192, 0, 0, 0), 24},      // IETF protocol assignments; Oracle's metadata service lies in it
    {Ip4(192, 0, 2, 0), 24},      // documentation (RFC 5737)
    {Ip4(192, 88, 99, 0), 24},    // 6to4 relay anycast, deprecated (RFC 7526)
    {Ip4(192, 168, 0, 0), 16},    // private
    {Ip4(198, 18, 0, 0), 15},     // benchmarking (RFC 2544)
    {Ip4(198, 51, 100, 0), 24},   // documentation
    {Ip4(203, 0, 113, 0), 24},    // documentation
    {Ip4(224, 0, 0, 0), 4},       // multicast
    {Ip4(240, 0, 0, 0), 4},       // reserved, limited broadcast among it
};

bool IsPublic4(std::uint32_t address) {
  return std::none_of(std::begin(kRefused4), std::end(kRefused4), [address](const Block4& block) {
    return ((address ^ block.network) >> (32U - block.bits)) == 0;
  });
}

using Bytes16 = std::array<std::uint8_t, 16>;

struct Block6 {
  Bytes16 network;
  unsigned bits;
};

// Inside 2000::/3; everything outside it is refused except the forms that carry an IPv4 address.
constexpr Block6 kRefused6[] = {
    {{0x20, 0x01}, 23},              // IETF protocol assignments: Teredo, benchmarking, ORCHID …
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation (RFC 3849)
    {{0x3f, 0xff}, 20},              // documentation (RFC 9637)
};
constexpr Block6 kGlobalUnicast6 = {{0x20}, 3};
constexpr Block6 k6to4 = {{0x20, 0x02}, 16};                                  // RFC 3056: bytes 2–5
constexpr Block6 kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};  // bytes 12–15
constexpr Block6 kCompatible = {{}, 96};                                      // bytes 12–15; :: and ::1 too
constexpr Block6 kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};                     // RFC 6052: bytes 12–15

bool Inside(const Bytes16& address, const Block6& block) {
  const std::size_t whole = block.bits / 8U;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), block.network.begin())) {
    return false;
  }
  const unsigned rest = block.bits % 8U;
  return rest == 0 || ((static_cast<unsigned>(address[whole]) ^ block.network[whole]) >> (8U - rest)) == 0;
}

std::uint32_t Embedded4(const Bytes16& address, std::size_t at) {
  return Ip4(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

bool IsPublic6(const Bytes16& address) {
  if (Inside(address, kMapped) || Inside(address, kCompatible) || Inside(address, kNat64)) {
    return IsPublic4(Embedded4(address, 12));
  }
  if (Inside(address, k6to4)) {
    return IsPublic4(Embedded4(address, 2));
  }
  return Inside(address, kGlobalUnicast6) && std::none_of(std::begin(kRefused6), std::end(kRefused6),
                                                          [&](const Block6& block) { return Inside(address, block); });
}

// IPv4 in its mapped form, so that there is one kind of address.
Bytes16 Mapped(std::uint32_t address) {
  Bytes16 bytes = kMapped.network;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[12 + i] = static_cast<std::uint8_t>(address >> (24U - 8U * i));
  }
  return bytes;
}

// The IPv4 address that an IPv6 address carries, mapped; or itself.
Bytes16 Carried(const Bytes16& address) {
  if (Inside(address, kCompatible) || Inside(address, kNat64)) {
    return Mapped(Embedded4(address, 12));
  }
  return Inside(address, k6to4) ? Mapped(Embedded4(address, 2)) : address;
}

std::optional<Bytes16> BytesOf(const sockaddr& address) {
  // Copied, not cast: the caller's buffer may be laid out as any sockaddr.
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return Mapped(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    Bytes16 bytes{};
    std::memcpy(bytes.data(), reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in6, sin6_addr),
                bytes.size());
    return bytes;
  }
  return std::nullopt;
}

std::optional<Bytes16> ReadAddress(const std::string& text) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return Mapped(ntohl(v4.s_addr));
  }
  Bytes16 bytes{};
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
}

std::optional<Bytes16> ReadLiteral(std::string_view host) {
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  const std::string text(bracketed ? host.substr(1, host.size() - 2) : host);
  if (text.find('\0') != std::string::npos || bracketed != (text.find(':') != std::string::npos)) {
    return std::nullopt;
  }
  return ReadAddress(text);
}

}  // namespace

std::optional<AddressRules::Block> AddressRules::ReadBlock(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const std::optional<Bytes> bytes = ReadAddress(address);
  if (!bytes) {
    return std::nullopt;
  }
  const unsigned widest = address.find(':') == std::string::npos ? 32 : 128;
  unsigned bits = widest;
  if (slash != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc() || after != end || bits > widest) {
      return std::nullopt;
    }
  }
  return Block{*bytes, bits + 128 - widest, widest == 32, false};
}

Result<AddressRules> AddressRules::Make(bool allow_private, const std::vector<std::string>& allowed,
                                        const std::vector<std::string>& denied) {
  AddressRules rules;
  rules.allow_private_ = allow_private;
  for (const auto* const texts : {&allowed, &denied}) {
    for (const std::string& text : *texts) {
      std::optional<Block> block = ReadBlock(text);
      if (!block) {
        return Err(ErrorCode::kInvalidArgument,
                   "\"" + Printable(text) + "\" is no block of addresses, such as 10.0.0.0/8");
      }
      block->allowed = texts == &allowed;
      rules.blocks_.push_back(*block);
    }
  }
  return rules;
}

bool AddressRules::AllowsBytes(const Bytes& address, bool is_public) const {
  const Block* decides = nullptr;
  for (const Block& block : blocks_) {
    const Bytes16 seen = block.v4 ? Carried(address) : address;
    if (!Inside(seen, {block.network, block.bits}) || (!block.v4 && Inside(address, kMapped))) {
      continue;
    }
    if (decides == nullptr || block.bits > decides->bits || (block.bits == decides->bits && !block.allowed)) {
      decides = &block;
    }
  }
  return decides != nullptr ? decides->allowed : is_public || allow_private_;
}

bool AddressRules::Allows(const sockaddr& address) const {
  const std::optional<Bytes16> bytes = BytesOf(address);
  return bytes && AllowsBytes(*bytes, IsPublic6(*bytes));
}

bool AddressRules::RefusesLiteral(std::string_view host) const {
  const std::optional<Bytes16> bytes = ReadLiteral(host);
  return bytes && !AllowsBytes(*bytes, IsPublic6(*bytes));
}

}  // namespace spinneret
