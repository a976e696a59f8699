// What the frontier and the report writer know of a crawl, as numbers and names for people.
//
// Thread   main thread.
#pragma once

#include "crawler/crawl_status.h"
#include "crawler/frontier/frontier.h"
#include "crawler/messages.h"
#include "crawler/report_writer.h"

namespace spinneret {

void AddCounts(const Frontier& frontier, const ReportCounts& counts, CrawlStatus& status);
// Views into `report`.
PageGlance GlanceOf(const PageReport& report);
// Of its end: what widened the scope, traps, sitemaps.
void AddFindings(Frontier& frontier, CrawlSummary& summary);

}  // namespace spinneret
