#include "crawler/frontier/retry_policy.h"

#include <algorithm>

namespace spinneret {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDelay = std::chrono::minutes(5);
constexpr std::chrono::seconds kLongestRetryAfter = std::chrono::hours(1);

struct ErrorRow {
  ErrorCode code;
  milliseconds first_delay;
  bool whole_host;
};
// What is not here is not tried again: the same request would end the same way.
constexpr ErrorRow kErrors[] = {
    {ErrorCode::kDns, milliseconds(1000), true},    {ErrorCode::kConnect, milliseconds(1000), true},
    {ErrorCode::kReset, milliseconds(500), false},  {ErrorCode::kTimeout, milliseconds(1000), true},
    {ErrorCode::kDecode, milliseconds(500), false},
};

struct StatusRow {
  int status;
  milliseconds first_delay;
  bool whole_host;
};
constexpr StatusRow kStatuses[] = {
    {408, milliseconds(500), false},  {429, milliseconds(5000), true},  {500, milliseconds(1000), false},
    {502, milliseconds(1000), false}, {503, milliseconds(1000), false}, {504, milliseconds(1000), false},
};

struct Row {
  milliseconds first_delay;
  bool whole_host;
};

std::optional<Row> FindRow(const AttemptResult& result) {
  if (result.error) {
    for (const ErrorRow& row : kErrors) {
      if (row.code == *result.error) {
        return Row{row.first_delay, row.whole_host};
      }
    }
    return std::nullopt;
  }
  for (const StatusRow& row : kStatuses) {
    if (row.status == result.status) {
      // A server that says when to come back speaks for the whole host.
      return Row{row.first_delay, row.whole_host || result.retry_after.has_value()};
    }
  }
  return std::nullopt;
}

}  // namespace

RetryDecision DecideRetry(const AttemptResult& result, std::uint32_t attempt, std::uint32_t retries) {
  const std::optional<Row> row = FindRow(result);
  if (!row) {
    return {};
  }
  const std::uint32_t doublings = std::min<std::uint32_t>(attempt - 1, 16);
  milliseconds delay = std::min(kLongestDelay, row->first_delay * (1U << doublings));
  if (result.retry_after) {
    delay = std::min(*result.retry_after, kLongestRetryAfter);
  }
  RetryDecision decision;
  decision.retry = attempt <= retries;
  decision.delay = delay;
  decision.host_delay = row->whole_host ? delay : milliseconds(0);
  return decision;
}

bool ConcernsWholeHost(const AttemptResult& result) {
  const std::optional<Row> row = FindRow(result);
  return row && row->whole_host;
}

}  // namespace spinneret
