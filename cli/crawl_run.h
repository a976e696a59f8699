// What crawl and resume have in common: running a crawl with its progress on stderr, and saying how it ended.
#pragma once

#include <memory>
#include <vector>

#include "cli/crawl_flags.h"
#include "cli/gate.h"
#include "crawler/crawl.h"
#include "crawler/crawl_options.h"

namespace spinneret::cli {

// Of RunAndReport: a shared crawl goes on without this agent, which may join it again.
inline constexpr int kJoinAgain = -1;

// Returns the exit status. `gates`: ScrapingFlags::GatesFor(options).
int RunAndReport(const CrawlOptions& wanted, const CrawlStart& start, std::unique_ptr<Store> store,
                 const OutputFlags& output, const std::vector<Gate>& gates);

}  // namespace spinneret::cli
