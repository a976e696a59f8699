#include "crawler/worker_threads/event_loop.h"

#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "crawler/worker_threads/message_channel.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

TEST_SUITE("worker_threads/event_loop") {
TEST_CASE("EventLoop: each thread has its own, and the same one each time") {
  EventLoop* const mine = &EventLoop::Current();
  CHECK(&EventLoop::Current() == mine);
  EventLoop* other = nullptr;
  std::thread([&] { other = &EventLoop::Current(); }).join();
  CHECK(other != mine);
}

TEST_CASE("EventLoop: Run returns when nothing is open") {
  EventLoop::Current().Run();
  CHECK_FALSE(EventLoop::Current().RunOnce());
}

TEST_CASE("EventLoop: Stop ends Run before the next message, and the next Run goes on with it") {
  MessageChannel<int, int> channel;
  std::vector<int> handled;
  channel.port1.OnMessage([&](int i) {
    handled.push_back(i);
    i == 2 ? channel.port1.Close() : EventLoop::Current().Stop();
  });
  channel.port2.PostMessage(1);
  channel.port2.PostMessage(2);
  EventLoop::Current().Run();
  CHECK(handled == std::vector<int>{1});
  EventLoop::Current().Run();
  CHECK(handled == std::vector<int>{1, 2});
}

TEST_CASE("EventLoop: Stop outside of Run makes the next Run return at once") {
  MessageChannel<int, int> channel;
  channel.port1.OnMessage([](int) {});
  EventLoop::Current().Stop();
  EventLoop::Current().Run();
  CHECK(channel.port1.HasRef());
}

TEST_CASE("EventLoop: RunOnce delivers what is ready without waiting, and tells whether something is left") {
  MessageChannel<int, int> channel;
  int handled = 0;
  channel.port1.OnMessage([&](int) { ++handled; });
  CHECK(EventLoop::Current().RunOnce());
  CHECK(handled == 0);
  channel.port2.PostMessage(1);
  CHECK(EventLoop::Current().RunOnce());
  CHECK(handled == 1);
  channel.port1.Close();
  while (EventLoop::Current().RunOnce()) {
  }
  CHECK_FALSE(channel.port1.HasRef());
}

TEST_CASE("RunGuarded: an exception in a raw callback comes out of Run") {
  bool thrown = false;
  Timer::Start(0, 1, [&] {
    if (!thrown) {
      thrown = true;
      throw std::runtime_error("from a timer");
    }
    return false;
  });
  CHECK_THROWS_WITH_AS(EventLoop::Current().Run(), "from a timer", std::runtime_error);
  EventLoop::Current().Run();
  CHECK(thrown);
}

TEST_CASE("Utilization: of the time between two readings, 0 when none passed or the loop ended") {
  using std::chrono::nanoseconds;
  const LoopUtilizationReading start{nanoseconds(100), nanoseconds(100)};
  CHECK(Utilization(start, {nanoseconds(400), nanoseconds(200)}) == 0.25);
  CHECK(Utilization(start, start) == 0);
  CHECK(Utilization(start, {}) == 0);
  CHECK(Utilization({}, {nanoseconds(0), nanoseconds(5)}) == 1);
}

TEST_CASE("LoopUtilization: a waiting worker is mostly idle, a spinning one mostly active, an ended one all zero") {
  RecordedWorker idle([] {
    EchoUntilTerminated();
    ParentPort<Text>()->PostMessage("up");
  });
  RecordedWorker busy([] {
    ParentPort<Text>()->PostMessage("up");
    SpinUntilTerminated();
  });
  int up = 0;
  const auto count_up = [&](std::string) {
    if (++up == 2) {
      EventLoop::Current().Stop();
    }
  };
  idle.worker.OnMessage(count_up);
  busy.worker.OnMessage(count_up);
  EventLoop::Current().Run();
  const auto idle_start = idle.worker.LoopUtilization();
  const auto busy_start = busy.worker.LoopUtilization();
  // However the machine shares its time, a waiting loop waits and a spinning one never does.
  LoopUtilizationReading last = idle_start;
  bool monotonic = true;
  while ((last.idle - idle_start.idle) < std::chrono::milliseconds(20)) {
    const auto now = idle.worker.LoopUtilization();
    monotonic = monotonic && now.idle >= last.idle && now.active >= last.active;
    last = now;
  }
  CHECK(monotonic);
  CHECK(Utilization(idle_start, last) < 0.5);
  const auto busy_end = busy.worker.LoopUtilization();
  CHECK(busy_end.idle == busy_start.idle);
  CHECK(Utilization(busy_start, busy_end) == 1);
  idle.worker.Terminate();
  busy.worker.Terminate();
  EventLoop::Current().Run();
  CHECK(idle.worker.LoopUtilization().idle.count() == 0);
  CHECK(busy.worker.LoopUtilization().active.count() == 0);
}

TEST_CASE("CurrentLoopUtilization: the main thread's active time grows while it computes") {
  const auto before = CurrentLoopUtilization();
  auto after = before;
  while (after.active - before.active < std::chrono::milliseconds(1)) {
    after = CurrentLoopUtilization();
  }
  CHECK(after.idle == before.idle);
}

TEST_CASE("CpuUsage: never falls while the worker runs, and is an error after its end") {
  RecordedWorker worker([] {
    ParentPort<Text>()->PostMessage("up");
    SpinUntilTerminated();
  });
  worker.worker.OnMessage([&](std::string) {
    auto last = worker.worker.CpuUsage();
    REQUIRE(last.has_value());
    for (int i = 0; i < 1000; ++i) {
      const auto now = worker.worker.CpuUsage();
      REQUIRE(now.has_value());
      CHECK(*now >= *last);
      last = now;
    }
    worker.worker.Terminate();
  });
  EventLoop::Current().Run();
  CHECK(worker.events.back() == "exit 1");
  CHECK_FALSE(worker.worker.CpuUsage().has_value());
}
}  // TEST_SUITE("worker_threads/event_loop")

}  // namespace spinneret::worker_threads
