// Frontier: what belongs to a trap waits behind everything else, and is left out when nothing else is left.
#include <algorithm>
#include <charconv>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {
namespace {

constexpr std::string_view kPrefix = "trap:";
constexpr std::string_view kAll = "all";

// A trap as the store keeps it: its parts apart by tabs, which a serialised URL does not hold.
struct StoredTrap {
  std::string host;
  TrapWatch::Trap trap;
  std::string loaded_key;  // of the state's row that it came from; earlier databases have other keys than Key()

  std::string Write() const {
    return fmt::format("{}\t{:x}\t{}\t{}\t{}\t{}", host, trap.key, trap.is_family ? "family" : "shape",
                       trap.released ? "released" : "", TrapRuleName(trap.rule), trap.shape);
  }
  static std::optional<StoredTrap> Read(std::string_view text) {
    std::array<std::string_view, 6> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::size_t end = i + 1 < parts.size() ? text.find('\t') : text.size();
      if (end == std::string_view::npos) {
        return std::nullopt;
      }
      parts[i] = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    const std::optional<TrapRule> rule = TrapRuleFromName(parts[4]);
    StoredTrap stored;
    const auto [end, error] = std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), stored.trap.key, 16);
    if (!rule || error != std::errc{} || end != parts[1].data() + parts[1].size()) {
      return std::nullopt;
    }
    stored.host = parts[0];
    stored.trap.is_family = parts[2] == "family";
    stored.trap.released = parts[3] == "released";
    stored.trap.rule = *rule;
    stored.trap.shape = parts[5];
    return stored;
  }
  // Of the state's row. Its own, so that agents that share a crawl write no rows of each other.
  std::string Key() const {
    return fmt::format("{}{}/{}{:x}", kPrefix, host, trap.is_family ? "family" : "shape", trap.key);
  }
  std::string Name() const { return fmt::format("{}: {}{}", TrapRuleName(trap.rule), host, trap.shape); }
};

Result<std::vector<StoredTrap>> LoadStored(Store& store) {
  std::vector<StoredTrap> traps;
  bool damaged = false;
  const Result<void> loaded = store.LoadStates(kPrefix, [&](std::string_view key, std::string_view value) {
    std::optional<StoredTrap> stored = StoredTrap::Read(value);
    damaged = damaged || !stored;
    if (stored) {
      stored->loaded_key = key;
      traps.push_back(std::move(*stored));
    }
  });
  if (!loaded) {
    return loaded.error();
  }
  if (damaged) {
    return Err(ErrorCode::kStorageCorrupt, "a trap's stored state does not make sense: the database is damaged");
  }
  return traps;
}

}  // namespace

std::string Frontier::TrapName(const TrapWatch::Trap& trap) {
  return fmt::format("{}: {}{}", TrapRuleName(trap.rule), hosts_.At(trap.host).name, trap.shape);
}

std::vector<std::string> Frontier::trap_names() {
  std::vector<std::string> names;
  for (const TrapWatch::Trap& trap : traps_.traps()) {
    if (!trap.released) {
      names.push_back(TrapName(trap));
    }
  }
  return names;
}

// --- Beginning

Result<void> Frontier::LoadTraps() {
  Result<std::vector<StoredTrap>> stored = LoadStored(store_);
  if (!stored) {
    return std::move(stored).error();
  }
  for (StoredTrap& one : *stored) {
    const Host* const host = hosts_.Find(keys_.Host(one.host));
    if (shared_ != nullptr && (host == nullptr || !shared_->Leased(host->key))) {
      continue;  // another agent's, or taken up before
    }
    if (host == nullptr) {
      return Err(ErrorCode::kStorageCorrupt, "a trap's host is not known: the database is damaged");
    }
    one.trap.host = host->index;
    traps_.Restore(std::move(one.trap));
  }
  return {};
}

TrapWatch::Trap* Frontier::Recount(const KnownUrl& row, const Host& host, TrapRecount& recount) {
  if (!traps_.on()) {
    return nullptr;
  }
  recount.places.resize(std::max<std::size_t>(recount.places.size(), row.handle.value + std::size_t{1}));
  if (row.admission != AdmissionCode::kAdmitted) {
    return nullptr;
  }
  const TrapWatch::Place from = row.parent.value < recount.places.size() ? recount.places[row.parent.value] : 0;
  const TrapWatch::Place place = traps_.Admit(host.index, ShapeOf(row.url), row.depth, from, month_);
  recount.places[row.handle.value] = place;
  // What a page brought lies together.
  if (row.parent != recount.feeder && traps_.IsFed(place, from)) {
    recount.feeder = row.parent;
    traps_.Fed(from);
  }
  return row.via == Via::kSeed || row.attempts > 0 ? nullptr : traps_.TrapOf(place);
}

Result<void> Frontier::LoadContents(const TrapRecount& recount) {
  if (!traps_.on()) {
    return {};
  }
  return store_.LoadContents([&](UrlHandle url, std::uint64_t content, std::uint64_t text) {
    if (url.value < recount.places.size()) {
      traps_.Fetched(recount.places[url.value], content, text);
    }
  });
}

Result<void> Frontier::ReleaseTraps(const std::vector<std::string>& names) {
  SPINNERET_CHECK(known_.size() == 0, "traps are released before the store is loaded");
  if (names.empty()) {
    return {};
  }
  Result<std::vector<StoredTrap>> stored = LoadStored(store_);
  if (!stored) {
    return std::move(stored).error();
  }
  boost::unordered_flat_set<std::string> released;
  for (const std::string& name : names) {
    bool found = false;
    for (StoredTrap& one : *stored) {
      if (name == kAll || name == one.trap.shape || name == one.host + one.trap.shape || name == one.Name()) {
        found = true;
        one.trap.released = true;
        released.insert(one.Name());
        store_.SetState(one.loaded_key, one.Write());
      }
    }
    if (!found) {
      std::string known;
      for (const StoredTrap& one : *stored) {
        known += fmt::format("{} {}{}", known.empty() ? "; it has" : ",", one.host, one.trap.shape);
      }
      return Err(ErrorCode::kNotFound, fmt::format("--release-trap {}: this crawl has no such trap{}", name, known));
    }
  }
  std::vector<UrlHandle> urls;
  Result<void> loaded = store_.LoadSkipped("trap", [&](UrlHandle url, std::string_view detail) {
    if (released.contains(std::string(detail))) {
      urls.push_back(url);
    }
  });
  for (const UrlHandle url : urls) {
    store_.RemoveOutcome(url);
  }
  return loaded;
}

void Frontier::SaveTrap(const TrapWatch::Trap& trap) {
  StoredTrap stored;
  stored.host = hosts_.At(trap.host).name;
  stored.trap.key = trap.key;
  stored.trap.is_family = trap.is_family;
  stored.trap.released = trap.released;
  stored.trap.rule = trap.rule;
  stored.trap.shape = trap.shape;
  store_.SetState(stored.Key(), stored.Write());
}

// --- While crawling

void Frontier::BeginPage(UrlHandle url, const Host& host, const PageTraits& traits) {
  page_ = OpenPage{url, traps_.Find(host.index, traits.shape), traits.content, traits.text, false};
}

void Frontier::Admit(UrlHandle url, Host& host, std::string_view href, UrlHandle parent, std::uint8_t rank) {
  if (!traps_.on()) {
    Enqueue(url, host, rank);
    return;
  }
  const TrapWatch::Place from = parent && parent == page_.url ? page_.place : 0;
  const TrapWatch::Place place = traps_.Admit(host.index, ShapeOf(href), known_.depth(url), from, month_);
  if (!page_.fed && traps_.IsFed(place, from)) {
    page_.fed = true;
    traps_.Fed(from);
  }
  if (const std::optional<TrapWatch::Found> found = traps_.Judge(place, href)) {
    SaveTrap(*found->trap);
    store_.AddEvent(
        EventRow{clock_.WallTimeMs(), "trap", fmt::format("{}; {}; asked last", TrapName(*found->trap), found->why)});
  }
  TrapWatch::Trap* const trap = parent ? traps_.TrapOf(place) : nullptr;
  if (trap == nullptr) {
    Enqueue(url, host, rank);
    return;
  }
  traps_.Delay(*trap, url);
  CountPending(host);
}

bool Frontier::DelayIfTrapped(UrlHandle url, Host& host, std::string_view href) {
  // What a person named is asked, and so is what was asked before.
  if (!traps_.AnyOn(host.index) || known_.Has(url, UrlFlag::kSeed) || attempts(url) > 0) {
    return false;
  }
  TrapWatch::Trap* const trap = traps_.TrapOf(traps_.Find(host.index, ShapeOf(href)));
  if (trap == nullptr) {
    return false;
  }
  --host.urls_out;
  --totals_.urls_out;
  traps_.Delay(*trap, url);
  return true;
}

// --- The end

void Frontier::SkipTrapped() {
  for (TrapWatch::Trap& trap : traps_.traps()) {
    const std::string name = TrapName(trap);
    Host& host = hosts_.At(trap.host);
    while (!trap.delayed.empty()) {
      const UrlHandle url = traps_.TakeDelayed(trap);
      ++host.urls_out;
      ++totals_.urls_out;
      Skipped(url, host, "trap", name);
    }
  }
}

}  // namespace spinneret
