// The host parser and serialiser of the URL standard (§3.5, §3.6): domains, IPv4, IPv6, opaque hosts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/url_scheme.h"

namespace spinneret {

enum class UrlHostKind : std::uint8_t {
  kNone,    // no host at all: mailto:, or a path alone
  kEmpty,   // an empty one: file:///
  kDomain,  // a name, in ASCII
  kOpaque,  // whatever a scheme that is not special has there
  kIpv4,
  kIpv6,
};

// Departure: a domain that is not plain ASCII is refused when it is longer than this. DNS ends at 253 bytes; far above
// it, normalising and Punycode take quadratic time, which a page must not be able to ask for. ICU itself refuses labels
// of more than a few hundred characters when they need Punycode. An ASCII domain, Punycode included, has no limit.
inline constexpr std::size_t kMaxIdnaDomainBytes = 4096;

// Appends the serialisation of the host `text`, which is clean UTF-8 and not empty, to `out`. Nothing where the host is
// not valid; `out` may then hold a part of it.
std::optional<UrlHostKind> AppendHost(std::string_view text, UrlScheme scheme, std::string& out);

}  // namespace spinneret
