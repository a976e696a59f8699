// Frontier: how an attempt ends: an outcome, or another attempt.
#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {

void Frontier::Close(UrlHandle url, Host& host, const OutcomeRow& row) {
  store_.AddOutcome(row);
  redirects_.erase(url.value);
  refreshes_.erase(url.value);
  known_.Clear(url, UrlFlag::kFetched);
  Settle(url, host);
  CountVerdict(url, host, row.kind);
}

void Frontier::Settle(UrlHandle url, Host& host) {
  SPINNERET_CHECK(!known_.Has(url, UrlFlag::kDone), "a URL has one outcome");
  known_.Set(url, UrlFlag::kDone);
  known_.Clear(url, UrlFlag::kRevisit);
  attempts_.erase(url.value);
  tries_before_.erase(url.value);
  --host.urls_out;
  --host.pending;
  active_hosts_ -= host.pending == 0 ? 1 : 0;
  --totals_.urls_out;
  --totals_.pending;
}

void Frontier::CountVerdict(UrlHandle url, Host& host, OutcomeKind kind) {
  const bool seed = known_.Has(url, UrlFlag::kSeed);
  switch (kind) {
    case OutcomeKind::kFetched:
      known_.Set(url, UrlFlag::kFetched);
      ++host.pages;
      ++totals_.pages;
      totals_.seeds_fetched += seed ? 1 : 0;
      if (!seed && known_.Has(url, UrlFlag::kSeedChain)) {
        WidenTo(url);
      }
      break;
    case OutcomeKind::kRedirected:
      ++totals_.redirects;
      totals_.seeds_fetched += seed ? 1 : 0;
      break;
    case OutcomeKind::kFailed:
      ++host.pages;
      ++totals_.pages;
      ++totals_.failed;
      break;
    case OutcomeKind::kSkipped:
      ++totals_.skipped;
      break;
  }
}

void Frontier::Fetched(UrlHandle url, Host& host, UrlHandle refresh) {
  const bool counted = IsRevisit(url);  // by the trap watch, when the store was loaded
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kFetched;
  row.has_fetch = true;
  row.redirect_to = refresh;
  Close(url, host, row);
  if (refresh) {
    refreshes_.insert_or_assign(url.value, refresh);
  }
  if (page_.url == url && !counted) {
    traps_.Fetched(page_.place, page_.content, page_.text);
  }
}

void Frontier::Redirected(UrlHandle url, Host& host, const RedirectTarget& target) {
  const std::uint32_t earlier = IsRevisit(url) ? attempts(url) : 0;
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kRedirected;
  row.has_fetch = true;
  row.reason = target.refused;
  row.redirect_to = target.url;
  Close(url, host, row);
  redirects_.insert_or_assign(url.value, target.url);
  if (earlier > 0) {
    // Where it is reopened, they go on counting.
    attempts_.insert_or_assign(url.value, earlier);
    tries_before_.insert_or_assign(url.value, earlier);
  }
}

void Frontier::Failed(UrlHandle url, Host& host, ErrorCode error, std::string_view detail) {
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kFailed;
  row.has_fetch = true;
  row.reason = ErrorName(error);
  row.detail = detail;
  Close(url, host, row);
}

void Frontier::Skipped(UrlHandle url, Host& host, std::string_view reason, std::string_view detail) {
  if (IsRevisit(url)) {
    // What was allowed then is kept; a visit that was not made says nothing of the page.
    const Revisit before = store_.GetRevisit(url);
    store_.EndRevisit(url, before);
    totals_.unasked += before.kind == OutcomeKind::kSkipped ? 0 : 1;
    Kept(url, host, before.kind);
    return;
  }
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kSkipped;
  row.reason = reason;
  row.detail = detail;
  Close(url, host, row);
}

void Frontier::Kept(UrlHandle url, Host& host, OutcomeKind kind) {
  Settle(url, host);
  CountVerdict(url, host, kind);
}

void Frontier::RetryLater(UrlHandle url, Host& host, std::chrono::milliseconds delay) {
  ++attempts_[url.value];
  --host.urls_out;
  --totals_.urls_out;
  retries_.push(Retry{clock_.Now() + delay, host.index, url});
}

void Frontier::RetryPinned(UrlHandle url, Host& host, std::uint32_t worker) {
  ++attempts_[url.value];
  --host.urls_out;
  --totals_.urls_out;
  host.pinned.emplace_back(url, worker);
}

void Frontier::Returned(UrlHandle url, Host& host) {
  --host.urls_out;
  --totals_.urls_out;
  host.waiting.PushFront(url);
}

void Frontier::Reopen(UrlHandle url, std::uint32_t worker) {
  if (!known_.Has(url, UrlFlag::kDone)) {
    return;  // it is on its way already
  }
  store_.RemoveOutcome(url);
  known_.Clear(url, UrlFlag::kDone);
  redirects_.erase(url.value);
  --totals_.redirects;
  ++attempts_[url.value];
  WithTexts({url}, [this, worker](UrlHandle handle, const Url& parsed) {
    const std::string name = parsed.host_key_text();
    Host& host = HostFor(keys_.Host(name), name);
    CountPending(host);
    host.pinned.emplace_back(handle, worker);
    hosts_.Reconsider(host);
  });
}

std::uint32_t Frontier::attempts(UrlHandle url) const {
  const auto it = attempts_.find(url.value);
  return it == attempts_.end() ? 0 : it->second;
}

std::uint32_t Frontier::tries(UrlHandle url) const {
  const auto before = tries_before_.find(url.value);
  return attempts(url) - (before == tries_before_.end() ? 0 : before->second);
}

bool Frontier::OnlyHostLimitsLeft() {
  return totals_.pending > 0 && totals_.urls_out == 0 && reads_out_ == 0 && retries_.empty() &&
         robots_retries_.empty() && sitemap_retries_.empty() && !rules_.any_returning() && !hosts_.NextReady();
}

void Frontier::SkipBeyondHostLimits() {
  const std::string detail = fmt::format("--host-limit {}", settings_.host_limit);
  for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_.At(i);
    for (const auto& [url, worker] : host.pinned) {
      host.waiting.PushBack(url);
    }
    host.pinned.clear();
    while (!host.waiting.empty() && hosts_.Allowance(host) == 0) {
      const UrlHandle url = host.waiting.PopFront();
      ++host.urls_out;
      ++totals_.urls_out;
      Skipped(url, host, "limit", detail);
    }
  }
}

}  // namespace spinneret
