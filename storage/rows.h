// The rows that pass between the scheduler and a store. Times are milliseconds since 1970 UTC unless the name says
// more. Text may be any bytes: what is not UTF-8 is stored as U+FFFD (clean_text.h).
//
// Every member has an initialiser, so that rows can be written with the names of what they hold and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/url_identity.h"

namespace spinneret {

// Written once with a URL's row; a shorter path or a wider scope may later make it kAdmitted (Store::Readmit).
enum class AdmissionCode : std::uint8_t {
  kAdmitted = 0,
  kScope = 1,
  kDepth = 2,
  kInclude = 3,         // no --include matches
  kExclude = 4,         // an --exclude matches
  kScheme = 5,          // not http or https
  kTooLong = 6,         // over --max-url-length
  kPrivateAddress = 7,  // an IP literal in a private range, without --allow-private
  kLimit = 8,           // over the redirect limit
  kTrap = 9,
  kNofollow = 10,    // only links lead to it that are not to be followed
  kNotRecipes = 11,  // only links lead to it that no recipe wants followed, under --follow recipes
};
inline constexpr AdmissionCode kLastAdmissionCode = AdmissionCode::kNotRecipes;
// The word in v_skipped.reason; "admitted" for kAdmitted.
std::string_view AdmissionName(AdmissionCode code);

// How a URL became known.
enum class Via : std::uint8_t { kSeed = 0, kLink = 1, kRedirect = 2, kSitemap = 3, kRefresh = 4 };

struct UrlRow {
  HostKey host{};  // the host's row must have been added before
  UrlFingerprint fingerprint{};
  std::string_view url{};   // WHATWG serialisation without fragment and credentials
  std::uint32_t depth = 0;  // link hops from a seed
  // Link hops that may still follow; 0x7FFF: no limit (NULL in the table), -1: refused for depth.
  std::int16_t hops_left = 0x7FFF;
  UrlHandle parent{};  // 0 for a seed
  Via via = Via::kLink;
  std::uint8_t redirect_hops = 0;  // redirects since the last URL that was not one
  AdmissionCode admission = AdmissionCode::kAdmitted;
  std::string_view detail{};  // of a refusal: the pattern, the limit …; may be empty
  std::string_view tag{};     // of a seed, from its list; may be empty
  bool seed_chain = false;    // a seed, or reached from one by redirects alone; only a shared crawl keeps it
};

enum class Truncation : std::uint8_t { kNone = 0, kLength, kTime, kDisconnect };
std::string_view TruncationName(Truncation truncation);  // "" | "length" | "time" | "disconnect"

// One attempt. Phases are milliseconds, negative when a phase was not reached.
struct FetchRow {
  UrlHandle url{};
  std::uint32_t attempt = 1;        // from 1, over all runs
  std::int64_t at_ms = 0;           // start of the request
  int status = 0;                   // 0 when no status line came
  std::string_view error{};         // ErrorName, empty when none
  std::string_view error_detail{};  // the library's own words
  std::string_view ip{};
  std::string_view http_version{};  // "1.0" "1.1" "2"
  double dns_ms = -1, connect_ms = -1, tls_ms = -1, ttfb_ms = -1, total_ms = -1;
  std::int64_t bytes_wire = 0;  // body bytes as received
  std::int64_t bytes_body = 0;  // body bytes after content decoding
  std::string_view mime{};      // essence
  std::string_view charset{};   // WHATWG name for text that was decoded, else as the header says
  std::string_view digest{};    // SHA-256 of the decoded body, 32 bytes, empty when there was none
  Truncation truncated = Truncation::kNone;
  std::string_view etag{}, last_modified{};
  std::string_view headers{};  // raw block, only where bodies are kept
  std::string_view content_encoding{};
};

enum class OutcomeKind : std::uint8_t { kFetched = 0, kRedirected = 1, kFailed = 2, kSkipped = 3 };

struct OutcomeRow {
  UrlHandle url{};
  OutcomeKind kind = OutcomeKind::kFetched;
  bool has_fetch = false;     // the last AddFetch of this URL is the one that decided
  std::string_view reason{};  // of kSkipped: a word of v_skipped.reason; of kFailed: ErrorName; of kRedirected:
                              // ErrorName when the redirect could not be followed, else empty
  std::string_view detail{};
  UrlHandle redirect_to{};  // of kRedirected; of kFetched where a refresh leads to
};

struct PageRow {
  UrlHandle url{};
  std::string_view title{}, description{}, h1{}, lang{}, canonical{}, robots{};
  std::uint32_t word_count = 0;
  std::uint64_t text_hash = 0;  // of the text without markup; 0: none
  std::uint64_t sim_hash = 0;   // of the same text; 0: too little of it
  bool by_tree = false;         // PageContents::by_tree
  std::string_view cut{};       // PageContents::cut
};

struct LinkRow {
  UrlHandle to{};
  std::string_view rel{}, text{}, tag{};
  bool nofollow = false;  // not followed: ReadTargets leaves it out
};

// zstd frame of a body, once per digest.
struct BodyRow {
  std::string_view digest{};  // 32 bytes
  std::string_view zstd{};
  std::int64_t size = 0;  // before compression
};

struct RobotsRow {
  HostKey host{};
  std::string_view origin{};  // "https://name"
  std::int64_t fetched_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  int status = 0;  // 0 when unreachable
  // "ok" | "missing" (4xx: all allowed) | "stale" (no answer, the copy holds on) | "unreachable" | "private_address"
  std::string_view state{};
  std::string_view error{};
  std::string_view body{};  // at most 500 KiB
  std::int64_t crawl_delay_ms = -1;
};

// A sitemap or feed that the crawl reads, or is to read.
struct SitemapRow {
  std::string_view url{};   // without credentials
  std::int64_t parent = 0;  // id of the index that names it; 0: robots.txt or the user did
  std::uint8_t level = 0;   // indexes above it
};

enum class SitemapState : std::uint8_t {
  kOpen = 0,     // to be read, or read and not all of it committed
  kRead = 1,     // to its end, or to where it is cut or broken
  kFailed = 2,   // it could not be had, or is none
  kRefused = 3,  // not asked: robots.txt, or a limit
};

struct SitemapEndRow {
  std::int64_t id = 0;
  SitemapState state = SitemapState::kRead;
  std::int64_t at_ms = 0;
  int status = 0;             // of the last response; 0: none
  std::string_view type{};    // SitemapTypeName
  std::uint64_t entries = 0;  // that it lists and that were not left out for their date
  std::string_view detail{};  // what went wrong, or where it was cut
};

// What a sitemap says about a URL.
struct SitemapUrlRow {
  UrlHandle url{};
  std::int64_t sitemap = 0;
  std::string_view lastmod{};  // as written
  std::optional<std::int64_t> lastmod_ms{};
  std::string_view changefreq{};
  std::optional<double> priority{};
};

// One row a second: what the progress line shows, kept for `tune` and for plots.
struct SampleRow {
  std::int64_t at_ms = 0;
  std::uint64_t pages = 0, fetches = 0, failed = 0, known = 0, pending = 0, in_flight = 0, ready_hosts = 0;
  std::uint64_t bytes_wire = 0;
  std::uint64_t transfers = 0;                          // requests that are running
  double main_utilization = 0, worker_utilization = 0;  // 0 … 1, mean over workers
  double commit_share = 0;                              // of the time since the last one, in commits; 0 … 1
  std::uint32_t workers = 0, connections = 0;           // that there should be, before the decision
  std::string_view decision{};                          // of `-w auto`, in this second; empty: none
};

struct EventRow {
  std::int64_t at_ms = 0;
  std::string_view kind{};    // "scope_widened", "wal_growth", "worker_lost", "bad_seed_line" …
  std::string_view detail{};  // one line for people
};

// What one agent of a shared crawl tells the owner of a host (SharedCrawl::Forward).
struct ForwardedRow {
  enum class Kind : std::uint8_t {
    kPath = 0,          // a way to a URL, which the owner judges
    kRobotsJob = 1,     // a robots.txt to ask for: `url`, for the origin `detail`, after `depth` redirects
    kRobotsAnswer = 2,  // what came of one: origin `url`, status `hops_left`, error `tag`: `detail`, lifetime `depth` s
  };
  Kind kind = Kind::kPath;
  HostKey host{};  // whose owner is told
  UrlFingerprint fingerprint{};
  std::string_view url{};  // of a path empty: the owner knows it
  std::uint32_t depth = 0;
  std::int16_t hops_left = 0x7FFF;
  UrlHandle parent{};
  Via via = Via::kLink;
  std::uint8_t redirect_hops = 0;
  std::uint8_t standing = 0;  // crawler's Standing
  AdmissionCode unfollowed = AdmissionCode::kAdmitted;
  std::string_view detail{};  // of `unfollowed`
  std::string_view tag{};     // of a seed
  std::string_view body{};
};

// A refresh: which URLs with a verdict are asked again (docs/refresh.md).
struct RefreshRow {
  std::int64_t at_ms = 0;
  std::optional<std::int64_t> max_age_ms{};  // those that were looked at longer ago; none: those that are due
  std::int64_t first_interval_ms = 0;        // until a URL is due that no refresh has asked yet
};

// What is known of a URL that is asked again: its verdict, and how its visits went.
struct Revisit {
  OutcomeKind kind = OutcomeKind::kFetched;
  // Of the attempt that decided.
  int status = 0;
  std::string digest;  // as in FetchRow
  std::string truncated, etag, last_modified;
  UrlHandle redirect_to{};

  std::uint32_t visits = 0;    // that ended with a verdict
  std::uint32_t changes = 0;   // of these, those that found something else than the one before
  std::uint32_t failures = 0;  // in a row, since the last answer
  std::int64_t checked_at_ms = 0;
  std::int64_t interval_ms = 0;  // from then to when it is due
};

// Of a resume's scan.
struct KnownUrl {
  UrlHandle handle{};
  HostKey host{};
  std::string_view url{};
  std::uint32_t depth = 0;
  std::int16_t hops_left = 0x7FFF;
  UrlHandle parent{};
  Via via = Via::kLink;
  std::uint8_t redirect_hops = 0;
  AdmissionCode admission = AdmissionCode::kAdmitted;
  bool has_outcome = false;
  OutcomeKind outcome = OutcomeKind::kFetched;  // where has_outcome
  UrlHandle redirect_to{};                      // of a redirected URL; of a fetched one where its refresh leads to
  bool revisit = false;                         // has_outcome, and is asked again all the same
  std::uint32_t attempts = 0;                   // only filled for pending URLs
  std::uint32_t earlier_attempts = 0;           // of these, those before the refresh that asks again
  bool seed_chain = false;                      // only filled by a shared crawl; others have the whole chain to walk
};

struct KnownSitemap {
  std::int64_t id = 0;
  std::string_view url{};
  std::int64_t parent = 0;
  std::uint8_t level = 0;
  SitemapState state = SitemapState::kOpen;
};

struct KnownRobots {  // "ok" or "missing"
  HostKey host{};
  std::string_view origin{};
  std::int64_t fetched_at_ms = 0, expires_at_ms = 0;
  int status = 0;
  std::string_view state{}, error{}, body{};
};

}  // namespace spinneret
