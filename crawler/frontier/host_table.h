// HostTable: the hosts of a crawl, each with its queue of handles, and the heap of those that may be asked next.
//
// Politeness is structure: a host with a delay has one batch out at a time, and stands in the heap by the moment it may
// be asked again. A host without a delay may have several batches out.
//
// Thread     main thread only.
// Ownership  owns the hosts; a Host& stays valid for the table's life.
// Memory     about 250 bytes a host and 4 bytes a queued URL (in blocks).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/url_identity.h"
#include "crawler/frontier/hosts_look.h"
#include "crawler/frontier/robots_policy.h"
#include "crawler/frontier/sitemap_job.h"

namespace spinneret {

// First in, first out, so that a host is crawled breadth first; what comes back goes to the front. URLs with a rank,
// which sitemaps give, come after what came back and before the others, higher ranks first.
class UrlQueue {
 public:
  static constexpr std::uint8_t kRanks = 11;

  bool empty() const { return size() == 0; }
  std::size_t size() const { return ranked_count_ + (urls_ == nullptr ? 0 : urls_->size()); }
  void PushBack(UrlHandle url) { Made(urls_).push_back(url); }
  void PushFront(UrlHandle url) {
    Made(urls_).push_front(url);
    ++returned_;
  }
  // `rank` < kRanks.
  void PushRanked(UrlHandle url, std::uint8_t rank) {
    Made(ranked_)[rank].push_back(url);
    ++ranked_count_;
  }
  UrlHandle PopFront() {
    if (returned_ == 0 && ranked_count_ > 0) {
      return PopRanked();
    }
    returned_ -= returned_ > 0 ? 1 : 0;
    const UrlHandle url = urls_->front();
    urls_->pop_front();
    if (urls_->empty()) {
      urls_.reset();  // an empty deque holds half a kilobyte, and most hosts of a wide crawl are empty
    }
    return url;
  }

 private:
  template <class T>
  static T& Made(std::unique_ptr<T>& part) {
    if (part == nullptr) {
      part = std::make_unique<T>();
    }
    return *part;
  }
  UrlHandle PopRanked() {
    std::size_t rank = kRanks - 1;
    while ((*ranked_)[rank].empty()) {
      --rank;
    }
    const UrlHandle url = (*ranked_)[rank].front();
    (*ranked_)[rank].pop_front();
    if (--ranked_count_ == 0) {
      ranked_.reset();
    }
    return url;
  }

  std::unique_ptr<std::deque<UrlHandle>> urls_;
  std::unique_ptr<std::array<std::deque<UrlHandle>, kRanks>> ranked_;
  std::size_t ranked_count_ = 0;
  std::size_t returned_ = 0;  // of urls_, at its front
};

struct Host {
  std::uint32_t index = 0;
  HostKey key;
  std::string name;  // "name" or "name:port"

  UrlQueue waiting;
  std::vector<UrlHandle> held;  // refused for scope; a wider scope may admit them
  std::vector<RobotsJob> robots_jobs;
  std::unique_ptr<std::deque<SitemapJob>> sitemap_jobs;     // null: none
  std::vector<std::pair<UrlHandle, std::uint32_t>> pinned;  // (URL, worker that must ask it)
  std::array<std::unique_ptr<OriginRobots>, 2> robots;      // http, https

  SteadyTime not_before{};
  SteadyTime last_end{};                        // of the last response
  std::chrono::milliseconds crawl_delay{-1};    // robots.txt's; negative: none
  std::chrono::milliseconds adaptive_delay{0};  // from the observed latency
  std::chrono::milliseconds latency{0};         // of the last response; 0: none yet
  std::uint32_t batches_out = 0;
  std::uint32_t urls_out = 0;
  std::uint32_t robots_asked = 0;     // origins whose robots.txt is being fetched; its URLs wait meanwhile
  std::uint64_t pages = 0;            // with a verdict that is not a redirect
  std::uint64_t pages_looked_at = 0;  // of `pages`, at the last HostTable::Look
  std::uint64_t pending = 0;
  std::uint64_t hidden = 0;  // of `pending`, by rules of the user's
  std::optional<std::uint32_t> last_worker;
  bool in_heap = false;
  bool paused = false;  // by the user: nothing of it is given out

  OriginRobots& RobotsOf(bool https) {
    std::unique_ptr<OriginRobots>& slot = robots[https ? 1 : 0];
    if (slot == nullptr) {
      slot = std::make_unique<OriginRobots>();
    }
    return *slot;
  }
  // Of its origins the longest, after what is known of one has changed.
  void UpdateCrawlDelay();
};

struct HostSettings {
  std::chrono::milliseconds delay{1000};
  std::uint32_t split_batches = 1;  // most batches that a host without a delay has out
  std::uint64_t host_limit = UINT64_MAX;
};

class HostTable {
 public:
  explicit HostTable(const HostSettings& settings) : settings_(settings) {}

  // Of batches from here on.
  void SetDelay(std::chrono::milliseconds delay) { settings_.delay = delay; }

  // Batches that a host without a delay may have out, from here on.
  void SetSplit(std::uint32_t batches) { settings_.split_batches = batches; }

  Host* Find(HostKey key);
  // `key` must not be known yet.
  Host& Add(HostKey key, std::string_view name);
  Host& At(std::uint32_t index) { return hosts_[index]; }
  std::size_t size() const { return hosts_.size(); }

  // The delay between one response's end and the next request: the largest of what is wanted.
  std::chrono::milliseconds DelayOf(const Host& host) const;

  // To be called after any change of a host that may let it be asked: puts it into the heap if it belongs there.
  void Reconsider(Host& host);
  // The host that has been ready longest, taken out of the heap; null when none is ready at `now`.
  Host* PopReady(SteadyTime now);
  // When the next host becomes ready.
  std::optional<SteadyTime> NextReady();

  // May take more from its queue now, apart from time.
  bool MayIssue(const Host& host) const;
  // Looks at each host; of the largest, names `largest`.
  HostsLook Look(std::size_t largest = 0);

  // URLs that --host-limit still lets out.
  std::uint64_t Allowance(const Host& host) const;

 private:
  struct Entry {
    SteadyTime not_before;
    std::uint64_t order;  // first come, first served among equals
    std::uint32_t host;
    bool operator>(const Entry& other) const {
      return not_before != other.not_before ? not_before > other.not_before : order > other.order;
    }
  };
  // Drops entries whose host has nothing to do, and renews those whose time has changed.
  void SettleTop();

  HostSettings settings_;
  std::deque<Host> hosts_;
  boost::unordered_flat_map<HostKey, std::uint32_t, std::hash<HostKey>> by_key_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::uint64_t order_ = 0;
};

}  // namespace spinneret
