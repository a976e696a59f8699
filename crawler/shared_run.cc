#include "crawler/shared_run.h"

#include <algorithm>
#include <thread>

namespace spinneret {
namespace {

constexpr std::chrono::milliseconds kSeedWait{100};
// Hosts with work for each connection: enough that no connection waits for a host's delay to pass, few enough that
// agents that come later find some.
constexpr std::size_t kHostsPerConnection = 2;
constexpr std::uint64_t kLeastQuota = 64;

EndReason EndReasonOf(std::string_view name) {
  for (const EndReason reason : {EndReason::kLimit, EndReason::kTime, EndReason::kSize}) {
    if (EndReasonName(reason) == name) {
      return reason;
    }
  }
  return EndReason::kDone;
}

}  // namespace

Result<void> SharedRun::Begin(bool resume, const Step& read_seeds, const Step& commit) {
  if (resume) {
    if (Result<void> reopened = shared_.Reopen(options_.limit); !reopened) {
      return reopened;
    }
  }
  while (true) {
    const Result<SharedCrawl::Seeding> seeding = shared_.TakeSeeding();
    if (!seeding) {
      return seeding.error();
    }
    if (*seeding == SharedCrawl::Seeding::kDone) {
      break;
    }
    if (*seeding == SharedCrawl::Seeding::kMine) {
      if (Result<void> read = read_seeds(); !read) {
        return read;
      }
      shared_.EndSeeding(options_.limit);
    } else {
      std::this_thread::sleep_for(kSeedWait);
    }
    if (Result<void> committed = commit(); !committed) {
      return committed;
    }
  }
  return frontier_.LearnSeeds();
}

void SharedRun::Describe(bool nothing_out) {
  if (nothing_out && frontier_.OnlySetAsideLeft()) {
    frontier_.SkipSetAside(SIZE_MAX);
  } else if (nothing_out && options_.host_limit && frontier_.OnlyHostLimitsLeft()) {
    frontier_.SkipBeyondHostLimits();
    frontier_.SkipSetAside(SIZE_MAX);
  }
  const FrontierTotals& totals = frontier_.totals();
  idle_ = nothing_out && frontier_.Exhausted();
  if (idle_) {
    granted_ = totals.pages;  // the rest is for others
  }
  SharedCrawl::Standing standing;
  standing.idle = idle_;
  standing.quota = granted_;
  standing.pages = totals.pages;
  standing.redirects = totals.redirects;
  standing.failed = totals.failed;
  standing.skipped = totals.skipped;
  standing.pending = totals.pending;
  standing.seeds = totals.seeds;
  standing.seeds_fetched = totals.seeds_fetched;
  shared_.SetStanding(standing);
}

std::uint64_t SharedRun::Allowed() const {
  if (!options_.limit) {
    return UINT64_MAX;
  }
  const std::uint64_t taken = frontier_.totals().pages + frontier_.totals().urls_out;
  return taken >= granted_ ? 0 : granted_ - taken;
}

Result<std::optional<EndReason>> SharedRun::Round() {
  const Result<SharedCrawl::News> news = shared_.Listen();
  if (!news) {
    return news.error();
  }
  if (!news->end_reason.empty()) {
    return std::optional(EndReasonOf(news->end_reason));
  }
  for (const std::string& url : news->widened) {
    frontier_.HearWidened(url);
  }
  const std::size_t most = kHostsPerConnection * options_.connections;
  std::size_t leased = 0;
  if (frontier_.active_host_count() < most) {
    const Result<std::size_t> hosts = shared_.LeaseHosts(most - frontier_.active_host_count());
    if (!hosts) {
      return hosts.error();
    }
    leased = *hosts;
    if (leased > 0) {
      if (Result<void> loaded = frontier_.Load(); !loaded) {
        return std::move(loaded).error();
      }
    }
  }
  const Result<std::size_t> arrived = frontier_.TakeArrivals();
  if (!arrived) {
    return arrived.error();
  }
  if (options_.limit && frontier_.totals().pending > frontier_.totals().urls_out && Allowed() < kLeastQuota) {
    const Result<std::uint64_t> granted =
        shared_.GrantPages(std::max<std::uint64_t>(kLeastQuota, 4ULL * options_.connections));
    if (!granted) {
      return granted.error();
    }
    granted_ += *granted;
    if (*granted == 0 && news->pages >= *options_.limit) {
      if (Result<void> ended = End(EndReason::kLimit); !ended) {
        return std::move(ended).error();
      }
    }
  }
  if (idle_ && leased == 0 && *arrived == 0 && news->widened.empty()) {
    const Result<bool> done = shared_.EndIfDone();
    if (!done) {
      return done.error();
    }
  }
  return std::optional<EndReason>();
}

}  // namespace spinneret
