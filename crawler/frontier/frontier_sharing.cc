// Frontier: what agents that share a crawl tell each other.
#include <charconv>

#include <fmt/format.h>

#include "crawler/frontier/frontier.h"

namespace spinneret {
namespace {

// A robots.txt that another agent was asked to fetch is asked for again after this time, should that one have died.
constexpr std::chrono::seconds kRobotsPatience{60};

}  // namespace

// --- Told

UrlHandle Frontier::Forward(const Discovery& target, const Path& path) {
  UrlHandle url = known_.Find(target.fingerprint);
  if (url && !known_.Has(url, UrlFlag::kForeign)) {
    if (IsNewsOfOwn(url, path)) {
      TellPath(target, path);
    }
    return url;
  }
  if (!url) {
    url = shared_->IssueHandle(target.host_key, target.fingerprint);
    known_.Add(url, target.fingerprint, path.depth, kNoHops);
    known_.Set(url, UrlFlag::kForeign);
  }
  const bool told = known_.Has(url, UrlFlag::kForwarded);
  const bool followed = path.unfollowed.admitted();
  const auto hops = redirect_hops_.find(url.value);
  const bool standing = path.standing != Standing::kLink && !known_.Has(url, UrlFlag::kSeedChain);
  const bool news = !told || (followed && (known_.Has(url, UrlFlag::kNofollow) || standing ||
                                           path.hops_left > known_.hops_left(url) ||
                                           (hops != redirect_hops_.end() && path.redirect_hops < hops->second)));
  if (!news) {
    return url;
  }
  if (!told) {
    store_.AddHost(target.host_key, target.host);
  }
  known_.Set(url, UrlFlag::kForwarded);
  if (followed) {
    known_.Clear(url, UrlFlag::kNofollow);
    known_.SetPath(url, path.depth, std::max(path.hops_left, known_.hops_left(url)));
    if (hops == redirect_hops_.end() && !told) {
      redirect_hops_.emplace(url.value, path.redirect_hops);
    } else if (hops != redirect_hops_.end()) {
      hops->second = std::min(hops->second, path.redirect_hops);
    }
  } else {
    known_.Set(url, UrlFlag::kNofollow);
  }
  if (path.standing != Standing::kLink) {
    known_.Set(url, UrlFlag::kSeedChain);
  }
  TellPath(target, path);
  return url;
}

bool Frontier::IsNewsOfOwn(UrlHandle url, const Path& path) const {
  if (!path.unfollowed.admitted()) {
    return shared_->Uncommitted(url);
  }
  const auto hops = redirect_hops_.find(url.value);
  // What made it known here may be undone when what leads to it from there is not.
  return shared_->Uncommitted(url) || known_.Has(url, UrlFlag::kNofollow) || path.hops_left > known_.hops_left(url) ||
         (hops != redirect_hops_.end() && path.redirect_hops < hops->second) ||
         (path.standing != Standing::kLink && !known_.Has(url, UrlFlag::kSeedChain));
}

void Frontier::TellPath(const Discovery& target, const Path& path) {
  ForwardedRow row;
  row.host = target.host_key;
  row.fingerprint = target.fingerprint;
  row.url = target.href;
  row.depth = path.depth;
  row.hops_left = path.hops_left;
  row.parent = path.parent;
  row.via = path.via;
  row.redirect_hops = path.redirect_hops;
  row.standing = static_cast<std::uint8_t>(path.standing);
  row.unfollowed = path.unfollowed.code;
  row.detail = path.unfollowed.detail;
  row.tag = path.tag;
  shared_->Forward(row);
}

void Frontier::ForwardShorter(UrlHandle url, std::uint32_t depth, std::int16_t hops_left) {
  ForwardedRow row = shared_->NameOf(url);
  row.depth = depth;
  row.hops_left = hops_left;
  if (!shared_->Uncommitted(url)) {
    shared_->Forward(row);
    return;
  }
  // Its owner may come to know it by this alone.
  if (const auto hops = redirect_hops_.find(url.value); hops != redirect_hops_.end()) {
    row.via = Via::kRedirect;
    row.redirect_hops = hops->second;
  }
  WithTexts({url}, [this, row](UrlHandle, const Url& text) {
    ForwardedRow whole = row;
    whole.url = text.href_without_fragment();
    shared_->Forward(whole);
  });
}

void Frontier::ForwardRobots(RobotsJob job, HostKey host, std::string_view name) {
  store_.AddHost(host, name);
  ForwardedRow row;
  row.kind = ForwardedRow::Kind::kRobotsJob;
  row.host = host;
  row.url = job.url;
  row.detail = job.origin;
  row.depth = job.redirects;
  shared_->Forward(row);
  if (Mine(job.origin_host)) {
    robots_retries_.emplace(clock_.Now() + kRobotsPatience, std::move(job));
  }
}

void Frontier::ForwardRobotsAnswer(const RobotsJob& job, const RobotsAnswer& answer) {
  const std::string error =
      answer.result.error ? fmt::format("{}", static_cast<unsigned>(*answer.result.error)) : std::string();
  ForwardedRow row;
  row.kind = ForwardedRow::Kind::kRobotsAnswer;
  row.host = job.origin_host;
  row.url = job.origin;
  row.hops_left = static_cast<std::int16_t>(answer.result.status);
  row.depth = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(answer.lifetime).count());
  row.tag = error;
  row.detail = answer.error_detail;
  row.body = answer.body;
  shared_->Forward(row);
}

// --- Heard

Result<void> Frontier::LearnSeeds() {
  return shared_->LoadSeeds([this](std::string_view text) {
    if (const std::optional<Url> url = Url::Parse(text)) {
      scope_.Widen(*url);
      seed_origins_.insert(url->origin());
    }
  });
}

void Frontier::HearWidened(std::string_view text) {
  const std::optional<Url> url = Url::Parse(text);
  if (url && scope_.Widen(*url)) {
    widened_.push_back(url->host_key_text());
    RecheckAllHeld();
  }
}

Result<std::size_t> Frontier::TakeArrivals() {
  page_ = {};
  return shared_->TakeArrivals([this](const ForwardedRow& row) {
    if (row.kind == ForwardedRow::Kind::kPath) {
      Arrive(row);
    } else {
      ArriveRobots(row);
    }
  });
}

void Frontier::Arrive(const ForwardedRow& row) {
  depth_limited_ = depth_limited_ || row.hops_left != kUnlimitedHops;
  const std::optional<Url> url = Url::Parse(row.url);
  if (!url) {
    // A shorter path to what the owner knows already.
    const UrlHandle known = known_.Find(row.fingerprint);
    if (known && !known_.Has(known, UrlFlag::kForeign)) {
      Relax(known, row.depth, row.hops_left);
    }
    return;
  }
  const std::string host = url->host_key_text();
  const Discovery target{row.fingerprint, row.host, host, row.url, {}};
  Path path;
  path.depth = row.depth;
  path.hops_left = row.hops_left;
  path.parent = row.parent;
  path.via = row.via;
  path.redirect_hops = row.redirect_hops;
  path.standing = static_cast<Standing>(row.standing);
  path.tag = row.tag;
  path.unfollowed = Admission{row.unfollowed, row.detail};
  const UrlHandle known = known_.Find(row.fingerprint);
  switch (row.via) {
    case Via::kSeed:
      if (IsNew(known)) {
        TakeSeed(target, *url, path);
      } else {
        Relax(known, row.depth, row.hops_left);
      }
      break;
    case Via::kRedirect:
    case Via::kRefresh:
      TakeOnward(path, target, *url);
      break;
    case Via::kLink:
    case Via::kSitemap:
      TakeLink(target, path);
      break;
  }
}

void Frontier::ArriveRobots(const ForwardedRow& row) {
  const bool is_job = row.kind == ForwardedRow::Kind::kRobotsJob;
  RobotsJob job;
  job.origin = is_job ? row.detail : row.url;
  const std::optional<Url> origin = Url::Parse(job.origin);
  const std::optional<Url> url = Url::Parse(row.url);
  if (!origin || !url) {
    return;
  }
  job.origin_host = keys_.Host(origin->host_key_text());
  job.url = row.url;
  if (is_job) {
    job.redirects = static_cast<std::uint8_t>(std::min<std::uint32_t>(row.depth, UINT8_MAX));
    const std::string name = url->host_key_text();
    Host& host = HostFor(row.host, name);
    host.robots_jobs.push_back(std::move(job));
    hosts_.Reconsider(host);
    return;
  }
  Host* const host = hosts_.Find(job.origin_host);
  if (host == nullptr || host->RobotsOf(job.origin.starts_with("https:")).state != RobotsState::kAsked) {
    return;  // it came twice
  }
  // Not asked again: who fetched it has tried often enough.
  std::erase_if(robots_retries_, [&job](const auto& retry) { return retry.second.origin == job.origin; });
  job.attempt = settings_.retries + 1;
  job.redirects = kMaxRobotsRedirects;
  RobotsAnswer answer;
  unsigned error = 0;
  std::from_chars(row.tag.data(), row.tag.data() + row.tag.size(), error);
  if (error != 0) {
    answer.result.error = static_cast<ErrorCode>(error);
  }
  answer.result.status = row.hops_left;
  answer.error_detail = row.detail;
  answer.body = row.body;
  answer.rules = RobotsTxt::Parse(row.body, kRobotsAgent);
  answer.lifetime = std::chrono::seconds(row.depth);
  TakeRobots(job, std::move(answer));
}

}  // namespace spinneret
