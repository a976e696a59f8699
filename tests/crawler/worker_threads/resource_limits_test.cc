#include "crawler/worker_threads/resource_limits.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crawler/worker_threads/internal/memory_account.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {
namespace {

// The undefined-behaviour sanitizer looks whether memory is there through a pipe, and takes an object for a wild pointer when no
// descriptor is left for one.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAddressSanitized = true;
#else
constexpr bool kAddressSanitized = false;
#endif

using Bytes = std::pmr::vector<char>;

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

struct ByteProtocol {
  using Data = int;
  using ToWorker = int;
  using ToParent = Bytes;
};

WorkerOptions MemoryLimit(std::size_t bytes) {
  WorkerOptions options;
  options.memory_limit_bytes = bytes;
  return options;
}

void AllocateWithoutEnd() {
  std::pmr::vector<Bytes> kept(AccountedMemory());
  while (true) {
    kept.emplace_back(kMegabyte, 'x');
  }
}

// Of the process, in bytes.
std::size_t ResidentSize() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

int Recurse(int depth) {
  CheckStack();
  if (depth < 0) {
    return 0;  // never, but the compiler is not to know
  }
  // Something of each level is used after the call, so that no level is optimised away.
  volatile char level[256];  // NOLINT(modernize-avoid-c-arrays): stack is what is wanted
  level[0] = static_cast<char>(depth);
  return Recurse(depth + 1) + level[0];
}

}  // namespace

TEST_SUITE("worker_threads/resource_limits") {
TEST_CASE("Memory limit: over it only the worker ends, with kWorkerOutOfMemory and exit 1") {
  RecordedWorker worker(AllocateWithoutEnd, "", MemoryLimit(8 * kMegabyte));
  WorkerErrorCode code = WorkerErrorCode::kUncaughtException;
  std::exception_ptr exception;
  worker.worker.OnError([&](const WorkerError& error) {
    code = error.code;
    exception = error.exception;
    worker.events.push_back(error.message.substr(0, error.message.find(':')));
  });
  CHECK(worker.RunToEnd() == Events{"online", "kWorkerOutOfMemory", "exit 1"});
  CHECK(code == WorkerErrorCode::kOutOfMemory);
  CHECK_THROWS_AS(std::rethrow_exception(exception), WorkerOutOfMemory);
  CHECK(worker.worker.MemoryUsed() == 0);
}

TEST_CASE("Memory limit: is found in a handler, and ends the worker also when the exception is kept") {
  RecordedWorker worker(
      [] {
        auto* const port = ParentPort<Text>();
        port->OnMessage([port](std::string text) {
          try {
            AllocateWithoutEnd();
          } catch (const std::bad_alloc&) {
            port->PostMessage("caught " + text);
          }
        });
      },
      "", MemoryLimit(4 * kMegabyte));
  worker.worker.PostMessage("one");
  worker.worker.PostMessage("never");
  CHECK(worker.RunToEnd() == Events{"online", "message caught one",
                                    "error kWorkerOutOfMemory: the worker's memory limit is reached", "exit 1"});
}

TEST_CASE("Memory limit: memory under it is given and given back, as often as wanted") {
  RecordedWorker worker(
      [] {
        for (int i = 0; i < 50; ++i) {
          const Bytes most(300'000, 'x', AccountedMemory());
        }
      },
      "", MemoryLimit(400'000));
  CHECK(worker.RunToEnd() == Events{"online", "exit 0"});
}

TEST_CASE(
    "Memory limit: a block counts with its worker until it is freed, also after it was sent and the worker ended") {
  Bytes received;
  auto worker = std::make_unique<Worker<ByteProtocol>>(
      [] { ParentPort<ByteProtocol>()->PostMessage(Bytes(kMegabyte, 'x', AccountedMemory())); }, 0,
      MemoryLimit(2 * kMegabyte));
  std::size_t used_at_exit = 0;
  std::unique_ptr<Bytes> kept;
  worker->OnMessage([&](Bytes bytes) { kept = std::make_unique<Bytes>(std::move(bytes)); });
  worker->OnExit([&](int) { used_at_exit = worker->MemoryUsed(); });
  EventLoop::Current().Run();
  REQUIRE(kept != nullptr);
  CHECK(used_at_exit == kMegabyte);
  kept.reset();
  CHECK(worker->MemoryUsed() == 0);
}

TEST_CASE("Memory limit: a block that outlives the Worker itself is freed like any other") {
  std::unique_ptr<Bytes> kept;
  {
    Worker<ByteProtocol> worker([] { ParentPort<ByteProtocol>()->PostMessage(Bytes(1000, 'x', AccountedMemory())); }, 0,
                                MemoryLimit(kMegabyte));
    worker.OnMessage([&](Bytes bytes) { kept = std::make_unique<Bytes>(std::move(bytes)); });
    EventLoop::Current().Run();
  }
  REQUIRE(kept != nullptr);
  CHECK(kept->back() == 'x');
  kept.reset();
}

TEST_CASE("Resource limits: can be read inside, and outside while it runs, and are empty after") {
  WorkerOptions options = MemoryLimit(kMegabyte);
  options.stack_size_bytes = 1'000'000;
  RecordedWorker worker(
      [] {
        const ResourceLimits limits = CurrentResourceLimits();
        ParentPort<Text>()->PostMessage(std::to_string(limits.memory_bytes) + " " +
                                        std::to_string(limits.stack_size_bytes));
      },
      "", options);
  CHECK(worker.worker.resource_limits() == ResourceLimits{kMegabyte, 1'000'000});
  CHECK(worker.RunToEnd() == Events{"online", "message 1048576 1000000", "exit 0"});
  CHECK(worker.worker.resource_limits() == ResourceLimits{});
  CHECK(CurrentResourceLimits() == ResourceLimits{});
}

TEST_CASE("AccountedMemory: on a thread that is no worker has no limit, and keeps alignments") {
  for (const std::size_t alignment : {std::size_t{1}, std::size_t{16}, std::size_t{64}, std::size_t{4096}}) {
    void* const block = AccountedMemory()->allocate(100, alignment);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    AccountedMemory()->deallocate(block, 100, alignment);
  }
  volatile std::size_t too_much = SIZE_MAX - 8;
  CHECK_THROWS_AS(static_cast<void>(AccountedMemory()->allocate(too_much)), std::bad_alloc);
}

TEST_CASE("CheckStack: recursion without end is an error event of its worker, not a dead process") {
  RecordedWorker worker([] { Recurse(0); }, "", {.name = "", .stack_size_bytes = 1 << 20U, .memory_limit_bytes = 0});
  worker.worker.OnError(
      [&](const WorkerError& error) { worker.events.push_back(error.message.substr(0, error.message.find(':'))); });
  CHECK(worker.RunToEnd() == Events{"online", "kWorkerStackOverflow", "exit 1"});
}

TEST_CASE("RemainingStackBytes: falls with each call, and is that of the thread that asks") {
  RecordedWorker worker(
      [] {
        const std::size_t here = RemainingStackBytes();
        ParentPort<Text>()->PostMessage(here > 100'000 && here < 3'000'000 ? "sane" : std::to_string(here));
      },
      "", {.name = "", .stack_size_bytes = 2'000'000, .memory_limit_bytes = 0});
  CHECK(worker.RunToEnd() == Events{"online", "message sane", "exit 0"});
}

TEST_CASE("Worker: 256 under a limit of 128 descriptors start or fail with kInitFailed, and the process goes on" *
          doctest::skip(kAddressSanitized)) {
  EventLoop::Current();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 128;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<std::unique_ptr<RecordedWorker>> workers;
  std::size_t told = 0;
  std::size_t failed = 0;
  constexpr std::size_t kWorkers = 256;
  const auto end_when_all_told = [&] {
    if (++told == kWorkers) {
      for (const auto& worker : workers) {
        worker->worker.Terminate();
      }
    }
  };
  for (std::size_t i = 0; i < kWorkers; ++i) {
    workers.push_back(std::make_unique<RecordedWorker>(EchoUntilTerminated));
    workers.back()->worker.OnOnline([&] { end_when_all_told(); });
    workers.back()->worker.OnError([&](const WorkerError& error) {
      failed += error.code == WorkerErrorCode::kInitFailed ? 1 : 0;
      end_when_all_told();
    });
  }
  EventLoop::Current().Run();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(told == kWorkers);
  CHECK(failed > 0);
  CHECK(failed < kWorkers);
  for (const auto& worker : workers) {
    CHECK(worker->events.back() == "exit 1");
  }
}

TEST_CASE("Worker: thousands started and ended, many at a time, do not make the process grow with their number") {
  constexpr int kAtOnce = 20;
  constexpr int kRounds = 100;
  const auto round = [] {
    std::vector<std::unique_ptr<RecordedWorker>> workers;
    for (int i = 0; i < kAtOnce; ++i) {
      workers.push_back(std::make_unique<RecordedWorker>([] {
        ParentPort<Text>()->PostMessage(std::string(1000, 'x'));
        const std::vector<char> some(100'000, 'x');
      }));
    }
    EventLoop::Current().Run();
    int exits = 0;
    for (const auto& worker : workers) {
      exits += worker->events.back() == "exit 0" ? 1 : 0;
    }
    return exits;
  };
  round();
  const std::size_t before = ResidentSize();
  int exits = 0;
  for (int i = 0; i < kRounds; ++i) {
    exits += round();
  }
  CHECK(exits == kRounds * kAtOnce);
  // The sanitizer keeps freed memory for a while, which is growth of its own.
  CHECK((kAddressSanitized || ResidentSize() < 5 * before));
}
}  // TEST_SUITE("worker_threads/resource_limits")

}  // namespace spinneret::worker_threads
