// Suspects: pages that were being read when a crawl's process ended, and whether reading one of them ends a process.
//
// How      each is asked for and read once more, alone, by a worker like any other, in a child process. A child that dies by
//          SIGSEGV, SIGABRT or SIGBUS, or whose worker goes over its memory limit, convicts its page: it is poison. Any
//          other end (kill -9 from outside, a time limit, an answer that is an error) convicts nobody.
// Polite   the host's delay follows each of these requests, as it does any other.
// Thread   the calling thread must be the only one, and have no event loop yet: it forks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/poison_page.h"
#include "parser/recipe.h"
#include "storage/store.h"

namespace spinneret {

struct Conviction {
  std::string url;
  std::string how;   // "reading it ended a process: signal 11 (Segmentation fault)"
  std::string body;  // as it was when it did so; empty where it could not be had
};

// Tries what the last run of `options.database` has left, one by one. `store`'s errors; nothing is written.
Result<std::vector<Conviction>> TrySuspects(const CrawlOptions& options,
                                            const std::vector<std::shared_ptr<const Recipe>>& recipes, Store& store);

// What was convicted now and, unless that is to be tried again, what earlier runs have kept. All of it is stored for the
// runs to come.
PoisonByUrl TakeUpPoison(const std::vector<Conviction>& convictions, bool try_earlier_again, std::int64_t now_ms,
                         Store& store);

}  // namespace spinneret
