// Sitemaps: which sitemaps and feeds the crawl knows, what is still open of them, and what an attempt at one means.
//
// States     open → read | failed | refused. An open one is read, from its beginning, by the run that finds it or by a
//            resume: what it lists is committed piece by piece, and known URLs are not admitted twice.
// Bounds     an index may name indexes, kMaxLevel deep; one robots.txt or one index at the top leads to at most
//            kMaxFromOneRoot sitemaps, as many as an index may name by the protocol.
// Rows       every change is written to the store at once, in the transaction that is open.
// Thread     main thread only.
// Ownership  borrows the store, which must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "crawler/frontier/retry_policy.h"
#include "crawler/frontier/sitemap_job.h"
#include "storage/store.h"

namespace spinneret {

inline constexpr std::uint8_t kMaxSitemapRedirects = 5;

struct SitemapTotals {  // over all runs, but for `entries`
  std::uint64_t read = 0;
  std::uint64_t failed = 0;   // and refused
  std::uint64_t entries = 0;  // listed in what this run read
};

enum class SitemapStep : std::uint8_t { kRead, kFollow, kRetry, kFail };

struct SitemapDecision {
  SitemapStep step = SitemapStep::kRead;
  std::chrono::milliseconds delay{0};  // of kRetry
};

// `has_location`: a 3xx named a target that is an http(s) URL.
SitemapDecision DecideSitemap(const AttemptResult& result, bool has_location, const SitemapJob& job,
                              std::uint32_t retries);

class Sitemaps {
 public:
  static constexpr std::uint8_t kMaxLevel = 2;
  static constexpr std::uint32_t kMaxFromOneRoot = 50'000;

  explicit Sitemaps(Store& store) : store_(store) {}

  // Takes up what the store knows, and hands each open one to `open`. `reopen_failed`: those that failed are open again.
  Result<void> Load(bool reopen_failed, const std::function<void(SitemapJob)>& open);

  // The job for a sitemap that is not known yet. `index`: the id of what names it, 0 for robots.txt and the user.
  // Nothing when it is known, or over a bound.
  std::optional<SitemapJob> Add(const std::string& url, std::int64_t index);

  // Closes `row.id`.
  void End(const SitemapEndRow& row);

  std::uint64_t open_count() const { return open_; }
  const SitemapTotals& totals() const { return totals_; }

 private:
  struct Known {  // by id - 1
    std::int64_t root = 0;
    std::uint8_t level = 0;
  };
  void Note(const KnownSitemap& row);

  Store& store_;
  boost::unordered_flat_map<std::string, std::int64_t> by_url_;
  std::deque<Known> known_;
  boost::unordered_flat_map<std::int64_t, std::uint32_t> from_root_;  // how many it led to
  std::uint64_t open_ = 0;
  SitemapTotals totals_;
};

}  // namespace spinneret
