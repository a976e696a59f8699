#include "cli/why.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>

#include "crawler/crawl_options.h"
#include "storage/crawl_pace.h"
#include "storage/lookup.h"
#include "storage/url_history.h"

namespace spinneret::cli {

Result<Diagnosis> DiagnoseCrawl(Reader& reader) {
  const Result<LastRun> run = LoadLastRun(reader);
  if (!run) {
    return run.error();
  }
  const Result<StoredSettings> settings = SettingsFromJson(run->settings);
  if (!settings) {
    return settings.error();
  }
  const CrawlOptions& options = settings->options;
  CrawlMeans means;
  means.workers = options.effective_workers();
  means.connections = options.connections;
  if (options.auto_workers) {
    const Result<void> read = LookUp(reader, "pace-fleet", {}, [&means](const RowView& row) {
      means.workers = static_cast<std::uint32_t>(std::lround(row.Real(0, means.workers)));
      means.connections = static_cast<std::uint32_t>(std::lround(row.Real(1, means.connections)));
      return false;
    });
    if (!read) {
      return read.error();
    }
  }
  means.host_connections = options.effective_host_connections();
  means.host_delay = options.host_delay;
  means.adaptive_delay = options.adaptive_delay;
  means.cores = std::max(1U, std::thread::hardware_concurrency());
  const Result<CrawlPace> pace = LoadCrawlPace(reader, static_cast<double>(options.host_delay.count()));
  if (!pace) {
    return pace.error();
  }
  return Diagnose(*pace, means);
}

}  // namespace spinneret::cli
