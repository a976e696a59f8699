#include "crawler/report_writer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace spinneret {
namespace {

constexpr std::size_t kMostTypes = 50;

std::vector<KindCount> MostFrequentFirst(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  std::vector<KindCount> kinds;
  for (const auto& [kind, count] : counts) {
    kinds.push_back({kind, count});
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const KindCount& a, const KindCount& b) { return a.count > b.count; });
  return kinds;
}

Discovery DiscoveryOf(const RedirectLocation& location) {
  return {location.keys.fingerprint, location.keys.host, location.host, location.href, location.respelling};
}

PageTraits TraitsOf(const PageReport& report) {
  PageTraits traits;
  traits.shape = report.shape;
  std::memcpy(&traits.content, report.digest.data(), std::min(sizeof traits.content, report.digest.size()));
  traits.text = report.page ? report.page->text_hash : 0;
  return traits;
}

// `redirect_to`: of a redirect that leads on.
VisitAnswer AnswerOf(const PageReport& report, UrlHandle redirect_to = {}) {
  VisitAnswer answer;
  answer.result = report.attempt.result();
  answer.not_modified = report.not_modified;
  answer.kind = report.attempt.error ? OutcomeKind::kFailed
                : report.location    ? OutcomeKind::kRedirected
                                     : OutcomeKind::kFetched;
  answer.digest = report.digest;
  answer.redirect_to = redirect_to;
  return answer;
}

// Why a link of `page` is not followed, if so.
Admission Unfollowed(const PageDetails& page, const TargetKeys& link) {
  if (page.nofollow) {
    return {AdmissionCode::kNofollow, "nofollow of the page"};
  }
  switch (link.following) {
    case Following::kRel:
      return {AdmissionCode::kNofollow, "nofollow of the link"};
    case Following::kNotRecipes:
      return {AdmissionCode::kNotRecipes, "--follow recipes"};
    case Following::kYes:
      break;
  }
  return {};
}

}  // namespace

void ReportCounts::AddType(std::string_view mime) {
  auto type = types.find(mime);
  if (type == types.end()) {
    // A server may invent types without end.
    type = types.try_emplace(types.size() < kMostTypes ? std::string(mime) : "other").first;
  }
  ++type->second;
}

void ReportCounts::AddTo(CrawlStatus& status) const {
  status.run_pages = run_pages;
  status.http_errors = http_errors;
  status.records = records;
  status.incomplete_records = incomplete_records;
  status.retries = retries;
  status.errors = MostFrequentFirst(errors);
  status.types = MostFrequentFirst(types);
  for (const auto& [code, count] : statuses) {
    status.statuses.push_back({std::to_string(code), count});
  }
  status.times = times;
}

ReportWriter::ReportWriter(Frontier& frontier, Store& store, std::uint32_t retries,
                           const std::vector<std::shared_ptr<const Recipe>>& recipes)
    : frontier_(frontier), store_(store), retries_(retries), recipes_(recipes) {}

void ReportWriter::AddFetch(const PageReport& report) {
  const AttemptRecord& attempt = report.attempt;
  FetchRow row;
  row.url = report.url;
  row.attempt = attempt.attempt;
  row.at_ms = attempt.started_at_ms;
  row.status = attempt.status;
  if (attempt.error) {
    row.error = ErrorName(attempt.error->code);
    row.error_detail = attempt.error->message;
  }
  row.ip = attempt.ip;
  row.http_version = attempt.http_version;
  row.dns_ms = attempt.timings.dns_ms;
  row.connect_ms = attempt.timings.connect_ms;
  row.tls_ms = attempt.timings.tls_ms;
  row.ttfb_ms = attempt.timings.ttfb_ms;
  row.total_ms = attempt.timings.total_ms;
  row.bytes_wire = static_cast<std::int64_t>(attempt.bytes_wire);
  row.bytes_body = static_cast<std::int64_t>(report.bytes_body);
  row.mime = report.mime;
  row.charset = report.charset;
  row.digest = report.digest;
  row.truncated = report.truncated;
  row.etag = report.etag;
  row.last_modified = report.last_modified;
  row.headers = report.raw_headers;
  row.content_encoding = report.content_encoding;
  store_.AddFetch(row);
}

void ReportWriter::AddPage(UrlHandle url, const PageDetails& page) {
  PageRow row;
  row.url = url;
  row.title = page.title;
  row.description = page.description;
  row.h1 = page.h1;
  row.lang = page.lang;
  row.canonical = page.canonical;
  row.robots = page.robots;
  row.word_count = page.word_count;
  row.cut = page.cut;
  row.text_hash = page.text_hash;
  row.by_tree = page.by_tree;
  row.sim_hash = page.sim_hash;
  store_.AddPage(row);
  link_rows_.clear();
  SPINNERET_CHECK(page.keys.size() == page.links.size(), "a worker hashes every link");
  for (std::size_t i = 0; i < page.keys.size(); ++i) {
    const ResolvedLink link = page.links[i];
    const Admission unfollowed = Unfollowed(page, page.keys[i]);
    const UrlHandle target = frontier_.AddLink(
        url, Discovery{page.keys[i].fingerprint, page.keys[i].host, link.host, link.href}, unfollowed);
    link_rows_.push_back(LinkRow{target, link.rel, link.text, LinkTagName(link.tag), !unfollowed.admitted()});
  }
  store_.AddLinks(url, link_rows_);
  for (const auto& [kind, value] : page.finds.extracts) {
    store_.AddExtract(url, ExtractName(kind), value);
  }
  if (page.finds.text) {
    store_.AddText(url, page.title, *page.finds.text);
  }
  for (const RecipeFinds& finds : page.finds.recipes) {
    counts_.records += finds.found.records.size();
    counts_.incomplete_records += finds.found.incomplete;
    for (const std::string& record : finds.found.records) {
      store_.AddRecord(url, recipes_[finds.recipe]->name, record);
    }
  }
}

bool ReportWriter::WillRetry(const PageReport& report) const {
  return DecideRetry(report.attempt.result(), report.attempt.tries, retries_).retry;
}

bool ReportWriter::LeavesAsItIs(const PageReport& report, Host& host) {
  const Revisit before = store_.GetRevisit(report.url);
  const VisitFinding finding = FindingOf(before, AnswerOf(report));
  if (!report.not_modified && finding != VisitFinding::kFailed) {
    return false;
  }
  ++counts_.run_pages;
  if (!report.attempt.error) {
    ++counts_.statuses[report.attempt.status];
  }
  store_.EndRevisit(report.url, AfterVisit(before, finding, report.attempt.started_at_ms));
  if (report.not_modified) {
    ++counts_.refresh.unchanged;
    ++counts_.refresh.not_modified;
  } else {
    ++counts_.refresh.failed;
    ++counts_.errors[report.attempt.error ? std::string(ErrorName(report.attempt.error->code))
                                          : std::to_string(report.attempt.status)];
  }
  frontier_.Kept(report.url, host, before.kind);
  return true;
}

void ReportWriter::MakeRoom(UrlHandle url, std::int64_t at_ms, const VisitAnswer& answer) {
  RefreshCounts& counts = counts_.refresh;
  if (!frontier_.IsRevisit(url)) {
    ++counts.added;
    return;
  }
  const Revisit before = store_.GetRevisit(url);
  const VisitFinding finding = FindingOf(before, answer);
  switch (finding) {
    case VisitFinding::kUnchanged:
      ++counts.unchanged;
      break;
    case VisitFinding::kChanged:
      ++counts.changed;
      break;
    case VisitFinding::kGone:
      ++counts.gone;
      break;
    case VisitFinding::kNew:
      ++counts.added;
      break;
    case VisitFinding::kFailed:
      break;
  }
  store_.RemoveOutcome(url);
  store_.EndRevisit(url, AfterVisit(before, finding, at_ms));
}

void ReportWriter::Write(PageReport report, Host& host, std::uint32_t worker) {
  ++counts_.responses;
  AddFetch(report);
  const AttemptRecord& attempt = report.attempt;
  if (attempt.timings.total_ms >= 0) {
    counts_.times.Add(attempt.timings.total_ms);
  }
  const RetryDecision retry = DecideRetry(attempt.result(), attempt.tries, retries_);
  if (retry.retry) {
    ++counts_.retries;
    frontier_.RetryLater(report.url, host, retry.delay);
    return;
  }
  if (frontier_.IsRevisit(report.url) && LeavesAsItIs(report, host)) {
    return;
  }
  if (attempt.error) {
    MakeRoom(report.url, attempt.started_at_ms, AnswerOf(report));
    ++counts_.run_pages;
    if (attempt.error->code == ErrorCode::kPoison && !report.body_zstd.empty()) {
      store_.AddBody(BodyRow{report.digest, report.body_zstd, static_cast<std::int64_t>(report.bytes_body)});
    }
    ++counts_.errors[std::string(ErrorName(attempt.error->code))];
    frontier_.Failed(report.url, host, attempt.error->code, attempt.error->message);
    return;
  }
  frontier_.BeginPage(report.url, host, TraitsOf(report));
  if (report.location) {
    const Frontier::RedirectTarget target =
        frontier_.AddRedirect(report.url, DiscoveryOf(*report.location), report.sets_cookie);
    if (target.cookie_retry && target.url == report.url) {
      ++counts_.retries;
      frontier_.RetryPinned(report.url, host, worker);
      return;
    }
    MakeRoom(report.url, attempt.started_at_ms, AnswerOf(report, target.url));
    ++counts_.statuses[attempt.status];
    frontier_.Redirected(report.url, host, target);
    if (target.cookie_retry) {
      frontier_.Reopen(target.url, worker);
    }
    return;
  }
  MakeRoom(report.url, attempt.started_at_ms, AnswerOf(report));
  if (!report.body_zstd.empty()) {
    store_.AddBody(BodyRow{report.digest, report.body_zstd, static_cast<std::int64_t>(report.bytes_body)});
  }
  if (report.page) {
    AddPage(report.url, *report.page);
  }
  ++counts_.run_pages;
  ++counts_.statuses[attempt.status];
  counts_.AddType(report.mime);
  if (attempt.status >= 400) {
    ++counts_.http_errors;
    ++counts_.errors[std::to_string(attempt.status)];
  }
  UrlHandle refresh;
  if (report.refresh) {
    refresh = frontier_.AddRefresh(report.url, DiscoveryOf(*report.refresh));
    if (refresh == report.url) {
      refresh = {};  // the page again, some time later
    }
  }
  frontier_.Fetched(report.url, host, refresh);
}

void ReportWriter::WritePoison(PoisonPage page, Host& host) {
  page.attempt = frontier_.attempts(page.url) + 1;
  AddPoisonAttempt(store_, page);
  MakeRoom(page.url, page.at_ms,
           {.result = {.error = ErrorCode::kPoison, .status = 0, .retry_after = {}},
            .kind = OutcomeKind::kFailed,
            .digest = page.digest});
  ++counts_.run_pages;
  ++counts_.errors[std::string(ErrorName(ErrorCode::kPoison))];
  frontier_.Failed(page.url, host, ErrorCode::kPoison, page.how);
}

void ReportWriter::Write(RobotsReport report) {
  Frontier::RobotsAnswer answer;
  answer.result = report.attempt.result();
  if (report.attempt.error) {
    answer.error_detail = report.attempt.error->message;
  }
  if (report.location) {
    answer.location = DiscoveryOf(*report.location);
  }
  answer.rules = std::move(report.rules);
  answer.body = report.body;
  answer.lifetime = report.lifetime;
  frontier_.TakeRobots(report.job, std::move(answer));
}

void ReportWriter::Write(const SitemapReport& report) {
  frontier_.AddListings(report.job, report.type, report.listings);
  if (!report.last) {
    return;
  }
  Frontier::SitemapAnswer answer;
  answer.result = report.attempt.result();
  if (report.attempt.error) {
    answer.error_detail = report.attempt.error->message;
  }
  if (report.location) {
    answer.location = DiscoveryOf(*report.location);
  }
  answer.end = report.end;
  answer.too_old = report.too_old;
  frontier_.TakeSitemap(report.job, answer);
}

}  // namespace spinneret
