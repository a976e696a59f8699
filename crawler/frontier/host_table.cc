#include "crawler/frontier/host_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace spinneret {

void Host::UpdateCrawlDelay() {
  crawl_delay = std::chrono::milliseconds(-1);
  for (const std::unique_ptr<OriginRobots>& origin : robots) {
    if (origin != nullptr && origin->copy == RobotsState::kRules) {
      crawl_delay = std::max(crawl_delay, origin->rules.crawl_delay().value_or(crawl_delay));
    }
  }
}

Host* HostTable::Find(HostKey key) {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : &hosts_[it->second];
}

Host& HostTable::Add(HostKey key, std::string_view name) {
  Host& host = hosts_.emplace_back();
  host.index = static_cast<std::uint32_t>(hosts_.size() - 1);
  host.key = key;
  host.name = name;
  const bool inserted = by_key_.emplace(key, host.index).second;
  SPINNERET_CHECK(inserted, "a host is added once");
  return host;
}

std::chrono::milliseconds HostTable::DelayOf(const Host& host) const {
  return std::max({settings_.delay, host.crawl_delay, host.adaptive_delay});
}

std::uint64_t HostTable::Allowance(const Host& host) const {
  const std::uint64_t taken = host.pages + host.urls_out;
  return taken >= settings_.host_limit ? 0 : settings_.host_limit - taken;
}

namespace {

// Keeps the largest hosts of those that it is shown.
class Largest {
 public:
  explicit Largest(std::size_t most) : most_(most) {}

  void Show(const Host& host) {
    if (hosts_.size() < most_) {
      hosts_.push_back(&host);
      std::push_heap(hosts_.begin(), hosts_.end(), Larger);
    } else if (most_ > 0 && Larger(&host, hosts_.front())) {
      std::pop_heap(hosts_.begin(), hosts_.end(), Larger);
      hosts_.back() = &host;
      std::push_heap(hosts_.begin(), hosts_.end(), Larger);
    }
  }
  const std::vector<const Host*>& Sorted() {
    std::sort_heap(hosts_.begin(), hosts_.end(), Larger);
    return hosts_;
  }

 private:
  static bool Larger(const Host* a, const Host* b) {
    const std::uint64_t size_a = a->pages + a->pending, size_b = b->pages + b->pending;
    return size_a != size_b ? size_a > size_b : a->index < b->index;
  }

  const std::size_t most_;
  std::vector<const Host*> hosts_;  // a heap, the smallest of them in front
};

}  // namespace

HostsLook HostTable::Look(std::size_t largest) {
  HostsLook look;
  Largest large(largest);
  for (Host& host : hosts_) {
    large.Show(host);
    if (const std::uint64_t pages = host.pages - std::exchange(host.pages_looked_at, host.pages); pages > 0) {
      const auto place = std::find_if(look.busiest.begin(), look.busiest.end(),
                                      [pages](const HostsLook::Busy& other) { return other.pages < pages; });
      if (place != look.busiest.end() || look.busiest.size() < HostsLook::kBusiest) {
        look.busiest.insert(place, {host.name, pages});
        look.busiest.resize(std::min(look.busiest.size(), HostsLook::kBusiest));
      }
    }
    if (host.pending == 0) {
      continue;
    }
    if (host.latency > look.slowest_answer) {
      look.slowest_answer = host.latency;
      look.slowest = host.name;
    }
    const auto urls = static_cast<std::int64_t>(std::min(host.pending - host.hidden, Allowance(host)));
    const std::chrono::milliseconds left = urls * DelayOf(host);
    if (left > look.longest_left) {
      look.longest_left = left;
      look.longest = host.name;
    }
  }
  for (const Host* host : large.Sorted()) {
    look.largest.push_back(
        {host->name, host->pages, host->pending, host->urls_out, DelayOf(*host), host->latency, host->paused});
  }
  return look;
}

bool HostTable::MayIssue(const Host& host) const {
  const std::uint32_t most = DelayOf(host).count() > 0 ? 1 : settings_.split_batches;
  if (host.batches_out >= most || host.paused) {
    return false;
  }
  if (!host.robots_jobs.empty()) {
    return true;
  }
  if (host.robots_asked > 0) {
    return false;
  }
  if (host.sitemap_jobs != nullptr) {
    return true;
  }
  return (!host.waiting.empty() || !host.pinned.empty()) && Allowance(host) > 0;
}

void HostTable::Reconsider(Host& host) {
  if (!host.in_heap && MayIssue(host)) {
    host.in_heap = true;
    heap_.push(Entry{host.not_before, order_++, host.index});
  }
}

void HostTable::SettleTop() {
  while (!heap_.empty()) {
    const Entry top = heap_.top();
    Host& host = hosts_[top.host];
    if (!MayIssue(host)) {
      heap_.pop();
      host.in_heap = false;
    } else if (host.not_before > top.not_before) {
      heap_.pop();
      heap_.push(Entry{host.not_before, order_++, host.index});
    } else {
      return;
    }
  }
}

Host* HostTable::PopReady(SteadyTime now) {
  SettleTop();
  if (heap_.empty() || heap_.top().not_before > now) {
    return nullptr;
  }
  Host& host = hosts_[heap_.top().host];
  heap_.pop();
  host.in_heap = false;
  return &host;
}

std::optional<SteadyTime> HostTable::NextReady() {
  SettleTop();
  if (heap_.empty()) {
    return std::nullopt;
  }
  return heap_.top().not_before;
}

}  // namespace spinneret
