// Explanation: why a URL is, was or would not be crawled: the rule, where it stands, and how the URL became known.
//
// Two sources  a database, whose rows say what happened and whose settings say what would have; or options alone, which
//              say what a crawl would do.
// Same code    URLs are judged by Scope, CanonicalRules and RobotsTxt, as a crawl does.
// Thread       that of the Reader; pure otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/frontier/scope.h"
#include "parser/url.h"
#include "storage/sqlite/reader.h"
#include "storage/url_history.h"

namespace spinneret {

struct ExplainedRobots {
  std::string source;  // "https://name/robots.txt", or the file that was given
  std::string state;   // RobotsStateName; empty: never asked for
  std::string detail;  // status or error, and when
  bool allowed = true;
  std::size_t line = 0;  // of the rule that decides; 0: none does
  std::string rule;
};

struct Explanation {
  std::string url;  // as read
  std::string key;  // canonical

  // What the settings say, as of a link to it, or a seed where it is one.
  ScopeKind scope = ScopeKind::kHost;
  bool is_seed = false;
  AdmissionCode admission = AdmissionCode::kAdmitted;
  std::string admission_detail;
  std::string scope_seed;                 // the first seed whose scope holds it; empty: none does
  std::string matched_include;            // the first --include that is found in it
  std::optional<ExplainedRobots> robots;  // none: ignored, or not known

  // What a database says.
  bool has_database = false;
  std::optional<UrlHistory> history;  // none: the URL is not known; `url` differs where another spelling is known
  std::string end_reason;             // of the last run; empty: it runs, or was killed
};

// `seeds` none: the URL is taken for the seed. `robots_txt`: of the URL's origin, from `robots_source`.
Result<Explanation> ExplainByOptions(const CrawlOptions& options, const std::vector<Url>& seeds,
                                     const std::optional<std::string>& robots_txt, std::string_view robots_source,
                                     const Url& url);

Result<Explanation> ExplainByDatabase(Reader& reader, const Url& url);

}  // namespace spinneret
