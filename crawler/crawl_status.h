// What a running crawl shows of itself, and what it says at its end. Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/bottleneck.h"
#include "crawler/frontier/hosts_look.h"
#include "storage/rows.h"

namespace spinneret {

// What went wrong with pages, and how often: "timeout", or a status of 400 and above.
struct KindCount {
  std::string kind;
  std::uint64_t count = 0;
};

// Requests by how long they took.
struct RequestTimes {
  static constexpr std::array<int, 10> kBoundsMs = {10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10'000};
  // counts[i]: longer than the bound before, and not longer than kBoundsMs[i]; the last: longer than all.
  std::array<std::uint64_t, kBoundsMs.size() + 1> counts{};
  double total_ms = 0;

  void Add(double ms);
};

// A page, as its verdict falls. Its texts are the web's.
struct PageGlance {
  std::string_view url;
  std::string_view title;
  int status = 0;          // 0: none came
  std::string_view error;  // the word of a failure
  double total_ms = 0;
  std::uint64_t bytes = 0;  // of its body
};

// What a refresh found, this run.
struct RefreshCounts {
  std::uint64_t unchanged = 0;
  std::uint64_t not_modified = 0;  // of these, those that the server did not send again (304)
  std::uint64_t changed = 0;
  std::uint64_t added = 0;    // asked for the first time
  std::uint64_t gone = 0;     // 404 or 410, and were there
  std::uint64_t failed = 0;   // and kept as they were
  std::uint64_t unasked = 0;  // robots.txt forbids it now; kept as they were
};

struct CrawlStatus {                     // read at any moment; totals hold over resumes unless the name says "run"
  std::chrono::milliseconds elapsed{0};  // of this run
  std::uint64_t pages = 0;               // v_pages rows that are not redirects
  std::uint64_t run_pages = 0;
  std::uint64_t redirects = 0;
  std::uint64_t failed = 0;              // of `pages`, those without a status
  std::uint64_t http_errors = 0;         // of `pages`, this run, status ≥ 400
  std::uint64_t retries = 0;             // this run
  std::uint64_t records = 0;             // this run
  std::uint64_t incomplete_records = 0;  // this run; left out for want of a required field
  std::uint64_t skipped = 0;
  std::uint64_t known = 0;      // URLs known
  std::uint64_t queued = 0;     // admitted, without an outcome
  std::uint64_t hidden = 0;     // of these, by rules of the user's
  std::uint64_t in_flight = 0;  // URLs out in batches
  std::uint64_t hosts = 0;
  std::uint64_t active_hosts = 0;  // with something queued or in flight
  std::uint64_t bytes_wire = 0;    // this run
  double pages_per_second = 0;     // over the last seconds
  double main_utilization = 0;     // 0 … 1 over the last second
  std::vector<double> worker_utilization;
  std::uint64_t limit = 0;      // --limit, 0 when unset
  std::uint64_t transfers = 0;  // requests under way
  double slowest_rate = 0;      // pages per second, the least and the most over five seconds of the last minute
  double fastest_rate = 0;
  std::vector<KindCount> errors;    // of this run, the most frequent first
  std::vector<KindCount> statuses;  // of this run, verdicts by status, redirects too; by status
  std::vector<KindCount> types;     // of this run, pages by MIME type, the most frequent first
  RequestTimes times;               // of this run, of all attempts
  HostsLook look;
  std::chrono::milliseconds look_span{0};  // that HostsLook::Busy counts
};

// A second's row. `fetches`: responses of this run.
SampleRow SampleOf(const CrawlStatus& status, std::int64_t at_ms, std::uint64_t fetches);

// How long it will go on, for what is queued now: links that are still to be found are not in it.
struct TimeLeft {
  std::optional<std::chrono::milliseconds> at_this_rate;  // none while there is no rate
  // At the fastest and the slowest rate of the last minute; none while that is no rate.
  std::optional<std::chrono::milliseconds> at_fastest;
  std::optional<std::chrono::milliseconds> at_slowest;
  std::chrono::milliseconds at_least{0};  // by politeness, HostsLook::longest
};
TimeLeft TimeLeftOf(const CrawlStatus& status);

// kLeaseLost: of a shared crawl, which goes on; this agent was stopped for too long and may join again.
enum class EndReason : std::uint8_t { kDone, kLimit, kSize, kTime, kStopped, kStorage, kNoSeed, kInternal, kLeaseLost };
// "done", "limit", "size", "time", "stopped", "storage", "no_seed", "internal", "lease_lost".
std::string_view EndReasonName(EndReason reason);

struct CrawlSummary {
  EndReason reason = EndReason::kDone;
  std::string detail;                            // of a failure: what happened and what to do
  bool disk_full = false;                        // of kStorage: no space was left
  CrawlStatus status;                            // the last one
  std::map<std::string, std::uint64_t> skipped;  // v_skipped by reason
  std::map<std::string, std::uint64_t> errors;   // v_pages by error
  std::map<int, std::uint64_t> statuses;         // by status
  std::optional<RefreshCounts> refresh;          // of a run that asked pages again
  std::uint64_t bad_seed_lines = 0;
  std::vector<std::string> widened_hosts;     // by a seed's own redirect
  std::vector<std::string> traps;             // "rule: host/shape"
  std::uint64_t sitemaps = 0;                 // read, over all runs
  std::uint64_t failed_sitemaps = 0;          // or refused
  std::uint64_t sitemap_entries = 0;          // of those read in this run
  std::vector<std::string> sitemap_troubles;  // the first few: "URL: what is wrong"
  double cpu_seconds = 0;                     // of this process, this run
  Diagnosis bottleneck;                       // what held this run back
};

}  // namespace spinneret
