#include "crawler/frontier/seen_set.h"

#include "base/check.h"

namespace spinneret {

UrlHandle SeenSet::Find(const UrlFingerprint& fingerprint) const {
  const Shard& shard = shards_[ShardOf(fingerprint)];
  const auto it = shard.find(fingerprint);
  return it == shard.end() ? UrlHandle{} : it->second;
}

void SeenSet::Insert(const UrlFingerprint& fingerprint, UrlHandle handle) {
  const bool inserted = shards_[ShardOf(fingerprint)].emplace(fingerprint, handle).second;
  SPINNERET_CHECK(inserted, "a URL is inserted once");
  ++size_;
}

}  // namespace spinneret
