// SharedRun: this agent's part in a crawl that other agents work on too: the seeds, the hosts it leases, what arrives
// from the others, its share of the page limit, and the end.
//
// Rounds     the scheduler commits, which renews the lease, and then takes a round, several times a second.
// The end    an agent without work waits. The crawl ends for all when no agent has any, nothing is on its way, and every
//            host is leased; or at a limit, which is the whole crawl's.
// Thread     main thread.
// Ownership  borrows all that it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/crawl_status.h"
#include "crawler/frontier/frontier.h"
#include "storage/shared_crawl.h"

namespace spinneret {

class SharedRun {
 public:
  SharedRun(SharedCrawl& shared, Frontier& frontier, const CrawlOptions& options)
      : shared_(shared), frontier_(frontier), options_(options) {}

  using Step = std::function<Result<void>()>;
  // Until all seeds are stored: by `read_seeds`, which commits them, or by another agent. `commit` renews the lease.
  Result<void> Begin(bool resume, const Step& read_seeds, const Step& commit);

  // What this agent tells with its next commit. `nothing_out`: no batch and no read is.
  void Describe(bool nothing_out);
  // After a commit. Why the crawl has ended, once it has.
  Result<std::optional<EndReason>> Round();
  // Ends it for all agents.
  Result<void> End(EndReason reason) { return shared_.End(EndReasonName(reason)); }

  // Pages that may be asked for now, under the page limit.
  std::uint64_t Allowed() const;

 private:
  SharedCrawl& shared_;
  Frontier& frontier_;
  const CrawlOptions& options_;
  std::uint64_t granted_ = 0;  // of the page limit, over this run
  bool idle_ = false;
};

}  // namespace spinneret
