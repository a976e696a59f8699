// What a crawl is told: the options of `spinneret crawl` as values. Stored with the database (without secrets) and read
// back by resume.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crawler/frontier/scope_kind.h"
#include "crawler/frontier/trap_rules.h"
#include "parser/canonical_url.h"
#include "parser/page_extracts.h"

namespace spinneret {

enum class StoreBody : std::uint8_t { kNone, kZstd };
enum class RobotsMode : std::uint8_t { kObey, kIgnore };
// Which links are gone on with: those of pages and what recipes want besides, or that alone.
enum class FollowMode : std::uint8_t { kLinks, kRecipes };
// Which nofollow keeps links from being followed: that of a page (meta robots, X-Robots-Tag), that of single links too
// (rel=nofollow, ugc, sponsored), none.
enum class NofollowMode : std::uint8_t { kPage, kAll, kIgnore };

struct RecipeText {
  std::string name;
  std::string toml;
};

struct SeedSource {
  enum class Kind : std::uint8_t { kUrl, kFile, kStdin } kind = Kind::kUrl;
  std::string value;  // a URL or a path; "-" for stdin
};

struct CrawlOptions {
  std::vector<SeedSource> seeds;

  // Scope
  ScopeKind scope = ScopeKind::kHost;
  std::vector<std::string> include, exclude;  // RE2, exclude wins
  std::optional<std::uint32_t> max_depth;     // link hops
  std::uint32_t max_redirects = 20;           // hops of one chain
  std::uint32_t max_url_length = 8192;
  bool traps = true;                               // what looks like one is asked last
  std::uint32_t trap_budget = kDefaultTrapBudget;  // docs/traps.md

  // Which URLs are one. The same for a database's life: resume reads it from there.
  CanonicalOptions canonical;

  // Sitemaps
  bool sitemaps_from_robots = false;            // those that the robots.txt of the seeds' hosts name
  bool sitemaps_only = false;                   // and no links
  std::vector<std::string> sitemap_urls;        // named by the user
  std::optional<std::int64_t> sitemap_from_ms;  // entries with an older date are left out; since 1970 UTC

  // Limits
  std::optional<std::uint64_t> limit, host_limit, size_limit_bytes;
  std::optional<std::chrono::milliseconds> time_limit;

  // Speed and politeness
  std::uint32_t workers = 0;                      // 0: one per core, at most 8
  bool auto_workers = false;                      // that many to begin with; then they follow the rate (FleetClimber)
  std::uint32_t connections = 64;                 // over all workers; with auto_workers the most there may be
  std::uint64_t worker_memory_bytes = 0;          // of each worker; 0: no limit
  std::optional<std::uint32_t> host_connections;  // unset: 1, and `connections` when host_delay is 0
  std::chrono::milliseconds host_delay{1000};
  bool adaptive_delay = true;
  std::uint32_t retries = 2;
  RobotsMode robots = RobotsMode::kObey;
  std::optional<NofollowMode> nofollow;  // unset: of pages, and none where robots.txt is ignored
  std::string user_agent;                // empty: the default, which names the project

  // Requests
  std::chrono::milliseconds timeout{30'000};
  std::uint64_t max_body_bytes = 32ULL << 20U;
  std::vector<std::string> accept;   // MIME essences ("text/html", "text/*"); empty: everything
  std::vector<std::string> headers;  // secret: never stored
  std::string user;                  // secret: never stored
  std::vector<std::string> proxies;  // may hold passwords: stored without them
  std::vector<std::string> resolve;
  std::vector<std::string> dns_servers;  // "ADDR[:PORT]"; empty: the system's
  bool allow_private = false;
  std::vector<std::string> allow_net, deny_net;  // blocks of addresses (crawler/fetch/address_guard.h)
  bool insecure = false;
  std::string ca_file;
  std::string cert, key;      // PEM files of a client certificate
  std::string cert_password;  // secret: never stored
  bool cookies = true;
  std::string load_cookies;  // a file of secrets: asked for again by a resume
  std::string save_cookies;

  // Scraping
  std::vector<RecipeText> recipes;
  FollowMode follow = FollowMode::kLinks;
  ExtractKinds extracts;
  bool index_text = false;

  // Output
  std::string database = "crawl.db";
  StoreBody store_body = StoreBody::kNone;
  std::string warc;  // prefix of the WARC files that are written meanwhile; empty: none. Needs kZstd
  std::uint64_t warc_file_bytes = std::uint64_t{1} << 30U;

  std::uint32_t effective_workers() const;
  // Those that a crawl begins with.
  std::uint32_t first_connections() const;
  std::uint32_t effective_host_connections() const;
  NofollowMode effective_nofollow() const;
  std::string effective_user_agent() const;
};

// The options as JSON, without `database` (the file knows where it is) and without secrets: header values, --user,
// the certificate's password, cookies, and the user names and passwords inside a proxy's or a seed's URL. The JSON's "secrets" lists the options that were left
// out ("--header"). Paths are made absolute, so that a resume may run in another folder; what seeds come from stdin is
// the store's to keep.
std::string SettingsToJson(const CrawlOptions& options);
struct StoredSettings {
  CrawlOptions options;
  std::vector<std::string> needs_again;  // option names whose values were secret
};
// What is missing keeps its default and what is unknown is passed over, so that versions read each other; a value of
// the wrong type or out of its range is kStorageCorrupt, which names it. Any bytes are acceptable input.
Result<StoredSettings> SettingsFromJson(const std::string& json);

// The members in which two stored settings differ, by name, without those that belong to the machine a crawl runs on
// (workers, connections …): agents of one crawl may have their own.
std::vector<std::string> DifferentSettings(const std::string& left, const std::string& right);

// Names for options and messages.
std::string_view ScopeName(ScopeKind scope);
std::optional<ScopeKind> ScopeFromName(std::string_view name);
// `url` without "user:password@". Works on text, so that it also holds for what does not parse.
std::string WithoutCredentials(std::string_view url);

}  // namespace spinneret
