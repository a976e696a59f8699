// The requests of `spinneret ctl`: how they are written, and what a crawl answers.
#pragma once

#include <string>
#include <string_view>

#include "crawler/crawl.h"

namespace spinneret::cli {

// Does what a line of JSON asks of `crawl`, and gives the answer's line. Anything that is no request is answered with what is
// wrong with it.
std::string AnswerControl(CrawlControl& crawl, std::string_view request);

}  // namespace spinneret::cli
