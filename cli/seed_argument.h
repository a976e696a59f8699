// What a SEED on the command line is: a URL, a seed list, or a host name that lacks its scheme.
#pragma once

#include <string>

#include "base/result.h"
#include "crawler/crawl_options.h"

namespace spinneret::cli {

// What has a scheme is a URL ("localhost:8080" has none: a scheme is followed by "//", or is one that is known to do
// without); else a file that is there is a seed list; else "https://" is put before it. "-" is stdin. Errors:
// kInvalidArgument or kNotFound, with what to write instead. Reads the file system, not the file.
Result<SeedSource> ReadSeedArgument(const std::string& argument);
// -i FILE.
Result<SeedSource> ReadSeedFileArgument(const std::string& argument);

}  // namespace spinneret::cli
