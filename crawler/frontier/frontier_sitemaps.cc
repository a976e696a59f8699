// Frontier: sitemaps and what they list.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {
namespace {

// A robots.txt may be 500 KiB long; nobody has that many sitemaps without an index.
constexpr std::size_t kMaxFromOneRobotsTxt = 1000;
constexpr std::size_t kMaxTroubles = 8;
std::string TroubleOf(const Frontier::SitemapAnswer& answer) {
  if (answer.result.error) {
    return fmt::format("{}: {}", ErrorName(*answer.result.error), answer.error_detail);
  }
  return fmt::format("status {}", answer.result.status);
}

}  // namespace

Result<void> Frontier::LoadSitemaps() {
  loading_ranks_ = {};
  std::vector<SitemapJob> open;
  if (Result<void> loaded = sitemaps_.Load(reopen_failed_, [&open](SitemapJob job) { open.push_back(std::move(job)); });
      !loaded) {
    return loaded;
  }
  for (SitemapJob& job : open) {
    QueueSitemap(std::move(job));
  }
  // A robots.txt that is known is not fetched again; it may have been read right before the crawl was killed.
  const std::vector<std::string> origins(sitemap_origins_.begin(), sitemap_origins_.end());
  for (const std::string& origin : origins) {
    if (const std::optional<Url> url = Url::Parse(origin)) {
      AskSitemapsOf(*url);
    }
  }
  return {};
}

std::uint8_t Frontier::RankAtLoad(const KnownUrl& row) const {
  if (row.via != Via::kSitemap) {
    return kUnranked;
  }
  const auto rank = loading_ranks_.find(row.handle.value);
  return rank == loading_ranks_.end() ? kDefaultRank : rank->second;
}

bool Frontier::AddSitemap(const Url& url) {
  std::optional<SitemapJob> job = sitemaps_.Add(std::string(url.WithoutSecrets().href_without_fragment()), 0);
  if (!job) {
    return false;
  }
  QueueSitemap(*std::move(job));
  return true;
}

void Frontier::AskSitemapsOf(const Url& url) {
  if (!settings_.sitemaps.from_robots) {
    return;
  }
  const std::string origin = url.origin();
  sitemap_origins_.insert(origin);
  if (Host* const host = hosts_.Find(keys_.Host(url.host_key_text()))) {
    NoteSitemaps(origin, host->RobotsOf(url.scheme() == "https"));
  }
}

void Frontier::NoteSitemaps(const std::string& origin, const OriginRobots& robots) {
  if (!settings_.sitemaps.from_robots || robots.state != RobotsState::kRules || !sitemap_origins_.contains(origin)) {
    return;
  }
  const std::optional<Url> base = Url::Parse(origin + "/robots.txt");
  std::size_t left = kMaxFromOneRobotsTxt;
  // A copy: queueing a sitemap may add a host, and `robots` belongs to one.
  const std::vector<std::string> named = robots.rules.sitemaps();
  for (const std::string& text : named) {
    const std::optional<Url> url = Url::Parse(text, base ? &*base : nullptr);
    if (left-- == 0) {
      store_.AddEvent(EventRow{
          clock_.WallTimeMs(), "sitemap_trouble",
          fmt::format("{}/robots.txt: more than {} sitemaps; the others are left out", origin, kMaxFromOneRobotsTxt)});
      return;
    }
    if (url && url->is_http()) {
      AddSitemap(*url);
    }
  }
}

void Frontier::QueueSitemap(SitemapJob job) {
  const std::optional<Url> url = Url::Parse(job.url);
  SPINNERET_CHECK(url.has_value(), "sitemap jobs hold serialised URLs");
  const std::string name = url->host_key_text();
  Host& host = HostFor(keys_.Host(name), name);
  job.send_credentials = seed_origins_.contains(url->origin());
  if (host.sitemap_jobs == nullptr) {
    host.sitemap_jobs = std::make_unique<std::deque<SitemapJob>>();
  }
  host.sitemap_jobs->push_back(std::move(job));
  hosts_.Reconsider(host);
}

void Frontier::PutBackSitemap(SitemapJob job, Host& host) {
  if (host.sitemap_jobs == nullptr) {
    host.sitemap_jobs = std::make_unique<std::deque<SitemapJob>>();
  }
  host.sitemap_jobs->push_front(std::move(job));
}

bool Frontier::FillWithSitemap(Host& host, UrlBatch& batch) {
  while (host.sitemap_jobs != nullptr) {
    SitemapJob job = std::move(host.sitemap_jobs->front());
    host.sitemap_jobs->pop_front();
    if (host.sitemap_jobs->empty()) {
      host.sitemap_jobs.reset();
    }
    const std::optional<Url> url = Url::Parse(job.url);
    SPINNERET_CHECK(url.has_value(), "sitemap jobs hold serialised URLs");
    const RobotsCheck check = CheckRobots(host, *url);
    switch (check.gate) {
      case RobotsGate::kOpen:
        batch.sitemap = std::move(job);
        return true;
      case RobotsGate::kWait:
        PutBackSitemap(std::move(job), host);
        if (host.robots_jobs.empty()) {
          return false;
        }
        batch.robots = std::move(host.robots_jobs.front());
        host.robots_jobs.erase(host.robots_jobs.begin());
        return true;
      case RobotsGate::kSkipped:
        EndSitemap(job, check.reason == "robots_unreachable" ? SitemapState::kFailed : SitemapState::kRefused, {},
                   fmt::format("{}: {}", check.reason, check.detail));
        break;
    }
  }
  return false;
}

void Frontier::AddListings(const SitemapJob& job, SitemapType type, const std::vector<SitemapListing>& listings) {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "the frontier belongs to one thread");
  Path path;
  path.via = Via::kSitemap;
  if (settings_.max_depth) {
    path.hops_left = static_cast<std::int16_t>(std::min<std::uint32_t>(*settings_.max_depth, kUnlimitedHops - 1));
  }
  for (const SitemapListing& listing : listings) {
    if (type == SitemapType::kIndex) {
      AddIndexed(job, listing);
      continue;
    }
    const Discovery target{listing.fingerprint, listing.host_key, listing.host, listing.href, {}};
    UrlHandle url = FindTarget(target);
    if (url) {
      LowerRedirectHops(url, 0);
      Relax(url, 0, path.hops_left);
    } else {
      const std::optional<Url> parsed = Url::Parse(listing.href);
      SPINNERET_CHECK(parsed.has_value(), "a worker reports serialised URLs, and these parse");
      path.rank = listing.priority ? static_cast<std::uint8_t>(std::lround(*listing.priority * 10)) : kDefaultRank;
      url = Register(target, *parsed, path);
    }
    SitemapUrlRow row;
    row.url = url;
    row.sitemap = job.id;
    row.lastmod = listing.lastmod;
    row.lastmod_ms = listing.lastmod_ms;
    row.changefreq = listing.changefreq;
    row.priority = listing.priority;
    store_.AddSitemapUrl(row);
  }
}

void Frontier::AddIndexed(const SitemapJob& index, const SitemapListing& listing) {
  const std::optional<Url> url = Url::Parse(listing.href);
  const std::optional<Url> index_url = Url::Parse(index.url);
  SPINNERET_CHECK(url.has_value() && index_url.has_value(), "what is reported and what is asked are serialised URLs");
  std::optional<SitemapJob> job = sitemaps_.Add(listing.href, index.id);
  if (!job) {
    return;
  }
  // An index speaks for its own site. Elsewhere it could make the crawl ask hosts that nobody has named.
  if (url->host() != index_url->host() && !seed_origins_.contains(url->origin()) &&
      !sitemap_origins_.contains(url->origin())) {
    EndSitemap(*job, SitemapState::kRefused, {}, "on another host than the index that names it");
    return;
  }
  QueueSitemap(*std::move(job));
}

void Frontier::TakeSitemap(const SitemapJob& job, const SitemapAnswer& answer) {
  const SitemapDecision decision = DecideSitemap(answer.result, answer.location.has_value(), job, settings_.retries);
  switch (decision.step) {
    case SitemapStep::kRetry: {
      SitemapJob again = job;
      ++again.attempt;
      sitemap_retries_.emplace(clock_.Now() + decision.delay, std::move(again));
      return;
    }
    case SitemapStep::kFollow: {
      SitemapJob next = job;
      next.url = std::string(answer.location->href);
      ++next.redirects;
      next.attempt = 1;
      QueueSitemap(std::move(next));
      return;
    }
    case SitemapStep::kFail:
      EndSitemap(job, SitemapState::kFailed, answer, TroubleOf(answer));
      return;
    case SitemapStep::kRead:
      break;
  }
  const SitemapEnd& end = answer.end;
  if (!end.error.empty()) {
    EndSitemap(job, end.entries > 0 ? SitemapState::kRead : SitemapState::kFailed, answer, end.error);
  } else if (end.cut != SitemapCut::kNone) {
    EndSitemap(job, SitemapState::kRead, answer,
               end.cut == SitemapCut::kEntries ? "cut: it lists more than 50000 URLs" : "cut: it is larger than 50 MB");
  } else {
    EndSitemap(job, SitemapState::kRead, answer, {});
  }
}

void Frontier::EndSitemap(const SitemapJob& job, SitemapState state, const SitemapAnswer& answer,
                          std::string_view trouble) {
  SitemapEndRow row;
  row.id = job.id;
  row.state = state;
  row.at_ms = clock_.WallTimeMs();
  row.status = answer.result.status;
  row.type = SitemapTypeName(answer.end.type);
  row.entries = answer.end.entries - std::min(answer.too_old, answer.end.entries);
  row.detail = trouble;
  sitemaps_.End(row);
  if (!trouble.empty()) {
    const std::string line = fmt::format("{}: {}", job.url, trouble);
    store_.AddEvent(EventRow{row.at_ms, "sitemap_trouble", line});
    if (sitemap_troubles_.size() < kMaxTroubles) {
      sitemap_troubles_.push_back(line);
    }
  }
}

void Frontier::SitemapReturned(const SitemapJob& job, Host& asked) {
  PutBackSitemap(job, asked);
  hosts_.Reconsider(asked);
}

void Frontier::SitemapLost(SitemapJob job, Host& asked) {
  if (job.attempt <= settings_.retries + 1) {
    SitemapReturned(job, asked);
    return;
  }
  SitemapAnswer answer;
  answer.result.error = ErrorCode::kPoison;
  answer.error_detail = "workers died while they had it";
  EndSitemap(job, SitemapState::kFailed, answer, TroubleOf(answer));
}

}  // namespace spinneret
