// What is said when a crawl has ended, and the exit status that goes with it.
#pragma once

#include <string>
#include <vector>

#include "cli/seed_troubles.h"
#include "crawler/crawl_status.h"
#include "crawler/reextract.h"

namespace spinneret::cli {

// Several lines of at most 80 columns where the words allow, for stderr: what ended the crawl, what it found, what went
// wrong, where the result is and what to do next. Text from the web (host names) is made printable.
std::string RenderSummary(const CrawlSummary& summary, const std::string& database,
                          const std::vector<RecipeChange>& records = {}, const std::vector<SeedTrouble>& troubles = {});

// One line, without a line break: why the crawl ended.
std::string EndSentence(const CrawlSummary& summary);

int ExitStatusFor(EndReason reason);

// `word` as one argument of a shell command.
std::string ShellQuote(const std::string& word);

}  // namespace spinneret::cli
