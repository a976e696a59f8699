// The numbers of a running crawl as Prometheus reads them: its text format 0.0.4. docs/dashboard.md has the names.
#pragma once

#include <string>

#include "crawler/crawl_status.h"

namespace spinneret::cli {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// `database`: a label, in whatever bytes.
std::string MetricsText(const CrawlStatus& status, const std::string& database);

}  // namespace spinneret::cli
