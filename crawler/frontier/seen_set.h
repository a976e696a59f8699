// SeenSet: every URL the crawl knows, by fingerprint, with the handle its store issued.
//
// Thread   main thread only.
// Memory   16 bytes an entry in a flat table that is between 7/16 and 7/8 full: 19 to 39 bytes, 26 on average over a
//          doubling. It is cut into shards, so that a rehash moves 1/256 of it: neither the peak nor the stall grows
//          with the whole.
// Exact    no Bloom filter stands before it: a false positive would lose a URL.
#pragma once

#include <array>
#include <cstddef>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/url_identity.h"

namespace spinneret {

class SeenSet {
 public:
  // The handle of a known URL, or 0.
  UrlHandle Find(const UrlFingerprint& fingerprint) const;
  // `fingerprint` must not be known yet.
  void Insert(const UrlFingerprint& fingerprint, UrlHandle handle);
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kShards = 256;
  using Shard = boost::unordered_flat_map<UrlFingerprint, UrlHandle, std::hash<UrlFingerprint>>;

  // The hash takes words 0 and 1; the shard is chosen by word 2, so that the two are independent.
  static std::size_t ShardOf(const UrlFingerprint& fingerprint) { return fingerprint.words[2] % kShards; }

  std::array<Shard, kShards> shards_;
  std::size_t size_ = 0;
};

}  // namespace spinneret
