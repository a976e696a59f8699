// What a worker thread runs: takes UrlBatches, fetches politely, reads the pages, posts reports.
#pragma once

namespace spinneret {

// The entry of a worker_threads::Worker<PageWorkerProtocol>. Runs the thread's loop until Shutdown.
void RunPageWorker();

}  // namespace spinneret
