// TrapWatch: the shapes of a crawl's URLs (trap_shape.h), counted by host, and the traps that were found among them.
//
// Clusters   the URLs of one shape on one host. A URL in which nothing varies belongs to none.
// Judged     when a URL is admitted, every 16th of a cluster: what no longer grows is no trap.
// Traps      stay traps, also over resumes, until they are released; a released one is not judged again.
// Order      below the budget nothing depends on what is counted here.
// Thread     main thread only.
// Memory     16 clusters a host and one more for every 64 URLs, at about 100 bytes; sketches (192 bytes) for those with
//            64 URLs and more. Shapes beyond are counted together by what varies in them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/url_identity.h"
#include "crawler/frontier/distinct_sketch.h"
#include "crawler/frontier/host_table.h"
#include "crawler/frontier/trap_rules.h"
#include "crawler/frontier/trap_shape.h"

namespace spinneret {

class TrapWatch {
 public:
  // A cluster by number; 0 is none.
  using Place = std::uint32_t;

  struct Trap {
    std::uint32_t host = 0;  // index in HostTable
    std::uint64_t key = 0;   // of the cluster or family, as Found and Restore carry it
    bool is_family = false;
    bool released = false;
    TrapRule rule{};
    std::string shape;  // "/calendar/{date}"
    UrlQueue delayed;   // pending URLs that are asked no more
  };

  TrapWatch(bool on, std::uint32_t budget) : on_(on), budget_(on ? budget : 0) {}

  bool on() const { return on_; }

  // --- Counting
  // The cluster that a URL of this shape belongs to; none before its first Admit.
  Place Find(std::uint32_t host, const UrlShape& shape) const;
  // A URL is admitted, found on a page of cluster `from`. `month` is now's, 12 * year + month - 1.
  Place Admit(std::uint32_t host, const UrlShape& shape, std::uint32_t depth, Place from, std::int32_t month);
  // Whether a URL at `place` comes from a page of its own kind at `from`.
  bool IsFed(Place place, Place from) const;
  // A page of cluster `place` was fetched. The hashes are of its body and of its text. `fed`: it brought at least one
  // new URL for which IsFed holds.
  void Fetched(Place place, std::uint64_t content, std::uint64_t text);
  void Fed(Place place);

  // --- Traps
  // The trap that a cluster lies in and that is not released; null when there is none.
  Trap* TrapOf(Place place);
  bool AnyOn(std::uint32_t host) const { return host < hosts_.size() && hosts_[host].traps > 0; }
  // Judges a cluster, to be called after Admit: the new trap, to be told and stored, or null. `href` is a URL of it.
  struct Found {
    Trap* trap;
    std::string why;
  };
  std::optional<Found> Judge(Place place, std::string_view href);
  // One of an earlier run. Before anything is counted on its host.
  Trap& Restore(Trap trap);

  std::size_t cluster_count() const { return clusters_.size(); }
  std::deque<Trap>& traps() { return traps_; }
  // URLs in all `delayed` queues.
  std::uint64_t delayed_count() const { return delayed_; }
  void Delay(Trap& trap, UrlHandle url);
  UrlHandle TakeDelayed(Trap& trap);

 private:
  enum Kind : std::uint8_t { kPlain, kSession, kDate, kGrowing };
  struct Sketches {
    std::uint32_t compared = 0;
    DistinctSketch contents, texts, residues;
  };
  struct Cluster {
    std::uint64_t key = 0;
    std::uint32_t host = 0;
    std::uint32_t family = 0;  // index + 1 in families_
    std::uint32_t trap = 0;    // index + 1 in traps_
    std::uint32_t admitted = 0, self_fed = 0, fetched = 0, feeders = 0, far_dates = 0;
    std::uint16_t first_depth = 0, last_depth = 0;
    std::uint16_t repeats = 0, query_repeats = 0, shortest_query = UINT16_MAX, longest_query = 0;
    Kind kind = kPlain;
    bool named_session = false;
    std::unique_ptr<Sketches> sketches;
  };
  struct FamilySketches {
    DistinctSketch pairs, name_sets;
  };
  struct Family {
    std::uint64_t key = 0;
    std::uint32_t trap = 0;
    std::uint32_t admitted = 0, fetched = 0, feeders = 0, brought = 0;
    std::uint16_t most_names = 0;
    std::unique_ptr<FamilySketches> sketches;
  };
  struct HostCount {
    std::uint32_t urls = 0;
    std::uint32_t clusters = 0;
    std::uint32_t traps = 0;
  };
  using Index = boost::unordered_flat_map<std::uint64_t, std::uint32_t>;

  static std::uint64_t KeyOn(std::uint32_t host, std::uint64_t key);
  static Kind KindOf(const UrlShape& shape);
  // The key under which shapes are counted for which there is no room.
  static std::uint64_t SharedKey(const UrlShape& shape) { return 1 + static_cast<std::uint64_t>(KindOf(shape)); }
  HostCount& CountOf(std::uint32_t host);
  Cluster& ClusterFor(std::uint32_t host, const UrlShape& shape, Place& place);
  void CountFamily(Cluster& cluster, std::uint32_t host, const UrlShape& shape);
  ClusterFacts FactsOf(const Cluster& cluster) const;

  const bool on_;
  const std::uint32_t budget_;
  Index by_key_;           // (host, shape) → index + 1 in clusters_
  Index families_by_key_;  // (host, path) → index + 1 in families_
  Index restored_;         // (host, key) → index + 1 in traps_, of earlier runs
  std::deque<Cluster> clusters_;
  std::deque<Family> families_;
  std::vector<HostCount> hosts_;
  std::deque<Trap> traps_;
  std::uint64_t delayed_ = 0;
};

}  // namespace spinneret
