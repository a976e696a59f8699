#include "crawler/frontier/identity.h"

#include <xxhash.h>

namespace spinneret {

static_assert(std::tuple_size_v<HashSecret> >= XXH3_SECRET_SIZE_MIN);

UrlFingerprint FingerprintOf(std::string_view canonical_key, const HashSecret& secret) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSecret(canonical_key.data(), canonical_key.size(), secret.data(), secret.size());
  return UrlFingerprint{{static_cast<std::uint32_t>(hash.low64), static_cast<std::uint32_t>(hash.low64 >> 32U),
                         static_cast<std::uint32_t>(hash.high64)}};
}

HostKey HostKeyOf(std::string_view host, const HashSecret& secret) {
  return HostKey{XXH3_64bits_withSecret(host.data(), host.size(), secret.data(), secret.size())};
}

}  // namespace spinneret
