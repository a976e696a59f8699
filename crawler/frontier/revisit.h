// Revisits: what asking a page again found, and when it is due the next time.
//
// Rule     a page that was found changed is due after half the interval that it had, one that was not after one and a half
//          of it, from an hour to four weeks; the first is a day. A look before its time that finds nothing new says little,
//          and leaves the interval as it is.
// Source   the wait evaluator of Heritrix's AdaptiveRevisitFrontier (K. Sigurdsson, "Incremental crawling with Heritrix",
//          IWAW 2005): its first wait, bounds and growth. It divides by one and a half where a page changed; half of the
//          interval finds a page that changes often sooner. docs/refresh.md.
// Thread   pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/url_identity.h"
#include "crawler/frontier/retry_policy.h"
#include "storage/rows.h"

namespace spinneret {

inline constexpr std::chrono::milliseconds kFirstInterval = std::chrono::hours(24);
inline constexpr std::chrono::milliseconds kShortestInterval = std::chrono::hours(1);
inline constexpr std::chrono::milliseconds kLongestInterval = std::chrono::hours(24 * 28);

// What a request says of the copy that is stored, so that it need not be sent again (RFC 9110 sections 13.1.2, 13.1.3).
struct Validators {
  std::string etag;
  std::string last_modified;
  bool empty() const { return etag.empty() && last_modified.empty(); }
};
// Empty where the stored answer is no page that is whole, or came without; of what a server sent that would not do as a
// header's value, nothing is sent back.
Validators ValidatorsOf(const Revisit& before);

enum class VisitFinding : std::uint8_t {
  kUnchanged,
  kChanged,
  kGone,    // 404 or 410, and was there
  kNew,     // was never asked: robots.txt did not let it
  kFailed,  // for now, as far as can be told: the verdict that stands is better than this one
};

struct VisitAnswer {
  AttemptResult result;
  bool not_modified = false;  // 304 to a request with validators
  OutcomeKind kind = OutcomeKind::kFetched;
  std::string_view digest{};
  UrlHandle redirect_to{};
};

VisitFinding FindingOf(const Revisit& before, const VisitAnswer& answer);

// The counts and the interval after a visit whose request began at `at_ms`.
Revisit AfterVisit(const Revisit& before, VisitFinding finding, std::int64_t at_ms);

}  // namespace spinneret
