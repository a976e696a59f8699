// Frontier: what is asked next, and whether robots.txt lets it.
#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {
namespace {

// A batch of a host with a delay is at most this much waiting, so that little is lost or late when plans change.
constexpr std::chrono::milliseconds kBatchSpan{250};
constexpr std::chrono::milliseconds kLongestAdaptiveDelay{60'000};
constexpr int kAdaptiveFactor = 2;

std::string RobotsUrl(const Url& url) {
  return url.origin() + "/robots.txt";
}

}  // namespace

void Frontier::WakeRetries(SteadyTime now) {
  while (!retries_.empty() && retries_.top().at <= now) {
    const Retry retry = retries_.top();
    retries_.pop();
    Host& host = hosts_.At(retry.host);
    host.waiting.PushFront(retry.url);
    hosts_.Reconsider(host);
  }
  while (!robots_retries_.empty() && robots_retries_.begin()->first <= now) {
    RobotsJob job = std::move(robots_retries_.begin()->second);
    robots_retries_.erase(robots_retries_.begin());
    const std::optional<Url> url = Url::Parse(job.url);
    SPINNERET_CHECK(url.has_value(), "robots jobs hold serialised URLs");
    const std::string name = url->host_key_text();
    if (const HostKey key = keys_.Host(name); !Mine(key)) {
      ForwardRobots(std::move(job), key, name);
      continue;
    }
    Host& host = HostFor(keys_.Host(name), name);
    host.robots_jobs.push_back(std::move(job));
    hosts_.Reconsider(host);
  }
  while (!sitemap_retries_.empty() && sitemap_retries_.begin()->first <= now) {
    SitemapJob job = std::move(sitemap_retries_.begin()->second);
    sitemap_retries_.erase(sitemap_retries_.begin());
    QueueSitemap(std::move(job));
  }
}

std::optional<SteadyTime> Frontier::NextEvent() {
  std::optional<SteadyTime> next = hosts_.NextReady();
  const auto sooner = [&next](SteadyTime at) { next = next ? std::min(*next, at) : at; };
  if (!retries_.empty()) {
    sooner(retries_.top().at);
  }
  if (!robots_retries_.empty()) {
    sooner(robots_retries_.begin()->first);
  }
  if (!sitemap_retries_.empty()) {
    sooner(sitemap_retries_.begin()->first);
  }
  return next;
}

void Frontier::MakeBatch(Host& host, std::uint32_t most, BatchReady ready) {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "the frontier belongs to one thread");
  UrlBatch batch;
  batch.id = next_batch_++;
  batch.host_index = host.index;
  batch.delay = hosts_.DelayOf(host);
  batch.connections = batch.delay.count() > 0 ? settings_.delayed_connections : split_.connections;
  batch.not_before = host.not_before;
  ++host.batches_out;
  if (!host.robots_jobs.empty()) {
    batch.robots = TakeRobotsJob(host);
    hosts_.Reconsider(host);
    ready(std::move(batch));
    return;
  }
  if (host.sitemap_jobs != nullptr && FillWithSitemap(host, batch)) {
    hosts_.Reconsider(host);
    ready(std::move(batch));
    return;
  }
  std::vector<UrlHandle> urls;
  if (!host.pinned.empty()) {
    urls.push_back(host.pinned.back().first);
    batch.worker = host.pinned.back().second;
    host.pinned.pop_back();
  } else {
    std::uint64_t count = std::min<std::uint64_t>(split_.largest_batch, host.waiting.size());
    if (batch.delay.count() > 0) {
      count = std::min<std::uint64_t>(count, static_cast<std::uint64_t>(std::max<std::int64_t>(
                                                 settings_.delayed_connections, kBatchSpan / batch.delay)));
    } else {
      // A short queue is cut so that every worker gets some of it.
      count = std::min(count, std::max<std::uint64_t>(1, host.waiting.size() / split_.batches));
    }
    count = std::min<std::uint64_t>({count, most, hosts_.Allowance(host)});
    for (std::uint64_t i = 0; i < count; ++i) {
      urls.push_back(host.waiting.PopFront());
    }
  }
  host.urls_out += static_cast<std::uint32_t>(urls.size());
  totals_.urls_out += urls.size();
  hosts_.Reconsider(host);
  ++reads_out_;
  const std::span<const UrlHandle> view = urls;
  store_.ReadUrls(view, [this, index = host.index, batch = std::move(batch), urls,
                         ready = std::move(ready)](Result<std::vector<std::string>> texts) mutable {
    --reads_out_;
    if (!texts) {
      failure_ = texts.error();
      ready(std::move(texts).error());
      return;
    }
    Host& its_host = hosts_.At(index);
    FillBatch(its_host, batch, urls, std::move(*texts));
    if (batch.empty()) {
      --its_host.batches_out;
    }
    batch.more = batch.robots || !its_host.waiting.empty() || !its_host.robots_jobs.empty();
    hosts_.Reconsider(its_host);
    ready(std::move(batch));
  });
}

void Frontier::FillBatch(Host& host, UrlBatch& batch, const std::vector<UrlHandle>& urls,
                         std::vector<std::string> texts) {
  std::vector<UrlHandle> waiting;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const std::optional<Url> url = Url::Parse(texts[i]);
    SPINNERET_CHECK(url.has_value(), "the store holds serialised URLs, and these parse");
    if (HideIfRuled(urls[i], host, texts[i]) || DelayIfTrapped(urls[i], host, texts[i])) {
      continue;
    }
    switch (PassRobots(host, urls[i], *url)) {
      case RobotsGate::kOpen:
        batch.urls.push_back(FetchJob{urls[i], std::move(texts[i]), attempts(urls[i]) + 1, tries(urls[i]) + 1,
                                      seed_origins_.contains(url->origin()),
                                      IsRevisit(urls[i]) ? ValidatorsOf(store_.GetRevisit(urls[i])) : Validators()});
        break;
      case RobotsGate::kWait:
        waiting.push_back(urls[i]);
        break;
      case RobotsGate::kSkipped:
        break;
    }
  }
  for (auto it = waiting.rbegin(); it != waiting.rend(); ++it) {
    Returned(*it, host);
  }
  if (batch.urls.empty() && !host.robots_jobs.empty()) {
    batch.robots = TakeRobotsJob(host);
  }
}

RobotsJob Frontier::TakeRobotsJob(Host& host) {
  RobotsJob job = std::move(host.robots_jobs.front());
  host.robots_jobs.erase(host.robots_jobs.begin());
  const std::optional<Url> url = Url::Parse(job.url);
  job.send_certificate = url && seed_origins_.contains(url->origin());
  return job;
}

Frontier::RobotsGate Frontier::PassRobots(Host& host, UrlHandle handle, const Url& url) {
  const RobotsCheck check = CheckRobots(host, url);
  if (check.gate == RobotsGate::kSkipped) {
    Skipped(handle, host, check.reason, check.detail);
  }
  return check.gate;
}

Frontier::RobotsCheck Frontier::CheckRobots(Host& host, const Url& url) {
  if (!settings_.obey_robots) {
    return {};
  }
  OriginRobots& robots = host.RobotsOf(url.scheme() == "https");
  const bool cached = robots.state == RobotsState::kRules || robots.state == RobotsState::kAllowAll;
  if (cached && robots.expires_at_ms <= clock_.WallTimeMs()) {
    robots.state = RobotsState::kUnknown;
  }
  switch (robots.state) {
    case RobotsState::kUnknown:
      robots.state = RobotsState::kAsked;
      ++host.robots_asked;
      host.robots_jobs.push_back(RobotsJob{url.origin(), host.key, RobotsUrl(url)});
      return {RobotsGate::kWait};
    case RobotsState::kAsked:
      return {RobotsGate::kWait};
    case RobotsState::kAllowAll:
      return {};
    case RobotsState::kUnreachable:
      return {RobotsGate::kSkipped, "robots_unreachable", robots.detail};
    case RobotsState::kPrivateAddress:
      return {RobotsGate::kSkipped, "private_address", robots.detail};
    case RobotsState::kRules:
      break;
  }
  const RobotsVerdict verdict = robots.rules.Check(url.path_and_query());
  if (verdict.allowed) {
    return {};
  }
  return {RobotsGate::kSkipped, "robots", fmt::format("line {}: {}", verdict.line, verdict.rule)};
}

void Frontier::TakeRobots(const RobotsJob& job, RobotsAnswer answer) {
  const RobotsDecision decision = DecideRobots(answer.result, answer.location.has_value(), job, settings_.retries);
  if (decision.step == RobotsStep::kRetry) {
    RobotsJob again = job;
    ++again.attempt;
    robots_retries_.emplace(clock_.Now() + decision.delay, std::move(again));
    return;
  }
  if (decision.step == RobotsStep::kFollow) {
    RobotsJob next = job;
    next.url = std::string(answer.location->href);
    ++next.redirects;
    next.attempt = 1;
    if (!Mine(answer.location->host_key)) {
      ForwardRobots(std::move(next), answer.location->host_key, answer.location->host);
      return;
    }
    Host& target = HostFor(answer.location->host_key, answer.location->host);
    target.robots_jobs.push_back(std::move(next));
    hosts_.Reconsider(target);
    return;
  }
  if (!Mine(job.origin_host)) {
    ForwardRobotsAnswer(job, answer);
    return;
  }
  Host* host = hosts_.Find(job.origin_host);
  SPINNERET_CHECK(host != nullptr, "a robots job names a known host");
  OriginRobots& robots = host->RobotsOf(job.origin.starts_with("https:"));
  const std::int64_t now = clock_.WallTimeMs();
  std::string_view word;  // of the row, where the state's own does not say it
  switch (decision.step) {
    case RobotsStep::kRetry:
    case RobotsStep::kFollow:
      break;
    case RobotsStep::kUseRules:
      robots.Keep(RobotsState::kRules, std::move(answer.rules), now, answer.lifetime);
      break;
    case RobotsStep::kAllowAll:
      robots.Keep(RobotsState::kAllowAll, RobotsTxt(), now, answer.lifetime);
      break;
    case RobotsStep::kUnreachable:
      robots.detail = answer.result.error ? fmt::format("{}: {}", ErrorName(*answer.result.error), answer.error_detail)
                                          : fmt::format("status {}", answer.result.status);
      if (robots.Recall(now)) {
        word = kStaleRobots;
      } else {
        robots.state = RobotsState::kUnreachable;
      }
      break;
    case RobotsStep::kPrivateAddress:
      robots.state = RobotsState::kPrivateAddress;
      robots.detail = std::string(answer.error_detail);
      break;
  }
  host->UpdateCrawlDelay();
  RobotsRow row;
  row.host = host->key;
  row.origin = job.origin;
  row.fetched_at_ms = now;
  row.expires_at_ms = robots.expires_at_ms;
  row.status = answer.result.status;
  row.state = word.empty() ? RobotsStateName(robots.state) : word;
  row.error = answer.result.error ? ErrorName(*answer.result.error) : std::string_view();
  row.body = decision.step == RobotsStep::kUseRules ? answer.body : std::string_view();
  row.crawl_delay_ms = host->crawl_delay.count();
  store_.SaveRobots(row);
  // A longer delay than was known when the host was last asked holds from that moment.
  host->not_before = std::max(host->not_before, host->last_end + hosts_.DelayOf(*host));
  --host->robots_asked;
  hosts_.Reconsider(*host);
  NoteSitemaps(job.origin, robots);
}

void Frontier::RobotsReturned(const RobotsJob& job, Host& asked) {
  asked.robots_jobs.push_back(job);
}

void Frontier::RobotsLost(RobotsJob job, Host& asked) {
  if (job.attempt <= settings_.retries + 1) {
    RobotsReturned(job, asked);
    return;
  }
  RobotsAnswer answer;
  answer.result.error = ErrorCode::kPoison;
  answer.error_detail = "workers died while they had it";
  TakeRobots(job, std::move(answer));
}

void Frontier::BatchEnded(Host& host, std::uint32_t worker, const BatchEnd& end) {
  --host.batches_out;
  host.last_worker = worker;
  host.latency = end.latency.count() > 0 ? end.latency : host.latency;
  if (settings_.adaptive_delay && settings_.host_delay.count() > 0 && end.latency.count() > 0) {
    host.adaptive_delay = std::min(kAdaptiveFactor * end.latency, kLongestAdaptiveDelay);
  }
  if (end.ended_at) {
    const auto delay = std::max(hosts_.DelayOf(host), end.host_delay);
    host.last_end = std::max(host.last_end, *end.ended_at);
    if (end.host_delay > hosts_.DelayOf(host)) {
      // A rest that a server asked for outlives this process.
      store_.SetState(RestKey(host.name), fmt::format("{}", clock_.WallTimeMs() + end.host_delay.count()));
    }
    host.not_before = std::max(host.not_before, *end.ended_at + delay);
  }
  hosts_.Reconsider(host);
}

}  // namespace spinneret
