// The live view of a crawl on a terminal: a few lines that stay in their place, each about one thing.
//
// Thread   any; what is shown depends on the status alone.
#pragma once

#include <string>
#include <vector>

#include "cli/progress_parts.h"
#include "crawler/crawl_status.h"

namespace spinneret::cli {

// Terminals with fewer rows or columns get one line (RenderProgressLine).
inline constexpr int kViewRows = 10;
inline constexpr int kViewColumns = 50;

// At most six lines of at most `width` columns, from the top:
//
//   23% ████▋░░░░░░░░░░░░░░░  12,345 of 53,678 pages   148/s   1m 23s
//  left 4m to 6m for the queue; shop.example needs 3m 10s by its delay
// queue 41,333 URLs on 7 of 21 hosts   64 requests under way   1.5 MiB
// error 41 × 404   12 × timeout   3 × dns   1 retry
// hosts shop.example 120/s   blog.example 12/s   slow.example answers in 4.2s
//  load workers ▂▅█ 50%   main thread 31%
//
// A line about what there is not (errors, an end in sight) is left out.
std::vector<std::string> RenderProgressView(const CrawlStatus& status, int width, Glyphs glyphs);

}  // namespace spinneret::cli
