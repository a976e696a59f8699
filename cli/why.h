// What held a crawl back, from its database: for `stats --why` and the closing summary.
#pragma once

#include "base/result.h"
#include "crawler/bottleneck.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {

// By the settings of the newest run. An Error is the database's.
Result<Diagnosis> DiagnoseCrawl(Reader& reader);

}  // namespace spinneret::cli
