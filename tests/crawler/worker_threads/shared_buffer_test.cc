#include "crawler/worker_threads/shared_buffer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/worker_threads/worker.h"

namespace spinneret::worker_threads {
namespace {

struct Shared {
  using Data = SharedBuffer;
  using ToWorker = SharedBuffer;
  using ToParent = SharedBuffer;
};

}  // namespace

TEST_SUITE("worker_threads/shared_buffer") {
TEST_CASE("SharedBuffer: begins zeroed on a cache line, and a view has the elements that fit") {
  const SharedBuffer buffer(1003);
  CHECK(buffer.size() == 1003);
  const auto bytes = buffer.View<std::uint8_t>();
  CHECK(bytes.size() == 1003);
  CHECK(buffer.View<std::uint64_t>().size() == 125);
  CHECK(std::all_of(bytes.begin(), bytes.end(), [](const auto& byte) { return byte.load() == 0; }));
  CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64 == 0);
}

TEST_CASE("SharedBuffer: one of size 0 can be made, copied and viewed") {
  const SharedBuffer empty(0);
  const SharedBuffer copy = empty;
  CHECK(copy.size() == 0);
  CHECK(copy.View<std::uint32_t>().empty());
}

TEST_CASE("SharedBuffer: start-up data and messages name the same memory, seen both ways") {
  const SharedBuffer mine(2 * sizeof(std::uint64_t));
  mine.View<std::uint64_t>()[0] = 1;
  Worker<Shared> worker(
      [] {
        WorkerData<SharedBuffer>().View<std::uint64_t>()[0].fetch_add(10);
        ParentPort<Shared>()->OnMessage([](SharedBuffer sent) {
          sent.View<std::uint64_t>()[1].fetch_add(5);
          ParentPort<Shared>()->Close();
        });
      },
      mine);
  worker.PostMessage(mine);
  EventLoop::Current().Run();
  CHECK(mine.View<std::uint64_t>()[0] == 11);
  CHECK(mine.View<std::uint64_t>()[1] == 5);
}

TEST_CASE("SharedBuffer: one made in a worker outlives it") {
  std::optional<SharedBuffer> received;
  bool ended = false;
  Worker<Shared> worker(
      [] {
        SharedBuffer made(4);
        made.View<std::uint32_t>()[0] = 99;
        ParentPort<Shared>()->PostMessage(made);
      },
      SharedBuffer(0));
  worker.OnMessage([&](SharedBuffer buffer) { received = std::move(buffer); });
  worker.OnExit([&](int) { ended = true; });
  EventLoop::Current().Run();
  REQUIRE(ended);
  REQUIRE(received.has_value());
  CHECK(received->View<std::uint32_t>()[0] == 99);
}

TEST_CASE("SharedBuffer: a wait for a value that differs already returns at once") {
  const SharedBuffer buffer(8);
  CHECK(buffer.Wait<std::int32_t>(1, 5) == WaitResult::kNotEqual);
}

TEST_CASE("SharedBuffer: a wait ends at its time limit, a negative one too") {
  const SharedBuffer buffer(8);
  CHECK(buffer.Wait<std::int32_t>(0, 0, std::chrono::milliseconds(2)) == WaitResult::kTimedOut);
  CHECK(buffer.Wait<std::int64_t>(0, 0, std::chrono::milliseconds(-2)) == WaitResult::kTimedOut);
  CHECK(buffer.Notify<std::int32_t>(0) == 0);
}

TEST_CASE("SharedBuffer: notify wakes those that wait for its element and says how many") {
  const SharedBuffer buffer(2 * sizeof(std::int32_t));
  const auto entry = [] {
    SharedBuffer shared = WorkerData<SharedBuffer>();
    if (shared.Wait<std::int32_t>(1, 0) == WaitResult::kNotified) {
      shared.View<std::int32_t>()[0].fetch_add(1);
    }
  };
  Worker<Shared> one(entry, buffer);
  Worker<Shared> two(entry, buffer);
  CHECK(buffer.Notify<std::int32_t>(0) == 0);
  std::size_t woken = 0;
  while (woken < 2) {
    woken += buffer.Notify<std::int32_t>(1, 1);
  }
  EventLoop::Current().Run();
  CHECK(woken == 2);
  CHECK(buffer.View<std::int32_t>()[0] == 2);
}

TEST_CASE("SharedBuffer: a wait without limit ends when its worker is terminated") {
  const SharedBuffer buffer(2 * sizeof(std::int32_t));
  Worker<Shared> worker(
      [] {
        SharedBuffer shared = WorkerData<SharedBuffer>();
        ParentPort<Shared>()->PostMessage(shared);
        const WaitResult result = shared.Wait<std::int32_t>(0, 0);
        shared.View<std::int32_t>()[1] = static_cast<std::int32_t>(result);
      },
      buffer);
  worker.OnMessage([&](SharedBuffer) { worker.Terminate(); });
  int code = -1;
  worker.OnExit([&](int exit) { code = exit; });
  EventLoop::Current().Run();
  CHECK(code == 1);
  CHECK(buffer.View<std::int32_t>()[1] == static_cast<std::int32_t>(WaitResult::kTerminated));
}
}  // TEST_SUITE("worker_threads/shared_buffer")

}  // namespace spinneret::worker_threads
