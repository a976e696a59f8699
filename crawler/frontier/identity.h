// The keyed hashes by which URLs and hosts are known (base/url_identity.h says why they are keyed).
//
// Thread   free functions, no state; a KeyMaker is used by one thread, which has its own copy.
// Source   XXH3-128 with a 192-byte secret; a fingerprint is its first 96 bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/url_identity.h"
#include "parser/canonical_url.h"

namespace spinneret {

UrlFingerprint FingerprintOf(std::string_view canonical_key, const HashSecret& secret);

// `host` is "name" or "name:port", as Url::host_key_text gives it.
HostKey HostKeyOf(std::string_view host, const HashSecret& secret);

// Of a redirect from one spelling of a canonical key to another: both by their spelling.
struct Respelling {
  UrlFingerprint from;
  UrlFingerprint to;
};

// The names of URLs and hosts in one database: its secret, and its rules for canonical keys. Everything that names a
// URL goes through it, since two names for one URL are two URLs.
class KeyMaker {
 public:
  KeyMaker(const HashSecret& secret, CanonicalRules rules) : secret_(secret), rules_(std::move(rules)) {}

  const CanonicalRules& rules() const { return rules_; }

  // `href` is serialised, without fragment.
  UrlFingerprint Fingerprint(std::string_view href) { return FingerprintOf(rules_.KeyOf(href, scratch_), secret_); }
  HostKey Host(std::string_view host) const { return HostKeyOf(host, secret_); }

  // Under rules that merge spellings a site may redirect from one to the other ("/a" to "/a/"). The target is then
  // known by its spelling, or its page would never be asked: a name of its own, which no canonical key has.
  std::optional<Respelling> FindRespelling(std::string_view from, std::string_view to);
  UrlFingerprint SpellingFingerprint(std::string_view href);

 private:
  HashSecret secret_;
  CanonicalRules rules_;
  std::string scratch_, other_;
};

}  // namespace spinneret
