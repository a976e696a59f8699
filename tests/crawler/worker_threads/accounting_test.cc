// A program that links the accounting of operator new.
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/worker_threads/resource_limits.h"
#include "crawler/worker_threads/worker_pool.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

namespace {

WorkerOptions EightMegabytes() {
  WorkerOptions options;
  options.memory_limit_bytes = std::size_t{8} << 20U;
  return options;
}

}  // namespace

TEST_SUITE("worker_threads/accounting") {
TEST_CASE("Accounting: operator new in a worker counts, and over the limit only that worker ends") {
  REQUIRE(AccountsOperatorNew());
  RecordedWorker greedy(
      [] {
        std::vector<std::string> kept;
        while (true) {
          kept.emplace_back(100'000, 'x');
        }
      },
      "", EightMegabytes());
  RecordedWorker modest([] { ParentPort<Text>()->PostMessage(std::string(1000, 'y')); }, "", EightMegabytes());
  EventLoop::Current().Run();
  CHECK(greedy.events == Events{"online", "error kWorkerOutOfMemory: the worker's memory limit is reached", "exit 1"});
  CHECK(modest.events == Events{"online", "message " + std::string(1000, 'y'), "exit 0"});
  CHECK(greedy.worker.MemoryUsed() == 0);
}

TEST_CASE("Accounting: small allocations without end, in a message handler, end the worker and not the process") {
  RecordedWorker greedy(
      [] {
        ParentPort<Text>()->OnMessage([](std::string) {
          std::vector<std::unique_ptr<int>> kept;
          while (true) {
            kept.push_back(std::make_unique<int>(1));
          }
        });
      },
      "", EightMegabytes());
  greedy.worker.PostMessage("go");
  greedy.RunToEnd();
  CHECK(greedy.events.back() == "exit 1");
  CHECK(greedy.events.size() == 3);
}

TEST_CASE("Accounting: posting without end is over the poster's limit, and the parent gets what was sent") {
  int received = 0;
  RecordedWorker flood(
      [] {
        while (true) {
          ParentPort<Text>()->PostMessage(std::string(10'000, 'x'));
        }
      },
      "", EightMegabytes());
  flood.worker.OnMessage([&](std::string text) { received += text.size() == 10'000 ? 1 : 0; });
  // What the parent takes is no longer counted, so the parent must not take it while the worker posts.
  while (flood.worker.MemoryUsed() < (std::size_t{4} << 20U)) {
  }
  CHECK(flood.worker.Terminate().get() == 1);
  flood.RunToEnd();
  CHECK(flood.events.back() == "exit 1");
  CHECK(received > 100);
}

TEST_CASE("Accounting: what the main thread allocates, aligned or not, is not limited") {
  struct alignas(256) Wide {
    char bytes[256];
  };
  auto wide = std::make_unique<Wide>();
  CHECK(reinterpret_cast<std::uintptr_t>(wide.get()) % 256 == 0);
  const std::vector<char> large(std::size_t{32} << 20U, 'x');
  CHECK(large.back() == 'x');
  CHECK(new (std::nothrow) char[1'000] != nullptr);  // NOLINT(bugprone-unused-raii): freed with the process
}

TEST_CASE("Accounting: a pool replaces a worker that a job took over its memory limit") {
  WorkerPoolOptions options;
  options.max_threads = 1;
  options.worker.memory_limit_bytes = std::size_t{8} << 20U;
  WorkerPool<int, int> pool(
      [](int megabytes) {
        const std::vector<char> bytes(static_cast<std::size_t>(megabytes) << 20U, 'x');
        return static_cast<int>(bytes.size() >> 20U);
      },
      options);
  auto large = pool.Submit(100);
  auto small = pool.Submit(1);
  CHECK(std::get<1>(pool.Await(large)).message.starts_with("kWorkerOutOfMemory"));
  CHECK(std::get<0>(pool.Await(small)) == 1);
  while (pool.Read().replaced == 0) {
    auto again = pool.Submit(1);
    pool.Await(again);
  }
}
}  // TEST_SUITE("worker_threads/accounting")

}  // namespace spinneret::worker_threads
