// The whole protocol between the scheduler (main thread) and its page workers. Every message is a value that owns what
// it holds.
//
// Order    a worker answers each UrlBatch with one PageReport per URL that was asked (or one RobotsReport, or
//          SitemapReports of which the last is marked), in any order, and then one BatchDone, which gives back what was
//          not asked.
// Pause    Hold: batches stay where they are, and nothing is sent.
// Share    of the connections of all workers: another from here on.
// Ends     Drain: finish transfers in flight, give the rest back. Abort: give up transfers too. Shutdown: no batch
//          follows.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/url_identity.h"
#include "crawler/crawl_options.h"
#include "crawler/fetch/curl_fetcher.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/frontier/identity.h"
#include "crawler/frontier/retry_policy.h"
#include "crawler/frontier/trap_shape.h"
#include "crawler/frontier/url_batch.h"
#include "crawler/inflight_slots.h"
#include "crawler/page_scraper.h"
#include "crawler/worker_threads/shared_buffer.h"
#include "parser/canonical_url.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "parser/robots_txt.h"
#include "parser/sitemap.h"

namespace spinneret {

// --- To a worker

struct Drain {};
struct Abort {};
struct Shutdown {};
struct Hold {  // start nothing more until it is taken back; what is in flight ends
  bool on = true;
};
struct Share {
  std::uint32_t connections = 1;  // at least 1; transfers beyond it end as they would have
};
using ToPageWorker = std::variant<UrlBatch, Drain, Abort, Shutdown, Hold, Share>;

// How pages are fetched and read: the same for every worker.
struct PageSettings {
  FetchSettings fetch;
  StoreBody store_body = StoreBody::kNone;
  NofollowMode nofollow = NofollowMode::kPage;
  std::vector<std::string> accept;              // MIME essences or "type/*"; empty: everything
  std::optional<std::int64_t> sitemap_from_ms;  // entries with an older date are left out
  ScrapeSettings scrape;
  FollowMode follow = FollowMode::kLinks;
  HashSecret secret{};
  CanonicalRules canonical;
  int evidence_fd = -1;  // where each page's body is written before it is read; -1: nowhere
};

// What a worker is started with: the settings, and its first seeds as batches.
struct PageWorkerData {
  PageSettings settings;
  std::uint32_t connections = 32;            // transfers at once on this worker
  worker_threads::SharedBuffer counters{0};  // WorkerCounters
  // The worker's slot holds the URL whose page is being read, or whose body went over the worker's memory: who is to blame
  // when the worker or the process dies.
  std::shared_ptr<InflightSlots> inflight;
  std::uint32_t slot = 0;
  std::vector<UrlBatch> first;
};

// Indices into a worker's SharedBuffer of 64-bit counters, which the scheduler reads without a message. kLeaseDeadline is
// written by the scheduler: the BootTime() in nanoseconds from which on nothing may be asked, as the hosts may be another
// agent's; 0: never.
enum class WorkerCounter : std::uint8_t { kInFlight, kResponses, kBytesWire, kLeaseDeadline, kCount };

// --- From a worker

// Whether a link leads on: not by its own rel where --nofollow says so, nor where --follow recipes wants others.
enum class Following : std::uint8_t { kYes, kRel, kNotRecipes };

// A link's or redirect's target, hashed by the worker.
struct TargetKeys {
  UrlFingerprint fingerprint;
  HostKey host;
  Following following = Following::kYes;  // of a link
};

// What every attempt has, whatever came of it.
struct AttemptRecord {
  std::uint32_t attempt = 1;  // over all runs
  std::uint32_t tries = 1;    // of these, what the retry table counts
  std::int64_t started_at_ms = 0;
  SteadyTime ended_at{};
  FetchTimings timings;
  std::string ip;
  std::string http_version;
  std::uint64_t bytes_wire = 0;
  std::optional<Error> error;  // no response came
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;

  // For the retry table.
  AttemptResult result() const { return {error ? std::optional(error->code) : std::nullopt, status, retry_after}; }
};

struct RedirectLocation {
  std::string href;  // absolute, without fragment and credentials
  std::string host;  // "name[:port]"
  TargetKeys keys;
  std::optional<Respelling> respelling;
};

struct PageDetails {  // of an HTML page
  std::string title, description, h1, lang, canonical, robots;
  bool nofollow = false;  // its links are not to be followed
  std::uint32_t word_count = 0;
  std::string_view cut;                       // static text
  bool by_tree = false;                       // PageContents::by_tree
  std::uint64_t text_hash = 0, sim_hash = 0;  // TextPrints of the decoded page
  LinkSet links;
  std::vector<TargetKeys> keys;  // one per link
  PageFinds finds;               // without what recipes follow, which is among the links
};

// First of all: the worker can fetch. One that ends before is not replaced.
struct Ready {};

struct PageReport {
  std::uint32_t batch = 0;
  UrlHandle url;
  std::string text;  // of the URL
  UrlShape shape;    // of the URL
  AttemptRecord attempt;
  std::optional<RedirectLocation> location;  // of a redirect that names a target
  std::optional<RedirectLocation> refresh;   // where a page sends its visitors by Refresh header or meta element
  bool sets_cookie = false;
  std::string mime;                              // essence
  std::string charset;                           // WHATWG name where text was decoded, else as the header says
  std::optional<EncodingSource> charset_source;  // where text was decoded
  std::string content_encoding, etag, last_modified;
  std::string raw_headers;  // where bodies are kept
  std::uint64_t bytes_body = 0;
  Truncation truncated = Truncation::kNone;
  std::string digest;     // SHA-256, 32 bytes; empty when there was no body
  std::string body_zstd;  // where bodies are kept, and of poison always
  std::string evidence;   // the body as it is, where the worker's memory ended while it was read
  std::optional<PageDetails> page;
  bool not_modified = false;  // the copy that is stored still holds
};

struct RobotsReport {
  std::uint32_t batch = 0;
  RobotsJob job;
  AttemptRecord attempt;
  std::optional<RedirectLocation> location;
  RobotsTxt rules;
  std::string body;
  std::chrono::milliseconds lifetime = kLongestRobotsLifetime;
};

// A piece of what a sitemap lists. A sitemap of 50 000 URLs comes as a hundred pieces, so that no message holds the
// scheduler up.
struct SitemapReport {
  std::uint32_t batch = 0;
  SitemapJob job;
  SitemapType type = SitemapType::kUnknown;
  std::vector<SitemapListing> listings;  // of an index, sitemaps
  bool last = false;
  // Of the last one alone.
  AttemptRecord attempt;
  std::optional<RedirectLocation> location;
  SitemapEnd end;
  std::uint64_t too_old = 0;  // entries left out for their date
};

struct BatchDone {
  std::uint32_t batch = 0;
  std::vector<UrlHandle> returned;  // not asked, in the batch's order
  bool robots_returned = false;
  bool sitemap_returned = false;
  std::optional<SteadyTime> ended_at;       // of the last response
  std::chrono::milliseconds host_delay{0};  // the longest rest that a response asked for
  std::chrono::milliseconds latency{0};     // time to first byte of the last response; 0: none
};

// A response changed a site's cookies. Before that response's report.
struct CookieReport {
  SiteCookies cookies;
};

// The body of a page that took its worker over its memory while it was read: the worker's last word.
struct Evidence {
  UrlHandle url;
  std::string body;
};

// A proxy failed and is not used by this worker for a while.
struct ProxyReport {
  std::string proxy;  // without credentials
  std::string why;
  std::chrono::milliseconds rest{0};
};

using FromPageWorker =
    std::variant<Ready, PageReport, RobotsReport, SitemapReport, BatchDone, CookieReport, ProxyReport, Evidence>;

struct PageWorkerProtocol {
  using Data = PageWorkerData;
  using ToWorker = ToPageWorker;
  using ToParent = FromPageWorker;
};

}  // namespace spinneret
