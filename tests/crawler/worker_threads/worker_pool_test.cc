#include "crawler/worker_threads/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "crawler/worker_threads/shared_buffer.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {
namespace {

using namespace std::chrono_literals;

using NumberPool = WorkerPool<int, int>;

// "7", or the failure's name.
std::string Told(const JobResult<int>& result) {
  if (result.index() == 0) {
    return std::to_string(std::get<0>(result));
  }
  switch (std::get<1>(result).code) {
    case JobError::kQueueFull:
      return "full";
    case JobError::kCancelled:
      return "cancelled";
    case JobError::kThrew:
      return "threw " + std::get<1>(result).message;
    case JobError::kWorkerDied:
      return "died";
    case JobError::kClosed:
      return "closed";
  }
  return "";
}

// Jobs wait here until they are let go, or asked to stop.
class Gate {
 public:
  int Pass(int value, const std::stop_token& stop) const {
    entered_.View<int>()[0].fetch_add(1);
    const std::stop_callback wake(stop, [this] { open_.Notify<int>(0); });
    while (open_.View<int>()[0].load() == 0 && !stop.stop_requested()) {
      open_.Wait<int>(0, 0, 20ms);
    }
    return value;
  }
  void AwaitEntered(int count) const {
    while (entered_.View<int>()[0].load() < count) {
      std::this_thread::yield();
    }
  }
  void Open() const {
    open_.View<int>()[0].store(1);
    open_.Notify<int>(0);
  }

 private:
  SharedBuffer entered_{sizeof(int)};
  SharedBuffer open_{sizeof(int)};
};

WorkerPoolOptions Threads(std::size_t min, std::size_t max) {
  WorkerPoolOptions options;
  options.min_threads = min;
  options.max_threads = max;
  return options;
}

}  // namespace

TEST_SUITE("worker_threads/worker_pool") {
TEST_CASE("WorkerPool: each job is answered once, by future and by callback, over several threads") {
  constexpr int kJobs = 2000;
  NumberPool pool([](int n) { return 2 * n; }, Threads(2, 4));
  std::vector<NumberPool::Future> futures;
  int called = 0;
  int sum = 0;
  for (int i = 0; i < kJobs; ++i) {
    futures.push_back(pool.Submit(i));
    pool.Submit(i, [&](const JobResult<int>& result) {
      ++called;
      sum += std::get<0>(result);
    });
  }
  CHECK(called == 0);
  EventLoop::Current().Run();
  for (int i = 0; i < kJobs; ++i) {
    CHECK(Told(futures.at(static_cast<std::size_t>(i)).get()) == std::to_string(2 * i));
  }
  CHECK(called == kJobs);
  CHECK(sum == kJobs * (kJobs - 1));
  const WorkerPoolReading reading = pool.Read();
  CHECK(reading.completed == 2 * kJobs);
  CHECK(reading.failed == 0);
  CHECK(reading.threads <= 4);
}

TEST_CASE("WorkerPool: a future can be waited for without the owner's loop") {
  NumberPool pool([](int n) { return n + 1; });
  CHECK(Told(pool.Submit(1).get()) == "2");
}

TEST_CASE("WorkerPool: more workers are started while jobs find none free, up to the limit") {
  const Gate gate;
  NumberPool pool([&](int n, const std::stop_token& stop) { return gate.Pass(n, stop); }, Threads(0, 3));
  CHECK(pool.Read().threads == 0);
  std::vector<NumberPool::Future> futures;
  for (int i = 0; i < 5; ++i) {
    futures.push_back(pool.Submit(i));
  }
  gate.AwaitEntered(3);
  CHECK(pool.Read().threads == 3);
  CHECK(pool.Read().queued == 2);
  gate.Open();
  for (int i = 0; i < 5; ++i) {
    CHECK(Told(pool.Await(futures.at(static_cast<std::size_t>(i)))) == std::to_string(i));
  }
}

TEST_CASE("WorkerPool: a full queue refuses at once, and OnDrain tells when nothing waits any more") {
  const Gate gate;
  WorkerPoolOptions options = Threads(1, 1);
  options.max_queue = 2;
  NumberPool pool([&](int n, const std::stop_token& stop) { return gate.Pass(n, stop); }, options);
  int drained = 0;
  pool.OnDrain([&] { ++drained; });
  std::vector<NumberPool::Future> futures;
  futures.push_back(pool.Submit(0));
  gate.AwaitEntered(1);
  for (int i = 1; i < 5; ++i) {
    futures.push_back(pool.Submit(i));
  }
  CHECK(Told(futures.at(4).get()) == "full");
  CHECK(Told(futures.at(3).get()) == "full");
  CHECK(drained == 0);
  gate.Open();
  CHECK(Told(pool.Await(futures.at(0))) == "0");
  CHECK(Told(pool.Await(futures.at(2))) == "2");
  EventLoop::Current().Run();
  CHECK(drained == 1);
}

TEST_CASE("WorkerPool: a refused job's callback comes on the loop too") {
  WorkerPoolOptions options = Threads(0, 1);
  NumberPool pool([](int n) { return n; }, options);
  pool.Close();
  Events events;
  pool.Submit(1, [&](const JobResult<int>& result) { events.push_back(Told(result)); });
  CHECK(events.empty());
  EventLoop::Current().Run();
  CHECK(events == Events{"closed"});
}

TEST_CASE("WorkerPool: cancelling a job that waits takes it out, one that runs is told to stop") {
  const Gate gate;
  std::atomic<int> ran{0};
  NumberPool pool(
      [&](int n, const std::stop_token& stop) {
        ran.fetch_add(1);
        return gate.Pass(n, stop);
      },
      Threads(1, 1));
  std::stop_source running;
  std::stop_source waiting;
  std::stop_source before;
  before.request_stop();
  auto first = pool.Submit(1, running.get_token());
  gate.AwaitEntered(1);
  auto second = pool.Submit(2, waiting.get_token());
  auto third = pool.Submit(3, before.get_token());
  waiting.request_stop();
  CHECK(Told(second.get()) == "cancelled");
  CHECK(Told(third.get()) == "cancelled");
  CHECK(pool.Read().queued == 0);
  running.request_stop();
  CHECK(Told(first.get()) == "cancelled");
  gate.Open();
  auto fourth = pool.Submit(4);
  CHECK(Told(pool.Await(fourth)) == "4");
  CHECK(ran.load() == 2);
  running.request_stop();
  EventLoop::Current().Run();
}

TEST_CASE("WorkerPool: what a job throws is its failure, and the worker goes on") {
  NumberPool pool(
      [](int n) -> int {
        if (n == 0) {
          throw std::runtime_error("zero");
        }
        if (n < 0) {
          throw n;
        }
        return n;
      },
      Threads(1, 1));
  auto zero = pool.Submit(0);
  auto negative = pool.Submit(-1);
  auto one = pool.Submit(1);
  JobResult<int> failed = pool.Await(zero);
  CHECK(Told(failed) == "threw zero");
  CHECK_THROWS_AS(std::rethrow_exception(std::get<1>(failed).exception), std::runtime_error);
  CHECK(Told(pool.Await(negative)) == "threw unknown exception");
  CHECK(Told(pool.Await(one)) == "1");
  CHECK(pool.Read().replaced == 0);
}

TEST_CASE("WorkerPool: a worker that died under its job is replaced, and what waited is answered") {
  NumberPool pool(
      [](int n) -> int {
        if (n == 0) {
          Exit(3);
        }
        return n;
      },
      Threads(1, 1));
  std::vector<NumberPool::Future> futures;
  for (const int n : {0, 1, 0, 2}) {
    futures.push_back(pool.Submit(n));
  }
  Events told;
  for (NumberPool::Future& future : futures) {
    told.push_back(Told(pool.Await(future)));
  }
  CHECK(told == Events{"died", "1", "died", "2"});
  CHECK(pool.Read().replaced == 2);
}

TEST_CASE("WorkerPool: when no worker can be started, what waits fails instead of waiting for ever") {
  WorkerPoolOptions options = Threads(1, 2);
  options.worker.stack_size_bytes = SIZE_MAX;
  NumberPool pool([](int n) { return n; }, options);
  int errors = 0;
  pool.OnWorkerError([&](const WorkerError& error) { errors += error.code == WorkerErrorCode::kInitFailed ? 1 : 0; });
  auto job = pool.Submit(1);
  CHECK(Told(pool.Await(job)) == "died");
  CHECK(errors >= 1);
}

TEST_CASE("WorkerPool: workers beyond the least end after their idle time, and come back when needed") {
  WorkerPoolOptions options = Threads(1, 3);
  options.idle_timeout = 1ms;
  const Gate gate;
  NumberPool pool([&](int n, const std::stop_token& stop) { return gate.Pass(n, stop); }, options);
  std::vector<NumberPool::Future> futures;
  for (int i = 0; i < 3; ++i) {
    futures.push_back(pool.Submit(i));
  }
  gate.AwaitEntered(3);
  gate.Open();
  // Nothing but the timer of this test holds the loop.
  Timer::Start(1, 1, [&] { return pool.Read().threads > 1; });
  EventLoop::Current().Run();
  CHECK(pool.Read().threads == 1);
  CHECK(pool.Read().replaced == 0);
  auto again = pool.Submit(9);
  CHECK(Told(pool.Await(again)) == "9");
}

TEST_CASE("WorkerPool: idle workers do not hold the owner's loop") {
  NumberPool pool([](int n) { return n; }, Threads(2, 2));
  EventLoop::Current().Run();
  CHECK(pool.Read().threads == 2);
}

TEST_CASE("WorkerPool: destruction fails what waits, asks what runs to stop, and calls no callback") {
  const Gate gate;
  NumberPool::Future running;
  NumberPool::Future waiting;
  bool called = false;
  {
    NumberPool pool([&](int n, const std::stop_token& stop) { return gate.Pass(n, stop); }, Threads(1, 1));
    running = pool.Submit(1);
    gate.AwaitEntered(1);
    waiting = pool.Submit(2);
    pool.Submit(3, [&](const JobResult<int>&) { called = true; });
  }
  EventLoop::Current().Run();
  CHECK(Told(running.get()) == "1");
  CHECK(Told(waiting.get()) == "closed");
  CHECK_FALSE(called);
}

TEST_CASE("WorkerPool: may be destroyed from one of its callbacks") {
  auto pool = std::make_unique<NumberPool>([](int n) { return n; }, Threads(2, 2));
  int called = 0;
  for (int i = 0; i < 10; ++i) {
    pool->Submit(i, [&](const JobResult<int>&) {
      ++called;
      pool.reset();
    });
  }
  EventLoop::Current().Run();
  CHECK(called == 1);
}

TEST_CASE("WorkerPool: a closed one finishes what it has and takes no more") {
  NumberPool pool([](int n) { return n; }, Threads(1, 1));
  auto before = pool.Submit(1);
  pool.Close();
  auto after = pool.Submit(2);
  CHECK(Told(pool.Await(before)) == "1");
  CHECK(Told(pool.Await(after)) == "closed");
  EventLoop::Current().Run();
}

TEST_CASE("WorkerPool: utilisation is the share of the workers' time that went into jobs") {
  const Gate gate;
  NumberPool pool([&](int n, const std::stop_token& stop) { return gate.Pass(n, stop); }, Threads(1, 1));
  auto job = pool.Submit(1);
  gate.AwaitEntered(1);
  const WorkerPoolReading before = pool.Read();
  WorkerPoolReading later = before;
  while (later.available - before.available < 2ms) {
    later = pool.Read();
  }
  CHECK(Utilization(before, later) == 1);
  gate.Open();
  pool.Await(job);
  EventLoop::Current().Run();
  while (pool.Read().idle == 0) {
    std::this_thread::yield();
  }
  const WorkerPoolReading idle = pool.Read();
  later = idle;
  while (later.available - idle.available < 2ms) {
    later = pool.Read();
  }
  CHECK(Utilization(idle, later) == 0);
  CHECK(Utilization(later, later) == 0);
}

TEST_CASE("WorkerPool: jobs that are cancelled while they are taken, run and answered end in one result each") {
  constexpr int kJobs = 500;
  NumberPool pool([](int n) { return n; }, Threads(2, 2));
  std::vector<std::stop_source> sources(kJobs);
  std::vector<NumberPool::Future> futures;
  futures.reserve(kJobs);
  for (int i = 0; i < kJobs; ++i) {
    futures.push_back(pool.Submit(i, sources.at(static_cast<std::size_t>(i)).get_token()));
  }
  for (std::stop_source& source : sources) {
    source.request_stop();
  }
  EventLoop::Current().Run();
  int answered = 0;
  int cancelled = 0;
  for (NumberPool::Future& future : futures) {
    const std::string told = Told(future.get());
    ++(told == "cancelled" ? cancelled : answered);
  }
  CHECK(answered + cancelled == kJobs);
  const WorkerPoolReading reading = pool.Read();
  CHECK(reading.completed == static_cast<std::uint64_t>(answered));
  CHECK(reading.failed == static_cast<std::uint64_t>(cancelled));
}
}  // TEST_SUITE("worker_threads/worker_pool")

}  // namespace spinneret::worker_threads
