// What a worker thread runs: takes UrlBatches, fetches politely, reads the pages, posts reports.
#pragma once

#include <stdexcept>

namespace spinneret {

// What ends a worker when the machine has no memory or sockets left for it: no page's fault, as far as anybody can tell.
class MachineShort : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The entry of a worker_threads::Worker<PageWorkerProtocol>. Runs the thread's loop until Shutdown.
void RunPageWorker();

}  // namespace spinneret
