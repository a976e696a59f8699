// PgUrlNames: which URL of the database an agent's handle stands for. One for all servers of a crawl, since a page's
// links lead to URLs of any.
//
// Memory   20 bytes a known URL.
// Thread   one thread.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "storage/shared_crawl.h"

namespace spinneret {

// A URL's key in the database: the host's key and the fingerprint, big-endian.
using PgUrlId = std::array<char, 20>;
PgUrlId PgUrlIdOf(HostKey host, const UrlFingerprint& fingerprint);
HostKey PgHostOf(const PgUrlId& id);
UrlFingerprint PgFingerprintOf(const PgUrlId& id);
// As a parameter.
std::string PgHexOf(std::string_view bytes);
std::string PgNumberOf(HostKey host);

class PgUrlNames {
 public:
  void SetNamer(SharedCrawl::Namer namer) { namer_ = std::move(namer); }
  UrlHandle Issue(HostKey host, const UrlFingerprint& fingerprint);
  const PgUrlId& IdOf(UrlHandle url) const;
  HostKey HostOf(UrlHandle url) const { return PgHostOf(IdOf(url)); }
  // By the namer.
  UrlHandle HandleOf(HostKey host, const UrlFingerprint& fingerprint) const { return namer_(host, fingerprint); }
  // None for what is no key, such as "".
  UrlHandle HandleOf(std::string_view id) const;

 private:
  SharedCrawl::Namer namer_;
  std::deque<PgUrlId> ids_;  // by handle - 1
};

}  // namespace spinneret
