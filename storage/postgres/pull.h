// Bringing a crawl from PostgreSQL into one SQLite file, which is a crawl's database like any other: pending URLs and
// what is known of hosts come along, so that `resume` goes on with it.
//
// Seen     as of one moment, also while agents work; of several servers, of a moment of each, close together.
// Left     samples, and what agents have told each other and is not taken yet.
// Memory   20 bytes a URL.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace spinneret {

struct Pulled {
  std::uint64_t urls = 0, fetches = 0, pages = 0, links = 0, records = 0, bodies = 0;
};

// `url`: of all servers (postgres_url.h). kNotFound where there is no crawl; kAlreadyExists where `path` is in the way.
Result<Pulled> PullCrawl(const std::string& url, const std::string& path);

}  // namespace spinneret
