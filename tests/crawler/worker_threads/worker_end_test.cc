// How workers end: errors, explicit exit, termination at every stage of life, destruction, nesting.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "crawler/worker_threads/worker.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

TEST_SUITE("worker_threads/worker_end") {
TEST_CASE("Worker: an exception that escapes its entry is one error event, then exit 1") {
  RecordedWorker worker([] {
    ParentPort<Text>()->PostMessage("before");
    throw std::runtime_error("broken");
  });
  CHECK(worker.RunToEnd() == Events{"online", "message before", "error broken", "exit 1"});
}

TEST_CASE("Worker: something thrown that is no std::exception is an unknown exception") {
  RecordedWorker worker([] { throw 7; });
  std::exception_ptr thrown;
  worker.worker.OnError([&](const WorkerError& error) {
    thrown = error.exception;
    worker.events.push_back(error.message);
  });
  CHECK(worker.RunToEnd() == Events{"online", "unknown exception", "exit 1"});
  CHECK_THROWS_AS(std::rethrow_exception(thrown), int);
}

TEST_CASE("Worker: an exception from a message handler ends it, and no later message is handled") {
  RecordedWorker worker([] {
    auto* const port = ParentPort<Text>();
    port->OnMessage([port](std::string text) {
      if (text == "bad") {
        throw std::invalid_argument("bad message");
      }
      port->PostMessage(std::move(text));
    });
  });
  worker.worker.PostMessage("good");
  worker.worker.PostMessage("bad");
  worker.worker.PostMessage("never");
  CHECK(worker.RunToEnd() == Events{"online", "message good", "error bad message", "exit 1"});
}

TEST_CASE("Worker: an exception from a guarded timer ends it, and nothing guarded that is due later runs") {
  RecordedWorker worker([] {
    Timer::Start(1, 0, []() -> bool { throw std::runtime_error("late"); });
    Timer::Start(1, 0, [] {
      ParentPort<Text>()->PostMessage("never");
      return false;
    });
    // Both are due in the same turn.
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  });
  CHECK(worker.RunToEnd() == Events{"online", "error late", "exit 1"});
}

TEST_CASE("Worker: an error without a handler is logged and the process goes on") {
  SetLogLevel(LogLevel::kError);
  std::string exit;
  int lines = 0;
  SetLogLineHook([&](bool before) { lines += before ? 1 : 0; });
  Worker<Text> worker([] { throw std::runtime_error("logged by a test"); }, "", {.name = "unwatched"});
  worker.OnExit([&](int code) { exit = std::to_string(code); });
  EventLoop::Current().Run();
  SetLogLineHook({});
  SetLogLevel(LogLevel::kInfo);
  CHECK(exit == "1");
  CHECK(lines == 1);
}

TEST_CASE("Worker: an error in a nested worker that nobody handles goes up as an error of its parent") {
  RecordedWorker worker([] {
    auto nested = std::make_shared<Worker<Text>>([] { throw std::runtime_error("from below"); }, "");
    nested->OnExit([nested](int) { ParentPort<Text>()->PostMessage("never"); });
  });
  CHECK(worker.RunToEnd() == Events{"online", "error from below", "exit 1"});
}

TEST_CASE("EventLoop: what a handler of the parent throws comes out of Run, and nothing is lost") {
  RecordedWorker worker([] {
    for (const char* text : {"one", "two", "three"}) {
      ParentPort<Text>()->PostMessage(text);
    }
  });
  worker.worker.OnMessage([&](std::string text) {
    worker.events.push_back(text);
    if (text == "one") {
      throw std::runtime_error("the parent's own");
    }
  });
  worker.worker.OnExit([&](int) {
    worker.events.emplace_back("exit");
    throw 5;
  });
  CHECK_THROWS_WITH_AS(EventLoop::Current().Run(), "the parent's own", std::runtime_error);
  CHECK_THROWS_AS(EventLoop::Current().Run(), int);
  EventLoop::Current().Run();
  CHECK(worker.events == Events{"online", "one", "two", "three", "exit"});
}

TEST_CASE("Exit: gives the worker's exit code and runs no further statement of it, but destructors") {
  RecordedWorker worker([] {
    struct Says {
      ~Says() { ParentPort<Text>()->PostMessage("unwound"); }
    } says;
    EchoUntilTerminated();
    Exit(42);
    ParentPort<Text>()->PostMessage("never");
  });
  CHECK(worker.RunToEnd() == Events{"online", "message unwound", "exit 42"});
}

TEST_CASE("Exit: works from a message handler and from a guarded callback") {
  RecordedWorker from_handler([] { ParentPort<Text>()->OnMessage([](std::string) { Exit(3); }); });
  from_handler.worker.PostMessage("go");
  CHECK(from_handler.RunToEnd() == Events{"online", "exit 3"});
  RecordedWorker from_timer([] {
    auto called = std::make_shared<int>(0);
    Timer::Start(0, 0, [called]() -> bool { Exit(4); });
  });
  CHECK(from_timer.RunToEnd() == Events{"online", "exit 4"});
}

TEST_CASE("Exit: a catch-all that keeps its unwinding does not keep the worker alive") {
  RecordedWorker worker([] {
    EchoUntilTerminated();
    try {
      Exit(5);
    } catch (...) {
    }
  });
  worker.worker.PostMessage("never echoed");
  CHECK(worker.RunToEnd() == Events{"online", "exit 5"});
}

TEST_CASE("Terminate: ends a worker that waits, with code 1") {
  RecordedWorker worker(EchoUntilTerminated);
  worker.worker.OnOnline([&] { worker.worker.Terminate(); });
  CHECK(worker.RunToEnd() == Events{"exit 1"});
}

TEST_CASE("Terminate: ends a computation that looks at its stop token, and can be waited for") {
  RecordedWorker worker(SpinUntilTerminated);
  CHECK(worker.worker.Terminate().get() == 1);
  CHECK(worker.RunToEnd().back() == "exit 1");
}

TEST_CASE("Terminate: ends a worker that posts without end") {
  RecordedWorker worker([] {
    // Both ends on this thread's loop, answering each other for ever.
    auto channel = std::make_shared<std::pair<MessagePort<int, int>, MessagePort<int, int>>>([] {
      auto a = std::make_shared<internal::Inbox<int>>();
      auto b = std::make_shared<internal::Inbox<int>>();
      return std::pair(MessagePort<int, int>(a, b), MessagePort<int, int>(b, a));
    }());
    channel->first.OnMessage([channel](int i) { channel->first.PostMessage(i); });
    channel->second.OnMessage([channel](int i) { channel->second.PostMessage(i); });
    channel->first.PostMessage(1);
    ParentPort<Text>()->PostMessage("busy");
  });
  worker.worker.OnMessage([&](std::string) { worker.worker.Terminate(); });
  CHECK(worker.RunToEnd() == Events{"online", "exit 1"});
}

TEST_CASE("Terminate: what a worker throws on its way out is no error event") {
  RecordedWorker worker([] {
    SpinUntilTerminated();
    throw std::runtime_error("given up");
  });
  worker.worker.OnOnline([&] { worker.worker.Terminate(); });
  CHECK(worker.RunToEnd() == Events{"exit 1"});
}

TEST_CASE("Terminate: at every stage of life resolves with the code of the exit event, also twice") {
  for (int delay_us = 0; delay_us < 400; delay_us += 20) {
    RecordedWorker worker([] { ParentPort<Text>()->PostMessage("x"); });
    std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
    worker.worker.PostMessage("in flight");
    std::future<int> first = worker.worker.Terminate();
    std::future<int> second = worker.worker.Terminate();
    worker.RunToEnd();
    const int code = first.get();
    CHECK(second.get() == code);
    CHECK(worker.events.back() == "exit " + std::to_string(code));
    CHECK(worker.worker.Terminate().get() == code);
  }
}

TEST_CASE("Terminate: works on an unref'ed worker") {
  RecordedWorker worker(EchoUntilTerminated);
  worker.worker.Unref();
  CHECK(worker.worker.Terminate().get() == 1);
}

TEST_CASE("Worker: destruction while it starts, runs or has ended joins and gives no events") {
  std::atomic<int> running{0};
  for (int delay_us = 0; delay_us < 400; delay_us += 10) {
    Events events;
    {
      Worker<Text> worker(
          [&running] {
            running.fetch_add(1);
            struct AtEnd {
              std::atomic<int>& count;
              ~AtEnd() { count.fetch_sub(1); }
            } at_end{running};
            EchoUntilTerminated();
            ParentPort<Text>()->PostMessage("x");
          },
          "");
      worker.OnOnline([&] { events.emplace_back("online"); });
      worker.OnMessage([&](std::string) { events.emplace_back("message"); });
      worker.OnExit([&](int) { events.emplace_back("exit"); });
      std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
    }
    EventLoop::Current().Run();
    CHECK(events.empty());
    CHECK(running.load() == 0);
  }
}

TEST_CASE("Worker: can be destroyed from each of its own handlers") {
  std::string destroyed_in;
  SUBCASE("online") {
    destroyed_in = "online";
  }
  SUBCASE("message") {
    destroyed_in = "message";
  }
  SUBCASE("error") {
    destroyed_in = "error";
  }
  SUBCASE("exit") {
    destroyed_in = "exit";
  }
  auto worker = std::make_unique<Worker<Text>>(
      [] {
        ParentPort<Text>()->PostMessage("x");
        ParentPort<Text>()->PostMessage("y");
        throw 1;
      },
      "");
  Events events;
  const auto on = [&](const std::string& event) {
    events.push_back(event);
    if (event == destroyed_in) {
      worker.reset();
    }
  };
  worker->OnOnline([&] { on("online"); });
  worker->OnMessage([&](std::string) { on("message"); });
  worker->OnError([&](const WorkerError&) { on("error"); });
  worker->OnExit([&](int) { on("exit"); });
  EventLoop::Current().Run();
  CHECK(events.back() == destroyed_in);
  CHECK(worker == nullptr);
}

TEST_CASE("Worker: the workers it started end with it") {
  static std::atomic<int> below{0};
  RecordedWorker worker([] {
    // Held by nobody on the stack: only the end of the parent's loop ends it.
    auto nested = std::make_shared<Worker<Text>>(
        [] {
          below.fetch_add(1);
          EchoUntilTerminated();
          ParentPort<Text>()->PostMessage("up");
        },
        "");
    nested->OnMessage([nested](std::string) { ParentPort<Text>()->PostMessage("nested is up"); });
    nested->OnExit([nested](int) { below.fetch_add(100); });
  });
  worker.worker.OnMessage([&](std::string text) {
    worker.events.push_back(text);
    worker.worker.Terminate();
  });
  CHECK(worker.RunToEnd() == Events{"online", "nested is up", "exit 1"});
  CHECK(below.load() == 1);
}

TEST_CASE("Worker: entry, handlers and data are destroyed on the worker's thread before exit") {
  struct Marks {
    std::shared_ptr<std::atomic<int>> off_thread;
    std::uint32_t creator = ThreadId();
    Marks(std::shared_ptr<std::atomic<int>> count) : off_thread(std::move(count)) {}
    ~Marks() {
      if (ThreadId() == creator) {
        off_thread->fetch_add(1);
      }
    }
  };
  auto wrong = std::make_shared<std::atomic<int>>(0);
  auto marks = std::make_shared<Marks>(wrong);
  std::weak_ptr<Marks> watched = marks;
  RecordedWorker worker(
      [marks = std::move(marks)] { ParentPort<Text>()->OnMessage([marks](std::string) { Exit(0); }); });
  worker.worker.PostMessage("end");
  bool gone_at_exit = false;
  worker.worker.OnExit([&](int) { gone_at_exit = watched.expired(); });
  worker.RunToEnd();
  CHECK(gone_at_exit);
  CHECK(wrong->load() == 0);
}

TEST_CASE("Worker: where no descriptors are left, workers give an error and exit 1, and the process goes on") {
  EventLoop::Current();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  // Two are left: too few for a loop, and what UBSan's own checks need.
  const int first_free = dup(0);
  const int second_free = dup(0);
  REQUIRE(second_free > first_free);
  close(first_free);
  close(second_free);
  rlimit two_left = before;
  two_left.rlim_cur = static_cast<rlim_t>(second_free) + 1;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &two_left) == 0);
  // More often than there are descriptors: none is lost by a failure.
  for (int attempt = 0; attempt < 5; ++attempt) {
    RecordedWorker worker([] {});
    WorkerErrorCode code = WorkerErrorCode::kUncaughtException;
    worker.worker.OnError([&](const WorkerError& error) {
      code = error.code;
      worker.events.push_back(error.message.substr(0, error.message.find(':')));
    });
    worker.RunToEnd();
    CHECK(worker.events == Events{"kWorkerInitFailed", "exit 1"});
    CHECK(code == WorkerErrorCode::kInitFailed);
    CHECK(worker.worker.Terminate().get() == 1);
  }
  const int still_free = dup(0);
  CHECK(still_free == first_free);
  close(still_free);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  RecordedWorker worker([] {});
  CHECK(worker.RunToEnd() == Events{"online", "exit 0"});
}

TEST_CASE("Worker: a stack that no machine has is an error and exit 1") {
  RecordedWorker worker([] {}, "", {.name = "", .stack_size_bytes = SIZE_MAX});
  worker.RunToEnd();
  CHECK(worker.events.size() == 2);
  CHECK(worker.events.front().substr(0, 24) == "error kWorkerInitFailed:");
  CHECK(worker.events.back() == "exit 1");
}
}  // TEST_SUITE("worker_threads/worker_end")

}  // namespace spinneret::worker_threads
