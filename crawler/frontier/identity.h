// The keyed hashes by which URLs and hosts are known (base/url_identity.h says why they are keyed).
//
// Thread   free functions, no state.
// Source   XXH3-128 with a 192-byte secret; a fingerprint is its first 96 bits.
#pragma once

#include <string_view>

#include "base/url_identity.h"

namespace spinneret {

UrlFingerprint FingerprintOf(std::string_view canonical_key, const HashSecret& secret);

// `host` is "name" or "name:port", as Url::host_key_text gives it.
HostKey HostKeyOf(std::string_view host, const HashSecret& secret);

}  // namespace spinneret
