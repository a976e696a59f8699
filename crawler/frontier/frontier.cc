#include "crawler/frontier/frontier.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "crawler/frontier/url_date.h"

namespace spinneret {
namespace {

constexpr int kLongestChainWalk = 64;

// The word for v_pages.error when a redirect leads to a URL that is refused in a way that makes the redirect itself
// fail.
std::string_view RedirectRefusal(AdmissionCode code) {
  switch (code) {
    case AdmissionCode::kLimit:
      return ErrorName(ErrorCode::kTooManyRedirects);
    case AdmissionCode::kScheme:
      return ErrorName(ErrorCode::kScheme);
    case AdmissionCode::kPrivateAddress:
      return ErrorName(ErrorCode::kPrivateAddress);
    case AdmissionCode::kAdmitted:
    case AdmissionCode::kScope:
    case AdmissionCode::kDepth:
    case AdmissionCode::kInclude:
    case AdmissionCode::kExclude:
    case AdmissionCode::kTooLong:
    case AdmissionCode::kTrap:
    case AdmissionCode::kNofollow:
    case AdmissionCode::kNotRecipes:
      break;
  }
  return {};
}

using std::chrono::milliseconds;

constexpr milliseconds kLongestRest = std::chrono::hours(1);

}  // namespace

Frontier::Frontier(const FrontierSettings& settings, Scope scope, Store& store, const Clock& clock)
    : settings_(settings),
      split_(settings.split),
      scope_(std::move(scope)),
      store_(store),
      shared_(store.shared()),
      clock_(clock),
      keys_(store.secret(), settings.canonical),
      hosts_(HostSettings{settings.host_delay, settings.split.batches, settings.host_limit}),
      traps_(settings.traps, settings.trap_budget),
      month_(MonthAt(clock.WallTimeMs())),
      sitemaps_(store),
      depth_limited_(settings.max_depth.has_value()) {
  if (shared_ != nullptr) {
    shared_->SetNamer([this](HostKey host, const UrlFingerprint& fingerprint) {
      UrlHandle url = known_.Find(fingerprint);
      if (!url) {
        url = shared_->IssueHandle(host, fingerprint);
        known_.Add(url, fingerprint, 0, kNoHops);
        known_.Set(url, UrlFlag::kForeign);
      }
      return url;
    });
  }
}

// --- Beginning

Result<void> Frontier::Load() {
  const SteadyTime now = clock_.Now();
  const std::int64_t wall_now = clock_.WallTimeMs();
  Result<void> loaded = store_.LoadHosts([&](HostKey key, std::string_view name) {
    Host& host = hosts_.Add(key, name);
    // When the host was last asked is not known to the millisecond: its delay counts from now. A rest it asked for is
    // stored.
    if (shared_ != nullptr && shared_->IsFresh(key)) {
      return;  // nobody has asked it yet
    }
    host.not_before = now + settings_.host_delay;
    if (const std::string until = store_.GetState(RestKey(name)); !until.empty()) {
      const std::int64_t left = std::strtoll(until.c_str(), nullptr, 10) - wall_now;
      host.not_before =
          std::max(host.not_before, now + milliseconds(std::clamp<std::int64_t>(left, 0, kLongestRest.count())));
    }
  });
  if (!loaded) {
    return loaded;
  }
  loaded = store_.LoadRobots([&](const KnownRobots& row) {
    Host* host = hosts_.Find(row.host);
    if (host == nullptr) {
      return;
    }
    const bool rules = row.state == RobotsStateName(RobotsState::kRules);
    OriginRobots& robots = host->RobotsOf(row.origin.starts_with("https:"));
    robots.Keep(rules ? RobotsState::kRules : RobotsState::kAllowAll,
                rules ? RobotsTxt::Parse(row.body, kRobotsAgent) : RobotsTxt(), row.fetched_at_ms,
                milliseconds(row.expires_at_ms - row.fetched_at_ms));
    host->UpdateCrawlDelay();
    host->not_before = std::max(host->not_before, now + hosts_.DelayOf(*host));
  });
  if (!loaded) {
    return loaded;
  }
  if (loaded = LoadTraps(); !loaded) {
    return loaded;
  }
  if (loaded = LoadRules(); !loaded) {
    return loaded;
  }
  loaded = store_.LoadPriorities([this](UrlHandle url, std::uint8_t tenths) { loading_ranks_[url.value] = tenths; });
  if (!loaded) {
    return loaded;
  }
  std::vector<UrlHandle> seeds;
  std::vector<UrlHandle> respelled;
  TrapRecount recount;
  loaded = store_.LoadUrls([&](const KnownUrl& row) {
    UrlFingerprint fingerprint = keys_.Fingerprint(row.url);
    if (!keys_.rules().is_default() && known_.Find(fingerprint) && known_.Find(fingerprint) != row.handle) {
      fingerprint = keys_.SpellingFingerprint(row.url);
      respelled.push_back(row.parent);
    }
    Remember(row.handle, fingerprint, row.depth, row.hops_left);
    depth_limited_ = depth_limited_ || row.hops_left != kUnlimitedHops;
    if (row.redirect_hops > 0) {
      redirect_hops_.insert_or_assign(row.handle.value, row.redirect_hops);
    }
    if (row.redirect_to) {
      (row.outcome == OutcomeKind::kFetched ? refreshes_ : redirects_).emplace(row.handle.value, row.redirect_to);
    }
    if (row.via == Via::kSeed) {
      known_.Set(row.handle, UrlFlag::kSeed);
    }
    if (row.via == Via::kSeed || row.seed_chain) {
      known_.Set(row.handle, UrlFlag::kSeedChain);
    }
    if (row.has_outcome && row.outcome == OutcomeKind::kFetched) {
      known_.Set(row.handle, UrlFlag::kFetched);
    }
    if (row.via == Via::kSeed) {
      seeds.push_back(row.handle);
      if (const std::optional<Url> url = Url::Parse(row.url)) {
        scope_.Widen(*url);
        seed_origins_.insert(url->origin());
        sitemap_origins_.insert(url->origin());
      }
    }
    Host* host = hosts_.Find(row.host);
    SPINNERET_CHECK(host != nullptr, "a URL's host has a row");
    TrapWatch::Trap* const trap = Recount(row, *host, recount);
    if (row.revisit) {
      known_.Set(row.handle, UrlFlag::kRevisit);
      ++totals_.revisits;
    }
    if (row.has_outcome && !row.revisit) {
      known_.Set(row.handle, UrlFlag::kDone);
    } else if (row.admission == AdmissionCode::kAdmitted) {
      if (row.attempts > 0) {
        attempts_.emplace(row.handle.value, row.attempts);
        if (row.earlier_attempts > 0) {
          tries_before_.emplace(row.handle.value, row.earlier_attempts);
        }
        if (const auto reopened = tries_before_.find(row.handle.value); reopened != tries_before_.end()) {
          reopened->second = row.attempts;
        }
      }
      if (trap != nullptr) {
        traps_.Delay(*trap, row.handle);
        CountPending(*host);
      } else {
        Enqueue(row.handle, *host, RankAtLoad(row));
      }
    } else if (row.admission == AdmissionCode::kDepth) {
      known_.Set(row.handle, UrlFlag::kDepthRefused);
    } else if (row.admission == AdmissionCode::kScope) {
      known_.Set(row.handle, UrlFlag::kScopeRefused);
      host->held.push_back(row.handle);
    } else if (row.admission == AdmissionCode::kNofollow || row.admission == AdmissionCode::kNotRecipes) {
      known_.Set(row.handle, UrlFlag::kNofollow);
    } else {
      known_.Set(row.handle, row.admission == AdmissionCode::kLimit ? UrlFlag::kHopsRefused : UrlFlag::kRefused);
    }
  });
  if (!loaded) {
    return loaded;
  }
  RestoreSpellings(respelled);
  if (loaded = LoadContents(recount); !loaded) {
    return loaded;
  }
  RestoreSeedChains(seeds);
  loaded = store_.LoadHostPages([&](HostKey key, std::uint64_t pages) {
    if (Host* host = hosts_.Find(key)) {
      host->pages = pages;
    }
  });
  if (!loaded) {
    return loaded;
  }
  if (shared_ != nullptr) {
    if (!widened_.empty()) {
      RecheckAllHeld();  // judged, perhaps, by an agent that had not heard of it
    }
    return {};  // its totals are this agent's
  }
  const Result<Store::Totals> totals = store_.LoadTotals();
  if (!totals) {
    return totals.error();
  }
  totals_.pages = totals->pages;
  totals_.redirects = totals->redirects;
  totals_.failed = totals->failed;
  totals_.skipped = totals->skipped;
  totals_.seeds = totals->seeds;
  totals_.seeds_fetched = totals->fetched_seeds;
  return LoadSitemaps();
}

Result<void> Frontier::ReopenFailed() {
  SPINNERET_CHECK(known_.size() == 0, "failures are reopened before the store is loaded");
  Result<std::vector<UrlHandle>> urls = store_.LoadRetryable();
  if (!urls) {
    return std::move(urls).error();
  }
  reopen_failed_ = true;
  for (const UrlHandle url : *urls) {
    store_.RemoveOutcome(url);
    tries_before_.emplace(url.value, 0);  // Load fills in how many attempts there were
  }
  return {};
}

void Frontier::RestoreSpellings(const std::vector<UrlHandle>& respelled) {
  WithTexts(respelled, [this](UrlHandle handle, const Url& url) {
    spellings_.emplace(keys_.SpellingFingerprint(url.href_without_fragment()), handle);
  });
}

void Frontier::RestoreSeedChains(const std::vector<UrlHandle>& seeds) {
  std::vector<UrlHandle> ends;
  for (UrlHandle url : seeds) {
    for (int step = 0; step < kLongestChainWalk; ++step) {
      url = OnwardFrom(url);
      if (!url) {
        break;
      }
      known_.Set(url, UrlFlag::kSeedChain);
      if (known_.Has(url, UrlFlag::kFetched) && !known_.Has(url, UrlFlag::kSeed)) {
        ends.push_back(url);
      }
    }
  }
  WithTexts(std::move(ends), [this](UrlHandle, const Url& url) {
    scope_.Widen(url);
    sitemap_origins_.insert(url.origin());
  });
}

bool Frontier::AddSeed(const Url& url, std::optional<std::uint16_t> hops, std::string_view tag) {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "the frontier belongs to one thread");
  const Url clean = url.WithoutSecrets();
  const std::string_view href = clean.href_without_fragment();
  scope_.Widen(clean);
  seed_origins_.insert(clean.origin());
  AskSitemapsOf(clean);
  Path path;
  path.via = Via::kSeed;
  path.standing = Standing::kSeed;
  path.tag = tag;
  if (hops || settings_.max_depth) {
    const std::uint32_t most = settings_.sitemaps.only ? 0 : hops ? *hops : *settings_.max_depth;
    path.hops_left = static_cast<std::int16_t>(std::min<std::uint32_t>(most, kUnlimitedHops - 1));
    depth_limited_ = true;
  }
  const std::string host = clean.host_key_text();
  const Discovery target{keys_.Fingerprint(href), keys_.Host(host), host, href, {}};
  const UrlHandle known = known_.Find(target.fingerprint);
  if (known && !known_.Has(known, UrlFlag::kForeign) && !IsNew(known)) {
    Relax(known, 0, path.hops_left);
    return false;
  }
  if (!Mine(target.host_key)) {
    const bool told = known && known_.Has(known, UrlFlag::kForwarded);
    Forward(target, path);
    return !told;
  }
  TakeSeed(target, clean, path);
  return true;
}

UrlHandle Frontier::TakeSeed(const Discovery& target, const Url& url, const Path& path) {
  const UrlHandle handle = TakeUp(known_.Find(target.fingerprint), target, url, path);
  known_.Set(handle, UrlFlag::kSeed);
  known_.Set(handle, UrlFlag::kSeedChain);
  ++totals_.seeds;
  return handle;
}

bool Frontier::PauseHost(std::string_view name, bool paused) {
  Host* const host = hosts_.Find(keys_.Host(name));
  if (host == nullptr) {
    return false;
  }
  host->paused = paused;
  hosts_.Reconsider(*host);
  return true;
}

// --- Discoveries

Host& Frontier::HostFor(HostKey key, std::string_view name) {
  if (Host* host = hosts_.Find(key)) {
    return *host;
  }
  store_.AddHost(key, name);
  return hosts_.Add(key, name);
}

Admission Frontier::Judge(const Url& url, const Path& path) const {
  if (!path.unfollowed.admitted()) {
    return path.unfollowed;
  }
  Admission admission = scope_.Check(url, path.standing);
  if (admission.admitted() && path.redirect_hops > settings_.max_redirects) {
    admission = {AdmissionCode::kLimit, "over --max-redirects"};
  }
  if (admission.admitted() && path.hops_left == kNoHops) {
    admission = {AdmissionCode::kDepth, {}};
  }
  return admission;
}

UrlHandle Frontier::Register(const Discovery& target, const Url& url, const Path& path, AdmissionCode* verdict) {
  Host& host = HostFor(target.host_key, target.host);
  const Admission admission = Judge(url, path);
  if (verdict != nullptr) {
    *verdict = admission.code;
  }
  UrlRow row;
  row.host = target.host_key;
  row.fingerprint = target.fingerprint;
  row.url = target.href;
  row.depth = path.depth;
  row.hops_left = path.hops_left;
  row.parent = path.parent;
  row.via = path.via;
  row.redirect_hops = path.redirect_hops;
  row.admission = admission.code;
  row.detail = admission.detail;
  row.tag = path.tag;
  row.seed_chain = path.standing != Standing::kLink;
  const UrlHandle handle = store_.AddUrl(row);
  Remember(handle, target.fingerprint, path.depth, path.hops_left);
  if (path.redirect_hops > 0) {
    redirect_hops_.insert_or_assign(handle.value, path.redirect_hops);
  }
  Place(handle, host, admission.code, target.href, path);
  return handle;
}

UrlHandle Frontier::TakeUp(UrlHandle known, const Discovery& target, const Url& url, const Path& path,
                           AdmissionCode* verdict) {
  if (!known || known_.Has(known, UrlFlag::kForeign)) {
    return Register(target, url, path, verdict);
  }
  const Admission admission = Judge(url, path);
  if (verdict != nullptr) {
    *verdict = admission.code;
  }
  known_.Clear(known, UrlFlag::kNofollow);
  known_.SetPath(known, path.depth, path.hops_left);
  if (path.redirect_hops > 0) {
    redirect_hops_.insert_or_assign(known.value, path.redirect_hops);
  }
  store_.Readmit(known, path.depth, path.hops_left, admission.code, admission.detail);
  Place(known, HostFor(target.host_key, target.host), admission.code, target.href, path);
  return known;
}

void Frontier::Remember(UrlHandle url, const UrlFingerprint& fingerprint, std::uint32_t depth, std::int16_t hops_left) {
  if (url.value <= known_.size()) {
    known_.Reset(url, depth, hops_left);  // it was another agent's
    redirect_hops_.erase(url.value);
  } else {
    known_.Add(url, fingerprint, depth, hops_left);
  }
}

void Frontier::Place(UrlHandle url, Host& host, AdmissionCode admission, std::string_view href, const Path& path) {
  switch (admission) {
    case AdmissionCode::kAdmitted:
      Admit(url, host, href, path.via == Via::kSeed ? UrlHandle{} : path.parent, path.rank);
      break;
    case AdmissionCode::kDepth:
      known_.Set(url, UrlFlag::kDepthRefused);
      break;
    case AdmissionCode::kScope:
      known_.Set(url, UrlFlag::kScopeRefused);
      host.held.push_back(url);
      break;
    case AdmissionCode::kLimit:
      known_.Set(url, UrlFlag::kHopsRefused);
      break;
    case AdmissionCode::kNofollow:
    case AdmissionCode::kNotRecipes:
      known_.Set(url, UrlFlag::kNofollow);
      break;
    default:
      known_.Set(url, UrlFlag::kRefused);
      break;
  }
}

void Frontier::Enqueue(UrlHandle url, Host& host, std::uint8_t rank) {
  rank == kUnranked ? host.waiting.PushBack(url) : host.waiting.PushRanked(url, rank);
  CountPending(host);
  hosts_.Reconsider(host);
}

void Frontier::CountPending(Host& host) {
  active_hosts_ += host.pending == 0 ? 1 : 0;
  ++host.pending;
  ++totals_.pending;
}

Frontier::Path Frontier::PathOfLink(UrlHandle from) const {
  Path path;
  path.depth = known_.depth(from) + 1;
  path.hops_left = OneHopLess(known_.hops_left(from));
  path.parent = from;
  return path;
}

Frontier::Path Frontier::PathOfRedirect(UrlHandle from, Via via) const {
  Path path;
  path.depth = known_.depth(from);
  path.hops_left = known_.hops_left(from);
  path.parent = from;
  path.via = via;
  const auto hops = redirect_hops_.find(from.value);
  path.redirect_hops = static_cast<std::uint8_t>(std::min(255, (hops == redirect_hops_.end() ? 0 : hops->second) + 1));
  path.standing = known_.Has(from, UrlFlag::kSeedChain) ? Standing::kSeedChain : Standing::kLink;
  return path;
}

UrlHandle Frontier::AddLink(UrlHandle from, const Discovery& target, const Admission& unfollowed) {
  Path path = PathOfLink(from);
  path.unfollowed = unfollowed;
  return Takes(from, target.host_key) ? TakeLink(target, path) : Forward(target, path);
}

UrlHandle Frontier::TakeLink(const Discovery& target, const Path& path) {
  const UrlHandle known = known_.Find(target.fingerprint);
  if (known && !known_.Has(known, UrlFlag::kForeign) && !path.unfollowed.admitted()) {
    return known;
  }
  if (!IsNew(known)) {
    LowerRedirectHops(known, 0);
    Relax(known, path.depth, path.hops_left);
    return known;
  }
  const std::optional<Url> url = Url::Parse(target.href);
  SPINNERET_CHECK(url.has_value(), "a worker reports serialised URLs, and these parse");
  return TakeUp(known, target, *url, path);
}

bool Frontier::InChain(UrlHandle url, UrlHandle from) const {
  for (int step = 0; step < kLongestChainWalk; ++step) {
    if (url == from) {
      return true;
    }
    const auto next = redirects_.find(url.value);
    if (next == redirects_.end()) {
      return false;
    }
    url = next->second;
  }
  return false;
}

UrlHandle Frontier::FindTarget(const Discovery& target) const {
  if (target.respelling) {
    if (const auto spelling = spellings_.find(target.fingerprint); spelling != spellings_.end()) {
      return spelling->second;
    }
  }
  return known_.Find(target.fingerprint);
}

Frontier::RedirectTarget Frontier::AddRedirect(UrlHandle from, Discovery target, bool sets_cookie) {
  if (target.respelling) {
    spellings_.emplace(target.respelling->from, from);
    target.fingerprint = target.respelling->to;
  }
  const Path path = PathOfRedirect(from, Via::kRedirect);
  const std::optional<Url> url = Url::Parse(target.href);
  SPINNERET_CHECK(url.has_value(), "a worker reports serialised URLs, and these parse");
  if (const UrlHandle known = FindTarget(target); known && InChain(known, from)) {
    const bool retry = sets_cookie && !known_.Has(known, UrlFlag::kCookieRetry);
    if (retry) {
      known_.Set(known, UrlFlag::kCookieRetry);
    }
    return {known, {}, retry};
  }
  const Onward onward = AddOnward(path, target, *url);
  if (onward.admission) {
    return {onward.url, RedirectRefusal(*onward.admission), false};
  }
  const AdmissionCode refusal =
      known_.Has(onward.url, UrlFlag::kHopsRefused) ? AdmissionCode::kLimit : scope_.Check(*url, path.standing).code;
  return {onward.url, RedirectRefusal(refusal), false};
}

UrlHandle Frontier::AddRefresh(UrlHandle from, const Discovery& target) {
  const std::optional<Url> url = Url::Parse(target.href);
  SPINNERET_CHECK(url.has_value(), "a worker reports serialised URLs, and these parse");
  return AddOnward(PathOfRedirect(from, Via::kRefresh), target, *url).url;
}

Frontier::Onward Frontier::AddOnward(const Path& path, const Discovery& target, const Url& url) {
  if (!Takes(path.parent, target.host_key)) {
    return {Forward(target, path), Judge(url, path).code};
  }
  return TakeOnward(path, target, url);
}

Frontier::Onward Frontier::TakeOnward(const Path& path, const Discovery& target, const Url& url) {
  const UrlHandle known = FindTarget(target);
  if (IsNew(known)) {
    AdmissionCode admission = AdmissionCode::kAdmitted;
    const UrlHandle added = TakeUp(known, target, url, path, &admission);
    if (path.standing == Standing::kSeedChain) {
      known_.Set(added, UrlFlag::kSeedChain);
    }
    return {added, admission};
  }
  LowerRedirectHops(known, path.redirect_hops);
  Relax(known, path.depth, path.hops_left);
  if (path.standing == Standing::kSeedChain && !known_.Has(known, UrlFlag::kSeedChain)) {
    known_.Set(known, UrlFlag::kSeedChain);
    if (shared_ != nullptr) {
      shared_->NoteSeedChain(known);
    }
    const bool refused = known_.Has(known, UrlFlag::kScopeRefused) || known_.Has(known, UrlFlag::kRefused);
    if (refused && scope_.Check(url, Standing::kSeedChain).admitted()) {
      known_.Clear(known, UrlFlag::kScopeRefused);
      known_.Clear(known, UrlFlag::kRefused);
      Readmit(known);
    } else if (known_.Has(known, UrlFlag::kFetched)) {
      WidenTo(known);
    }
  }
  return {known, std::nullopt};
}

UrlHandle Frontier::OnwardFrom(UrlHandle url) const {
  if (const auto redirect = redirects_.find(url.value); redirect != redirects_.end()) {
    return redirect->second;
  }
  const auto refresh = refreshes_.find(url.value);
  return refresh == refreshes_.end() ? UrlHandle() : refresh->second;
}

void Frontier::WithTexts(std::vector<UrlHandle> urls, std::function<void(UrlHandle, const Url&)> use,
                         std::function<void()> done) {
  if (urls.empty()) {
    return;
  }
  ++reads_out_;
  const std::span<const UrlHandle> view = urls;
  store_.ReadUrls(view, [this, handles = urls, use = std::move(use),
                         done = std::move(done)](Result<std::vector<std::string>> texts) {
    --reads_out_;
    if (!texts) {
      failure_ = std::move(texts).error();
      return;
    }
    for (std::size_t i = 0; i < handles.size(); ++i) {
      if (const std::optional<Url> url = Url::Parse((*texts)[i])) {
        use(handles[i], *url);
      }
    }
    if (done) {
      done();
    }
  });
}

}  // namespace spinneret
