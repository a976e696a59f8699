#include "crawler/frontier/trap_watch.h"

#include <algorithm>

#include <xxhash.h>

namespace spinneret {
namespace {

constexpr std::uint32_t kClustersPerHost = 16;
constexpr std::uint32_t kUrlsPerFurtherCluster = 64;
constexpr std::uint32_t kSketchedFrom = 64;  // URLs of a cluster
constexpr std::uint32_t kJudgedEvery = 16;

std::uint16_t Saturate(std::uint32_t value) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, UINT16_MAX));
}

}  // namespace

std::uint64_t TrapWatch::KeyOn(std::uint32_t host, std::uint64_t key) {
  const std::array<std::uint64_t, 2> both = {host, key};
  return XXH3_64bits(both.data(), sizeof both);
}

TrapWatch::Kind TrapWatch::KindOf(const UrlShape& shape) {
  if (shape.has_session) {
    return kSession;
  }
  if (shape.repeats >= kRepeating || shape.query_repeats >= kRepeating) {
    return kGrowing;
  }
  return shape.has_date() ? kDate : kPlain;
}

TrapWatch::HostCount& TrapWatch::CountOf(std::uint32_t host) {
  if (host >= hosts_.size()) {
    hosts_.resize(std::max<std::size_t>(host + 1, hosts_.size() * 2));
  }
  return hosts_[host];
}

TrapWatch::Place TrapWatch::Find(std::uint32_t host, const UrlShape& shape) const {
  if (!on_ || shape.key == 0) {
    return 0;
  }
  auto found = by_key_.find(KeyOn(host, shape.key));
  if (found == by_key_.end()) {
    found = by_key_.find(KeyOn(host, SharedKey(shape)));
  }
  return found == by_key_.end() ? 0 : found->second;
}

TrapWatch::Cluster& TrapWatch::ClusterFor(std::uint32_t host, const UrlShape& shape, Place& place) {
  HostCount& count = CountOf(host);
  ++count.urls;
  std::uint64_t key = shape.key;
  auto found = by_key_.find(KeyOn(host, key));
  if (found == by_key_.end() && count.clusters >= kClustersPerHost + count.urls / kUrlsPerFurtherCluster) {
    key = SharedKey(shape);
    found = by_key_.find(KeyOn(host, key));
  }
  if (found != by_key_.end()) {
    place = found->second;
    return clusters_[place - 1];
  }
  ++count.clusters;
  Cluster& cluster = clusters_.emplace_back();
  place = static_cast<Place>(clusters_.size());
  by_key_.emplace(KeyOn(host, key), place);
  cluster.key = key;
  cluster.host = host;
  cluster.kind = KindOf(shape);
  cluster.first_depth = UINT16_MAX;
  if (const auto trap = restored_.find(KeyOn(host, key)); trap != restored_.end()) {
    cluster.trap = trap->second;
  }
  return cluster;
}

TrapWatch::Place TrapWatch::Admit(std::uint32_t host, const UrlShape& shape, std::uint32_t depth, Place from,
                                  std::int32_t month) {
  Place place = 0;
  if (!on_) {
    return place;
  }
  if (shape.key != 0) {
    Cluster& cluster = ClusterFor(host, shape, place);
    ++cluster.admitted;
    cluster.self_fed += IsFed(place, from) ? 1 : 0;
    cluster.named_session = cluster.named_session || shape.named_session;
    cluster.first_depth = std::min(cluster.first_depth, Saturate(depth));
    cluster.last_depth = std::max(cluster.last_depth, Saturate(depth));
    // Below the bound repeats are how sites are built.
    cluster.repeats = std::max(cluster.repeats, shape.repeats >= kRepeating ? shape.repeats : std::uint16_t{0});
    cluster.query_repeats = std::max(cluster.query_repeats, shape.query_repeats);
    cluster.shortest_query = std::min(cluster.shortest_query, shape.query_length);
    cluster.longest_query = std::max(cluster.longest_query, shape.query_length);
    cluster.far_dates += shape.has_date() && IsFarDate(shape.month, month) ? 1 : 0;
    if (cluster.sketches == nullptr && cluster.admitted >= kSketchedFrom) {
      cluster.sketches = std::make_unique<Sketches>();
    }
    if (cluster.sketches != nullptr && shape.has_session) {
      cluster.sketches->residues.Add(shape.residue);
    }
    if (shape.family_key != 0) {
      CountFamily(cluster, host, shape);
    }
  }
  if (from != 0) {
    const std::uint32_t its = clusters_[from - 1].family;
    if (its != 0 && (place == 0 || clusters_[place - 1].family != its)) {
      ++families_[its - 1].brought;
    }
  }
  return place;
}

void TrapWatch::CountFamily(Cluster& cluster, std::uint32_t host, const UrlShape& shape) {
  if (cluster.family == 0) {
    const auto [found, added] = families_by_key_.try_emplace(KeyOn(host, shape.family_key), 0);
    if (added) {
      Family& family = families_.emplace_back();
      found->second = static_cast<std::uint32_t>(families_.size());
      family.key = shape.family_key;
      if (const auto trap = restored_.find(KeyOn(host, shape.family_key)); trap != restored_.end()) {
        family.trap = trap->second;
      }
    }
    cluster.family = found->second;
  }
  Family& family = families_[cluster.family - 1];
  ++family.admitted;
  family.most_names = std::max<std::uint16_t>(family.most_names, shape.pair_count);
  if (family.sketches == nullptr && family.admitted >= kSketchedFrom) {
    family.sketches = std::make_unique<FamilySketches>();
  }
  if (family.sketches != nullptr) {
    family.sketches->name_sets.Add(shape.names);
    for (std::size_t i = 0; i < shape.pair_count; ++i) {
      family.sketches->pairs.Add(shape.pairs[i]);
    }
  }
}

bool TrapWatch::IsFed(Place place, Place from) const {
  if (place == 0 || from == 0) {
    return false;
  }
  if (place == from) {
    return true;
  }
  const Cluster& to = clusters_[place - 1];
  const Cluster& its = clusters_[from - 1];
  return to.host == its.host &&
         ((to.kind != kPlain && to.kind == its.kind) || (to.family != 0 && to.family == its.family));
}

void TrapWatch::Fed(Place place) {
  Cluster& cluster = clusters_[place - 1];
  ++cluster.feeders;
  if (cluster.family != 0) {
    ++families_[cluster.family - 1].feeders;
  }
}

void TrapWatch::Fetched(Place place, std::uint64_t content, std::uint64_t text) {
  if (place == 0) {
    return;
  }
  Cluster& cluster = clusters_[place - 1];
  ++cluster.fetched;
  if (cluster.family != 0) {
    ++families_[cluster.family - 1].fetched;
  }
  if (cluster.sketches != nullptr) {
    ++cluster.sketches->compared;
    cluster.sketches->contents.Add(content);
    cluster.sketches->texts.Add(text);
  }
}

ClusterFacts TrapWatch::FactsOf(const Cluster& cluster) const {
  ClusterFacts facts;
  facts.admitted = cluster.admitted;
  facts.self_fed = cluster.self_fed;
  facts.fetched = cluster.fetched;
  facts.feeders = cluster.feeders;
  if (cluster.sketches != nullptr) {
    facts.compared = cluster.sketches->compared;
    facts.contents = cluster.sketches->contents.Estimate();
    facts.texts = cluster.sketches->texts.Estimate();
    facts.residues = cluster.sketches->residues.Estimate();
  }
  facts.has_session = cluster.kind == kSession;
  facts.named_session = cluster.named_session;
  facts.far_dates = cluster.far_dates;
  facts.chain = cluster.last_depth - cluster.first_depth;
  facts.repeats = cluster.repeats;
  facts.query_repeats = cluster.query_repeats;
  facts.shortest_query = cluster.shortest_query;
  facts.longest_query = cluster.longest_query;
  return facts;
}

std::optional<TrapWatch::Found> TrapWatch::Judge(Place place, std::string_view href) {
  if (place == 0 || budget_ == 0) {
    return std::nullopt;
  }
  Cluster& cluster = clusters_[place - 1];
  const auto add = [&](TrapFinding finding, std::uint64_t key, bool is_family, std::string shape) {
    Trap& trap = traps_.emplace_back();
    trap.host = cluster.host;
    trap.key = key;
    trap.is_family = is_family;
    trap.rule = finding.rule;
    trap.shape = std::move(shape);
    ++CountOf(cluster.host).traps;
    return Found{&trap, std::move(finding.why)};
  };
  if (cluster.trap == 0 && cluster.admitted % kJudgedEvery == 0) {
    if (std::optional<TrapFinding> finding = JudgeCluster(FactsOf(cluster), budget_)) {
      constexpr std::array<std::string_view, 4> kShared = {"/*{n}", "/*{session}", "/*{date}", "/*(repeated)+"};
      const bool shared = cluster.key == 1 + static_cast<std::uint64_t>(cluster.kind);
      std::string shape = shared ? std::string(kShared[cluster.kind]) : ShapeText(href);
      Found found = add(std::move(*finding), cluster.key, false, std::move(shape));
      cluster.trap = static_cast<std::uint32_t>(traps_.size());
      return found;
    }
  }
  if (cluster.family != 0) {
    Family& family = families_[cluster.family - 1];
    if (family.trap == 0 && family.sketches != nullptr && family.admitted % kJudgedEvery == 0) {
      FamilyFacts facts;
      facts.admitted = family.admitted;
      facts.fetched = family.fetched;
      facts.feeders = family.feeders;
      facts.brought = family.brought;
      facts.pairs = family.sketches->pairs.Estimate();
      facts.name_sets = family.sketches->name_sets.Estimate();
      facts.most_names = family.most_names;
      if (std::optional<TrapFinding> finding = JudgeFamily(facts, budget_)) {
        Found found = add(std::move(*finding), family.key, true, FamilyText(href));
        family.trap = static_cast<std::uint32_t>(traps_.size());
        return found;
      }
    }
  }
  return std::nullopt;
}

TrapWatch::Trap* TrapWatch::TrapOf(Place place) {
  if (place == 0) {
    return nullptr;
  }
  const Cluster& cluster = clusters_[place - 1];
  const std::uint32_t of_family = cluster.family == 0 ? 0 : families_[cluster.family - 1].trap;
  for (const std::uint32_t trap : {cluster.trap, of_family}) {
    if (trap != 0 && !traps_[trap - 1].released) {
      return &traps_[trap - 1];
    }
  }
  return nullptr;
}

TrapWatch::Trap& TrapWatch::Restore(Trap trap) {
  Trap& kept = traps_.emplace_back(std::move(trap));
  restored_.emplace(KeyOn(kept.host, kept.key), static_cast<std::uint32_t>(traps_.size()));
  ++CountOf(kept.host).traps;
  return kept;
}

void TrapWatch::Delay(Trap& trap, UrlHandle url) {
  trap.delayed.PushBack(url);
  ++delayed_;
}

UrlHandle TrapWatch::TakeDelayed(Trap& trap) {
  --delayed_;
  return trap.delayed.PopFront();
}

}  // namespace spinneret
