// FetchTrace: one URL fetched as a crawl that has it for its only seed would, each decision and answer kept.
//
// Same code    requests are made by a page worker on a thread of its own, pages read by its PageProcessor, URLs judged by
//              Scope, robots.txt by DecideRobots; what is here is the order of the steps for a single URL.
// Departures   nothing is tried again, and a host is not left to rest between its robots.txt, redirects and page: these
//              are a handful of requests that a person waits for.
// Thread       runs the calling thread's event loop until the worker has ended.
// Errors       of the set-up (a pattern, a CA file, no thread); what comes of the URL is a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/frontier/robots_policy.h"
#include "crawler/frontier/scope.h"
#include "crawler/messages.h"
#include "parser/url.h"

namespace spinneret {

// What the robots.txt of an origin came to.
struct TracedRobots {
  std::string origin;
  std::vector<RobotsReport> reports;  // more than one after redirects; empty: known from an earlier hop
  RobotsState state = RobotsState::kUnknown;
  std::string detail;  // of kUnreachable and kPrivateAddress: why
  // Of kRules: the rule that decides about the hop's URL. Line 0: none does.
  bool allowed = true;
  std::size_t line = 0;
  std::string rule;
  std::optional<std::chrono::milliseconds> crawl_delay;
};

// One URL on the way from the one asked for to the page.
struct TracedHop {
  std::string url;  // as it is requested
  std::string key;  // canonical
  AdmissionCode admission = AdmissionCode::kAdmitted;
  std::string admission_detail;
  std::optional<TracedRobots> robots;  // none: ignored, or not admitted
  std::optional<PageReport> report;    // none: not asked
};

enum class TraceEnd : std::uint8_t {
  kFetched,           // a response that is no redirect, whatever its status
  kFailed,            // the last hop's report has the error
  kRefused,           // the last hop's admission says why
  kRobots,            // its robots.txt forbids it, or could not be had
  kTooManyRedirects,  // over the limit, or in a circle
};

struct FetchTrace {
  std::vector<TracedHop> hops;  // at least one
  TraceEnd end = TraceEnd::kFailed;
  bool circle = false;  // of kTooManyRedirects
  std::string body;     // of the last hop, decoded from its transfer's encodings
  // How the links of the last hop's page would be judged, in their order.
  std::vector<AdmissionCode> link_admissions;
};

Result<FetchTrace> TraceFetch(const CrawlOptions& options, const Url& url);

}  // namespace spinneret
