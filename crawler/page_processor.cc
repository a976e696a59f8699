#include "crawler/page_processor.h"

#include <algorithm>
#include <new>

#include <openssl/sha.h>
#include <zstd.h>

#include "crawler/frontier/text_hash.h"
#include "crawler/worker_threads/resource_limits.h"
#include "parser/mime_sniff.h"
#include "parser/mime_type.h"
#include "parser/refresh.h"
#include "parser/robots_directives.h"

namespace spinneret {
namespace {

constexpr int kZstdLevel = 1;
constexpr std::size_t kListingsOfAPiece = 500;

// Bytes beyond ASCII go out as they came in, whatever encoding the server had in mind: as in browsers, which escape them
// one by one.
std::string EscapeNonAscii(std::string_view value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  escaped.reserve(value.size());
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      escaped += c;
    } else {
      escaped += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
  }
  return escaped;
}

AttemptRecord RecordOf(std::uint32_t attempt, FetchDone& done) {
  AttemptRecord record;
  record.attempt = attempt;
  record.started_at_ms = done.started_at_ms;
  record.ended_at = done.ended_at;
  record.timings = done.timings;
  record.ip = std::move(done.ip);
  record.http_version = std::move(done.http_version);
  record.bytes_wire = done.bytes_wire;
  if (done.result) {
    record.status = done.result->status;
    record.retry_after = done.result->retry_after;
  } else {
    record.error = std::move(done.result).error();
  }
  return record;
}

}  // namespace

void PageProcessor::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

PageProcessor::PageProcessor(const PageSettings& settings)
    : settings_(settings),
      keys_(settings.secret, settings.canonical),
      reader_(MakePageReader()),
      scraper_(settings.scrape) {
  if (settings_.store_body == StoreBody::kZstd) {
    zstd_.reset(ZSTD_createCCtx());
  }
}

PageProcessor::~PageProcessor() = default;

TargetKeys PageProcessor::KeysOf(std::string_view href, std::string_view host) {
  return {keys_.Fingerprint(href), keys_.Host(host)};
}

std::optional<RedirectLocation> PageProcessor::Locate(const std::string& base, const FetchResponse& response) {
  if (!response.redirects()) {
    return std::nullopt;
  }
  const std::optional<Url> base_url = Url::Parse(base);
  std::optional<RedirectLocation> location =
      LocationOf(EscapeNonAscii(response.location), base_url ? &*base_url : nullptr);
  if (location) {
    location->respelling = keys_.FindRespelling(base, location->href);
  }
  return location;
}

std::optional<RedirectLocation> PageProcessor::LocationOf(std::string_view href, const Url* base) {
  const std::optional<Url> target = Url::Parse(href, base);
  if (!target) {
    return std::nullopt;
  }
  const Url clean = target->WithoutSecrets();
  RedirectLocation location;
  location.href = clean.href_without_fragment();
  // A URL without a host (mailto:) is filed under its scheme, so that it has a row that says it was not asked.
  location.host = clean.is_http() ? clean.host_key_text() : std::string(clean.scheme()) + ":";
  location.keys = KeysOf(location.href, location.host);
  return location;
}

std::optional<RedirectLocation> PageProcessor::LocateRefresh(std::string_view value, const Url& base) {
  const std::optional<Refresh> refresh = ParseRefresh(value);
  if (!refresh || refresh->url.empty()) {
    return std::nullopt;  // none, or the same page again
  }
  std::optional<RedirectLocation> location = LocationOf(refresh->url, &base);
  // A script or a mail address is nowhere to go.
  if (location && !location->href.starts_with("http:") && !location->href.starts_with("https:")) {
    location.reset();
  }
  return location;
}

bool PageProcessor::Accepts(std::string_view essence) const {
  if (settings_.accept.empty()) {
    return true;
  }
  for (const std::string_view wanted : settings_.accept) {
    if (wanted == essence || wanted == "*/*" ||
        (wanted.ends_with("/*") && essence.starts_with(wanted.substr(0, wanted.size() - 1)))) {
      return true;
    }
  }
  return false;
}

PageReport PageProcessor::Report(const FetchJob& job, FetchDone done) {
  PageReport report;
  report.url = job.url;
  report.text = job.text;
  report.shape = ShapeOf(job.text);
  Result<FetchResponse> result = std::move(done.result);
  if (result) {
    try {
      ReadResponse(job, *result, report);
    } catch (const worker_threads::WorkerOutOfMemory& limit) {
      report.page.reset();
      report.evidence = std::move(result->body);
      result = Err(ErrorCode::kOutOfMemory, limit.what());
    } catch (const std::bad_alloc&) {
      report.page.reset();
      result = Err(ErrorCode::kSystem, "no memory is left to read a page");
    } catch (const std::exception& defect) {
      report.page.reset();
      report.location.reset();
      report.refresh.reset();
      if (report.body_zstd.empty() && !report.digest.empty()) {
        report.body_zstd = Compress(result->body);
      }
      result = Err(ErrorCode::kPoison, std::string("reading the page failed: ") + defect.what());
    }
  }
  done.result = std::move(result);
  report.attempt = RecordOf(job.attempt, done);
  report.attempt.tries = job.tries;
  return report;
}

void PageProcessor::ReadResponse(const FetchJob& job, FetchResponse& response, PageReport& report) {
  const MimeType mime = ParseMimeType(response.content_type);
  report.mime = mime.essence;
  report.charset = mime.charset;
  report.content_encoding = std::move(response.content_encoding);
  report.etag = std::move(response.etag);
  report.last_modified = std::move(response.last_modified);
  report.raw_headers = std::move(response.raw_headers);
  report.bytes_body = response.body.size();
  report.truncated = response.truncated;
  report.sets_cookie = response.sets_cookie;
  report.location = Locate(job.text, response);
  report.not_modified = response.status == 304 && !job.validators.empty();
  const bool success = response.status >= 200 && response.status <= 299;
  if (success && !response.refresh.empty()) {
    if (const std::optional<Url> url = Url::Parse(job.text)) {
      report.refresh = LocateRefresh(EscapeNonAscii(response.refresh), *url);
    }
  }
  if (report.location || response.body.empty()) {
    return;
  }
  report.digest.resize(SHA256_DIGEST_LENGTH);
  if (SHA256(reinterpret_cast<const unsigned char*>(response.body.data()), response.body.size(),
             reinterpret_cast<unsigned char*>(report.digest.data())) == nullptr) {
    throw std::bad_alloc();  // OpenSSL had no memory: no digest is better than a wrong one
  }
  report.mime = ComputedMimeType(response.content_type, response.body,
                                 IsNosniff(response.x_content_type_options) ? Nosniff::kYes : Nosniff::kNo);
  if (!Accepts(report.mime)) {
    return;
  }
  if (settings_.store_body == StoreBody::kZstd) {
    report.body_zstd = Compress(response.body);
  }
  if (IsHtml(report.mime)) {
    if (const std::optional<Url> url = Url::Parse(job.text)) {
      ReadPage(*url, response, report);
    }
  }
}

void PageProcessor::ReadPage(const Url& url, const FetchResponse& response, PageReport& report) {
  DecodeHtml(response.body, response.content_type, decoded_);
  report.charset = decoded_.encoding;
  report.charset_source = decoded_.source;
  const bool scrape = scraper_.Wants(url);
  if (scrape) {
    scraper_.Read(url, decoded_.text, contents_);
  } else {
    reader_->Read(decoded_.text, contents_);
  }
  PageDetails& page = report.page.emplace();
  const Url base = DocumentBase(contents_, url);
  page.canonical = contents_.canonical.empty() ? std::string() : ResolveOne(contents_.canonical, base);
  page.title = std::move(contents_.title);
  page.description = std::move(contents_.description);
  page.h1 = std::move(contents_.h1);
  page.lang = std::move(contents_.lang);
  page.robots = RobotsDirectivesFor(contents_.robots, response.x_robots_tag, kRobotsAgent);
  page.nofollow = settings_.nofollow != NofollowMode::kIgnore && ForbidFollowing(page.robots);
  page.word_count = contents_.word_count;
  page.cut = contents_.cut;
  page.by_tree = contents_.by_tree;
  const TextPrints prints = TextPrintsOf(decoded_.text);
  page.text_hash = prints.hash;
  page.sim_hash = prints.sim_hash;
  // Links of an error page are its server's furniture, not the site's: they are not followed, as wget and Scrapy do
  // not.
  if (response.status < 200 || response.status > 299) {
    return;
  }
  if (!report.refresh && !contents_.refresh.empty()) {  // the header comes first, as in browsers
    report.refresh = LocateRefresh(contents_.refresh, base);
  }
  ResolveLinks(contents_, url, page.links);
  if (scrape) {
    page.finds = scraper_.Scrape(url, base);
    AddFollowed(page);
    const auto stopped = [](const RecipeFinds& finds) { return finds.found.xpath_stopped > 0; };
    if (page.cut.empty() && std::any_of(page.finds.recipes.begin(), page.finds.recipes.end(), stopped)) {
      page.cut = "xpath";
    }
  }
  page.keys.reserve(page.links.size());
  for (const ResolvedLink link : page.links) {
    page.keys.push_back(KeysOf(link.href, link.host));
    page.keys.back().following = FollowingOf(link);
  }
}

Following PageProcessor::FollowingOf(const ResolvedLink& link) const {
  if (link.tag == LinkTag::kRecipe) {
    return Following::kYes;
  }
  if (settings_.follow == FollowMode::kRecipes) {
    return Following::kNotRecipes;
  }
  return settings_.nofollow == NofollowMode::kAll && IsNofollowRel(link.rel) ? Following::kRel : Following::kYes;
}

void PageProcessor::AddFollowed(PageDetails& page) {
  for (RecipeFinds& finds : page.finds.recipes) {
    for (const std::string& href : finds.found.follow) {
      const std::optional<Url> url = Url::Parse(href);
      const std::string host = url ? url->host_key_text() : std::string();
      if (url) {
        page.links.Add({LinkTag::kRecipe, href, host, {}, {}});
      }
    }
    finds.found.follow.clear();
  }
}

RobotsReport PageProcessor::ReportRobots(const RobotsJob& job, FetchDone done) {
  RobotsReport report;
  report.job = job;
  if (done.result &&
      (done.result->truncated == Truncation::kTime || done.result->truncated == Truncation::kDisconnect)) {
    // What is missing may be the rules that forbid.
    const bool time = done.result->truncated == Truncation::kTime;
    done.result = Err(time ? ErrorCode::kTimeout : ErrorCode::kReset, "robots.txt broke off");
  }
  if (done.result) {
    FetchResponse& response = *done.result;
    report.lifetime = RobotsLifetime(response.cache_control);
    report.location = Locate(job.url, response);
    if (report.location && !report.location->href.starts_with("http")) {
      report.location.reset();
    }
    if (response.status >= 200 && response.status <= 299) {
      report.rules = RobotsTxt::Parse(response.body, kRobotsAgent);
      report.body = std::move(response.body);
    }
  }
  report.attempt = RecordOf(job.attempt, done);
  report.attempt.tries = job.attempt;
  return report;
}

SitemapReport PageProcessor::ReportSitemap(const SitemapJob& job, FetchDone done,
                                           const std::function<void(SitemapReport)>& post) {
  SitemapReport piece;
  piece.job = job;
  if (done.result) {
    try {
      piece.location = Locate(job.url, *done.result);
      if (piece.location && !piece.location->href.starts_with("http")) {
        piece.location.reset();
      }
      if (!piece.location && done.result->status >= 200 && done.result->status <= 299) {
        ReadSitemap(job, *done.result, piece, post);
      }
    } catch (const worker_threads::WorkerOutOfMemory& limit) {
      piece.listings.clear();
      done.result = Err(ErrorCode::kOutOfMemory, limit.what());
    } catch (const std::bad_alloc&) {
      piece.listings.clear();
      done.result = Err(ErrorCode::kSystem, "no memory is left to read a sitemap");
    } catch (const std::exception& defect) {
      piece.listings.clear();
      done.result = Err(ErrorCode::kPoison, std::string("reading the sitemap failed: ") + defect.what());
    }
  }
  piece.last = true;
  piece.attempt = RecordOf(job.attempt, done);
  piece.attempt.tries = job.attempt;
  return piece;
}

void PageProcessor::ReadSitemap(const SitemapJob& job, const FetchResponse& response, SitemapReport& piece,
                                const std::function<void(SitemapReport)>& post) {
  const std::optional<Url> url = Url::Parse(job.url);
  if (!url) {
    return;
  }
  // What is listed before the root element is known is nothing, so the reader knows the type with the first entry.
  SitemapReader* reading = nullptr;
  SitemapReader reader(*url, response.content_type, [&](SitemapEntry entry) {
    if (settings_.sitemap_from_ms && entry.lastmod_ms && *entry.lastmod_ms < *settings_.sitemap_from_ms) {
      ++piece.too_old;
      return;
    }
    const Url clean = entry.url.WithoutSecrets();
    SitemapListing listing;
    listing.href = clean.href_without_fragment();
    listing.host = clean.host_key_text();
    const TargetKeys keys = KeysOf(listing.href, listing.host);
    listing.fingerprint = keys.fingerprint;
    listing.host_key = keys.host;
    listing.lastmod = std::move(entry.lastmod);
    listing.lastmod_ms = entry.lastmod_ms;
    listing.changefreq = entry.changefreq;
    listing.priority = entry.priority;
    piece.listings.push_back(std::move(listing));
    if (piece.listings.size() == kListingsOfAPiece) {
      SitemapReport full;
      full.job = job;
      full.type = reading->type();
      full.listings = std::exchange(piece.listings, {});
      post(std::move(full));
    }
  });
  reading = &reader;
  reader.Feed(response.body);
  piece.end = reader.Finish();
  piece.type = piece.end.type;
  if (response.truncated == Truncation::kLength && piece.end.cut == SitemapCut::kNone) {
    piece.end.cut = SitemapCut::kBytes;
    piece.end.error.clear();  // it is not to blame for where it was cut
  }
}

std::string PageProcessor::Compress(std::string_view body) {
  if (zstd_ == nullptr) {
    zstd_.reset(ZSTD_createCCtx());  // no bodies are kept, but this one
  }
  std::string frame(ZSTD_compressBound(body.size()), '\0');
  const std::size_t size = zstd_ == nullptr ? 0
                                            : ZSTD_compressCCtx(zstd_.get(), frame.data(), frame.size(), body.data(),
                                                                body.size(), kZstdLevel);
  if (zstd_ == nullptr || ZSTD_isError(size) != 0) {
    throw std::bad_alloc();  // it has no other reason
  }
  frame.resize(size);
  return frame;
}

}  // namespace spinneret
