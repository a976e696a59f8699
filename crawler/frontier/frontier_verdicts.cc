// Frontier: how an attempt ends: an outcome, or another attempt.
#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {

void Frontier::Close(UrlHandle url, Host& host, const OutcomeRow& row) {
  SPINNERET_CHECK(!known_.Has(url, UrlFlag::kDone), "a URL has one outcome");
  store_.AddOutcome(row);
  known_.Set(url, UrlFlag::kDone);
  attempts_.erase(url.value);
  --host.urls_out;
  --host.pending;
  active_hosts_ -= host.pending == 0 ? 1 : 0;
  --totals_.urls_out;
  --totals_.pending;
}

void Frontier::Fetched(UrlHandle url, Host& host, UrlHandle refresh) {
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kFetched;
  row.has_fetch = true;
  row.redirect_to = refresh;
  Close(url, host, row);
  if (refresh) {
    refreshes_.insert_or_assign(url.value, refresh);
  }
  known_.Set(url, UrlFlag::kFetched);
  if (page_.url == url) {
    traps_.Fetched(page_.place, page_.content, page_.text);
  }
  ++host.pages;
  ++totals_.pages;
  const bool seed = known_.Has(url, UrlFlag::kSeed);
  if (seed) {
    ++totals_.seeds_fetched;
  } else if (known_.Has(url, UrlFlag::kSeedChain)) {
    WidenTo(url);
  }
}

void Frontier::Redirected(UrlHandle url, Host& host, const RedirectTarget& target) {
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kRedirected;
  row.has_fetch = true;
  row.reason = target.refused;
  row.redirect_to = target.url;
  Close(url, host, row);
  redirects_.insert_or_assign(url.value, target.url);
  ++totals_.redirects;
  if (known_.Has(url, UrlFlag::kSeed)) {
    ++totals_.seeds_fetched;
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
  ++host.pages;
  ++totals_.pages;
  ++totals_.failed;
}

void Frontier::Skipped(UrlHandle url, Host& host, std::string_view reason, std::string_view detail) {
  OutcomeRow row;
  row.url = url;
  row.kind = OutcomeKind::kSkipped;
  row.reason = reason;
  row.detail = detail;
  Close(url, host, row);
  ++totals_.skipped;
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
         robots_retries_.empty() && sitemap_retries_.empty() && !hosts_.NextReady();
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
