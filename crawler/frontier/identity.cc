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

std::optional<Respelling> KeyMaker::FindRespelling(std::string_view from, std::string_view to) {
  if (rules_.is_default() || from == to || rules_.KeyOf(from, scratch_) != rules_.KeyOf(to, other_)) {
    return std::nullopt;
  }
  return Respelling{SpellingFingerprint(from), SpellingFingerprint(to)};
}

UrlFingerprint KeyMaker::SpellingFingerprint(std::string_view href) {
  scratch_ = ' ';  // occurs in no URL's serialisation
  scratch_ += href;
  return FingerprintOf(scratch_, secret_);
}

}  // namespace spinneret
