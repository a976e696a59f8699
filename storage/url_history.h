// What a database knows of one URL, and of the crawl that it belongs to: for those who ask why.
//
// Thread   that of the Reader.
// Errors   those of Reader::Query; a value that no crawl writes is kStorageCorrupt.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/rows.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

// Not within UrlHistory: clang 14 makes no optional of a nested struct with default members.
struct UrlOutcome {
  OutcomeKind kind = OutcomeKind::kFetched;
  std::string reason, detail;
  std::string redirect_to;
};

struct UrlHistory {
  struct Parent {
    std::string url;
    std::int64_t depth = 0;
    Via via = Via::kLink;
    std::string tag;
  };
  struct Attempt {
    std::int64_t attempt = 0;
    std::string at;
    std::int64_t status = 0;  // 0: none came
    std::string error, error_detail;
    double total_ms = -1;
  };

  std::string url;
  AdmissionCode admission = AdmissionCode::kAdmitted;
  std::string detail;
  std::int64_t depth = 0;
  std::optional<std::int64_t> hops_left;  // nothing: no limit
  Via via = Via::kLink;
  std::int64_t redirect_hops = 0;
  std::string tag;
  std::optional<UrlOutcome> outcome;
  std::vector<Parent> parents;  // nearest first; at most kMostParents
  std::vector<Attempt> attempts;
};

inline constexpr std::int64_t kMostParents = 1000;

// "seed", "link", "redirect", "sitemap", "refresh".
std::string_view ViaName(Via via);

// The first URL that is spelled so. A scan of the table while a crawl runs, when there are no indexes.
Result<std::optional<std::int64_t>> FindUrlId(Reader& reader, const std::string& url);
// Every URL of a host ("name[:port]"); false from `visit` stops.
Result<void> VisitUrlsOfHost(Reader& reader, const std::string& host,
                             const std::function<bool(std::int64_t id, const std::string& url)>& visit);
Result<UrlHistory> LoadUrlHistory(Reader& reader, std::int64_t id);

struct StoredRobots {
  std::string state;  // "ok", "missing", "unreachable", "private_address"
  std::int64_t status = 0;
  std::string error, body;
  std::string fetched_at;
};
// The newest of an origin ("https://name[:port]").
Result<std::optional<StoredRobots>> LoadRobotsOf(Reader& reader, const std::string& host, const std::string& origin);

struct LastRun {
  std::string settings;
  std::string end_reason;  // empty: it runs, or was killed
};
Result<LastRun> LoadLastRun(Reader& reader);

// `end` is where the seed's redirects lead, else the seed.
Result<void> VisitSeeds(Reader& reader,
                        const std::function<void(const std::string& seed, const std::string& end)>& visit);

}  // namespace spinneret
