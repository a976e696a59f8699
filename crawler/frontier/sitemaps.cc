#include "crawler/frontier/sitemaps.h"

#include <utility>

#include "base/check.h"

namespace spinneret {

SitemapDecision DecideSitemap(const AttemptResult& result, bool has_location, const SitemapJob& job,
                              std::uint32_t retries) {
  if (const RetryDecision retry = DecideRetry(result, job.attempt, retries); retry.retry) {
    return {SitemapStep::kRetry, retry.delay};
  }
  if (result.error) {
    return {SitemapStep::kFail, {}};
  }
  if (has_location && job.redirects < kMaxSitemapRedirects) {
    return {SitemapStep::kFollow, {}};
  }
  return {result.status >= 200 && result.status <= 299 ? SitemapStep::kRead : SitemapStep::kFail, {}};
}

void Sitemaps::Note(const KnownSitemap& row) {
  SPINNERET_CHECK(row.id == static_cast<std::int64_t>(known_.size()) + 1, "stores issue ids in order");
  const bool has_parent = row.parent > 0 && row.parent < row.id;
  const std::int64_t root = has_parent ? known_[static_cast<std::size_t>(row.parent) - 1].root : row.id;
  known_.push_back(Known{root, row.level});
  by_url_.emplace(row.url, row.id);
  ++from_root_[root];
}

Result<void> Sitemaps::Load(bool reopen_failed, const std::function<void(SitemapJob)>& open) {
  return store_.LoadSitemaps([&](const KnownSitemap& row) {
    Note(row);
    if (row.state == SitemapState::kOpen || (reopen_failed && row.state == SitemapState::kFailed)) {
      ++open_;
      open(SitemapJob{row.id, std::string(row.url)});
    } else {
      ++(row.state == SitemapState::kRead ? totals_.read : totals_.failed);
    }
  });
}

std::optional<SitemapJob> Sitemaps::Add(const std::string& url, std::int64_t index) {
  if (by_url_.contains(url)) {
    return std::nullopt;
  }
  SitemapRow row;
  row.url = url;
  if (index > 0) {
    const Known& parent = known_[static_cast<std::size_t>(index) - 1];
    if (parent.level >= kMaxLevel || from_root_[parent.root] >= kMaxFromOneRoot) {
      return std::nullopt;
    }
    row.parent = index;
    row.level = static_cast<std::uint8_t>(parent.level + 1);
  }
  KnownSitemap known;
  known.id = store_.AddSitemap(row);
  known.url = url;
  known.parent = row.parent;
  known.level = row.level;
  Note(known);
  ++open_;
  return SitemapJob{known.id, url};
}

void Sitemaps::End(const SitemapEndRow& row) {
  SPINNERET_CHECK(open_ > 0, "a sitemap ends once");
  --open_;
  ++(row.state == SitemapState::kRead ? totals_.read : totals_.failed);
  totals_.entries += row.entries;
  store_.EndSitemap(row);
}

}  // namespace spinneret
