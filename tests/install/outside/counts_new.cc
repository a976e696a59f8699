// A program whose operator new counts: a worker over its limit ends, the program does not.
#include <iostream>
#include <vector>

#include "crawler/worker_threads/worker.h"

namespace wt = spinneret::worker_threads;

struct Nothing {
  using Data = int;
  using ToWorker = int;
  using ToParent = int;
};

int main() {
  wt::WorkerOptions options;
  options.memory_limit_bytes = 4 << 20;
  bool out_of_memory = false;
  wt::Worker<Nothing> worker([] { const std::vector<char> large(64 << 20, 'x'); }, 0, options);
  worker.OnError(
      [&](const wt::WorkerError& error) { out_of_memory = error.code == wt::WorkerErrorCode::kOutOfMemory; });
  wt::EventLoop::Current().Run();
  std::cout << (out_of_memory ? "out of memory" : "no limit") << "\n";
  return wt::AccountsOperatorNew() && out_of_memory ? 0 : 1;
}
