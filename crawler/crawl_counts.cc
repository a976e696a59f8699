#include "crawler/crawl_counts.h"

namespace spinneret {

void AddCounts(const Frontier& frontier, const ReportCounts& counts, CrawlStatus& status) {
  const FrontierTotals& totals = frontier.totals();
  counts.AddTo(status);
  status.pages = totals.pages;
  status.redirects = totals.redirects;
  status.failed = totals.failed;
  status.skipped = totals.skipped;
  status.known = frontier.known_count();
  status.queued = totals.pending;
  status.hidden = frontier.hidden_count();
  status.in_flight = totals.urls_out;
  status.hosts = frontier.host_count();
  status.active_hosts = frontier.active_host_count();
}

PageGlance GlanceOf(const PageReport& report) {
  PageGlance glance;
  glance.url = report.text;
  glance.title = report.page ? std::string_view(report.page->title) : std::string_view();
  glance.status = report.attempt.status;
  glance.error = report.attempt.error ? ErrorName(report.attempt.error->code) : std::string_view();
  glance.total_ms = report.attempt.timings.total_ms;
  glance.bytes = report.bytes_body;
  return glance;
}

void AddFindings(Frontier& frontier, CrawlSummary& summary) {
  summary.widened_hosts = frontier.widened_hosts();
  summary.traps = frontier.trap_names();
  summary.sitemaps = frontier.sitemap_totals().read;
  summary.failed_sitemaps = frontier.sitemap_totals().failed;
  summary.sitemap_entries = frontier.sitemap_totals().entries;
  summary.sitemap_troubles = frontier.sitemap_troubles();
}

}  // namespace spinneret
