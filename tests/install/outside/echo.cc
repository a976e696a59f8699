// A worker answers, a pool computes; both from an installed copy.
#include <iostream>
#include <string>
#include <utility>

#include "crawler/worker_threads/worker.h"
#include "crawler/worker_threads/worker_pool.h"

namespace wt = spinneret::worker_threads;

struct Echo {
  using Data = std::string;
  using ToWorker = std::string;
  using ToParent = std::string;
};

int main() {
  std::string answer;
  wt::Worker<Echo> worker(
      [] {
        auto* const port = wt::ParentPort<Echo>();
        port->OnMessage([port](std::string text) {
          port->PostMessage(wt::WorkerData<std::string>() + text);
          port->Close();
        });
      },
      "hello, ");
  worker.OnMessage([&](std::string text) { answer = std::move(text); });
  worker.PostMessage("world");
  wt::EventLoop::Current().Run();

  wt::WorkerPool<int, int> pool([](int n) { return n * n; });
  auto squared = pool.Submit(12);
  const wt::JobResult<int> result = pool.Await(squared);
  std::cout << answer << " " << std::get<0>(result) << "\n";
  return answer == "hello, world" && std::get<0>(result) == 144 ? 0 : 1;
}
