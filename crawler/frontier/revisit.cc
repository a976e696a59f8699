#include "crawler/frontier/revisit.h"

#include <algorithm>

namespace spinneret {
namespace {

constexpr std::size_t kLongestValidator = 1024;  // a server that sends more may not take it back

// field-value of RFC 9110 section 5.5, without what was not UTF-8 and is lost.
bool IsFieldValue(std::string_view text) {
  return text.size() <= kLongestValidator && text.find("\xEF\xBF\xBD") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
         });
}

bool IsGone(int status) {
  return status == 404 || status == 410;
}

// What may pass: the retry table's failures, and every way to get no answer but that of a page nobody can read.
bool FailedForNow(const AttemptResult& result) {
  return result.error ? *result.error != ErrorCode::kPoison : DecideRetry(result, /*attempt=*/1, /*retries=*/1).retry;
}

bool HadAnswer(const Revisit& before) {
  return (before.kind == OutcomeKind::kFetched || before.kind == OutcomeKind::kRedirected) &&
         !FailedForNow({.error = {}, .status = before.status, .retry_after = {}});
}

}  // namespace

Validators ValidatorsOf(const Revisit& before) {
  // A body that was cut at --max-body is cut there again; one that broke off is wanted whole.
  const bool whole = before.truncated.empty() || before.truncated == TruncationName(Truncation::kLength);
  Validators validators;
  if (before.kind == OutcomeKind::kFetched && before.status == 200 && whole) {
    validators.etag = IsFieldValue(before.etag) ? before.etag : std::string();
    validators.last_modified = IsFieldValue(before.last_modified) ? before.last_modified : std::string();
  }
  return validators;
}

VisitFinding FindingOf(const Revisit& before, const VisitAnswer& answer) {
  if (answer.not_modified) {
    return VisitFinding::kUnchanged;
  }
  if (before.visits == 0) {
    return VisitFinding::kNew;
  }
  if (FailedForNow(answer.result) && HadAnswer(before)) {
    return VisitFinding::kFailed;
  }
  if (IsGone(answer.result.status) && !IsGone(before.status)) {
    return VisitFinding::kGone;
  }
  const bool same = answer.kind == before.kind && answer.result.status == before.status &&
                    answer.digest == before.digest &&
                    (answer.kind != OutcomeKind::kRedirected || answer.redirect_to == before.redirect_to);
  return same ? VisitFinding::kUnchanged : VisitFinding::kChanged;
}

Revisit AfterVisit(const Revisit& before, VisitFinding finding, std::int64_t at_ms) {
  Revisit after = before;
  if (finding == VisitFinding::kFailed) {
    ++after.failures;
    return after;
  }
  const std::int64_t waited = at_ms - before.checked_at_ms;
  after.failures = 0;
  after.checked_at_ms = at_ms;
  ++after.visits;
  switch (finding) {
    case VisitFinding::kUnchanged:
      if (waited >= before.interval_ms) {
        after.interval_ms = before.interval_ms + before.interval_ms / 2;
      }
      break;
    case VisitFinding::kChanged:
    case VisitFinding::kGone:
      ++after.changes;
      after.interval_ms = before.interval_ms / 2;
      break;
    case VisitFinding::kNew:
    case VisitFinding::kFailed:
      break;
  }
  after.interval_ms = std::clamp<std::int64_t>(after.interval_ms, kShortestInterval.count(), kLongestInterval.count());
  return after;
}

}  // namespace spinneret
