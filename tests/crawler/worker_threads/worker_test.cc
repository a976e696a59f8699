#include "crawler/worker_threads/worker.h"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <pthread.h>

#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

TEST_SUITE("worker_threads/worker") {
TEST_CASE("Worker: gives online, its messages, exit, in this order and then nothing") {
  RecordedWorker worker([] {
    ParentPort<Text>()->PostMessage("one");
    ParentPort<Text>()->PostMessage("two");
  });
  CHECK(worker.events.empty());
  CHECK(worker.RunToEnd() == Events{"online", "message one", "message two", "exit 0"});
  EventLoop::Current().Run();
  CHECK(worker.events.size() == 4);
}

TEST_CASE("Worker: online comes first, however soon its messages follow") {
  // The creator's first turn, and the worker's going online, fall together differently each time.
  for (int i = 0; i < 500; ++i) {
    RecordedWorker worker([] { ParentPort<Text>()->PostMessage("soon"); });
    CHECK(worker.RunToEnd() == Events{"online", "message soon", "exit 0"});
  }
}

TEST_CASE("Worker: gives no event from within a call, however early it is ready") {
  RecordedWorker worker([] { ParentPort<Text>()->PostMessage("early"); });
  worker.worker.Terminate().wait();
  CHECK(worker.events.empty());
  CHECK(worker.RunToEnd().back() == "exit " + std::to_string(worker.worker.Terminate().get()));
}

TEST_CASE("Worker: data is moved into it before it starts") {
  struct Owned {
    using Data = std::unique_ptr<int>;
    using ToWorker = int;
    using ToParent = int;
  };
  int seen = 0;
  Worker<Owned> worker([] { ParentPort<Owned>()->PostMessage(*WorkerData<std::unique_ptr<int>>() + 1); },
                       std::make_unique<int>(41));
  worker.OnMessage([&](int value) { seen = value; });
  EventLoop::Current().Run();
  CHECK(seen == 42);
}

TEST_CASE("Worker: messages posted to it before it listens are kept") {
  RecordedWorker worker([] {
    Timer::Start(5, 0, [] {
      auto* const port = ParentPort<Text>();
      port->OnMessage([port](std::string text) {
        port->PostMessage(text);
        if (text == "last") {
          port->OnMessage(nullptr);
        }
      });
      return false;
    });
  });
  worker.worker.PostMessage("first");
  worker.worker.PostMessage("last");
  CHECK(worker.RunToEnd() == Events{"online", "message first", "message last", "exit 0"});
}

TEST_CASE("Worker: messages from it are kept until the parent listens") {
  Worker<Text> worker(
      [] {
        ParentPort<Text>()->PostMessage("kept");
        EchoUntilTerminated();
      },
      "");
  Events events;
  worker.OnOnline([&] {
    Timer::Start(5, 0, [&] {
      worker.OnMessage([&](std::string text) {
        events.push_back(std::move(text));
        worker.Terminate();
      });
      return false;
    });
  });
  EventLoop::Current().Run();
  CHECK(events == Events{"kept"});
}

TEST_CASE("Worker: a message that is moved in arrives without a copy") {
  struct Boxes {
    using Data = int;
    using ToWorker = std::unique_ptr<int>;
    using ToParent = std::unique_ptr<int>;
  };
  Worker<Boxes> worker(
      [] {
        auto* const port = ParentPort<Boxes>();
        port->OnMessage([port](std::unique_ptr<int> box) {
          ++*box;
          port->PostMessage(std::move(box));
          port->Close();
        });
      },
      0);
  auto box = std::make_unique<int>(1);
  const int* const address = box.get();
  const int* returned = nullptr;
  int value = 0;
  worker.OnMessage([&](std::unique_ptr<int> back) {
    returned = back.get();
    value = *back;
  });
  worker.PostMessage(std::move(box));
  EventLoop::Current().Run();
  CHECK(returned == address);
  CHECK(value == 2);
}

TEST_CASE("Worker: ten thousand messages both ways keep their order") {
  constexpr int kMessages = 10'000;
  RecordedWorker worker(EchoUntilTerminated);
  int next = 0;
  bool ordered = true;
  worker.worker.OnMessage([&](std::string text) {
    ordered = ordered && text == std::to_string(next);
    if (++next == kMessages) {
      worker.worker.Terminate();
    }
  });
  for (int i = 0; i < kMessages; ++i) {
    worker.worker.PostMessage(std::to_string(i));
  }
  CHECK(worker.RunToEnd() == Events{"online", "exit 1"});
  CHECK(next == kMessages);
  CHECK(ordered);
}

TEST_CASE("Worker: what it posted right before its end comes before exit, more than one turn delivers too") {
  constexpr int kMessages = 3 * static_cast<int>(kMessagesPerTurn) + 7;
  int received = 0;
  int received_at_exit = -1;
  RecordedWorker worker([] {
    for (int i = 0; i < kMessages; ++i) {
      ParentPort<Text>()->PostMessage("x");
    }
    Exit(9);
  });
  worker.worker.OnMessage([&](std::string) { ++received; });
  worker.worker.OnExit([&](int) { received_at_exit = received; });
  EventLoop::Current().Run();
  CHECK(received_at_exit == kMessages);
}

TEST_CASE("Worker: ends with code 0 once the last listener is taken off the parent port") {
  RecordedWorker worker([] {
    auto* const port = ParentPort<Text>();
    port->OnMessage([port](std::string) { port->OnMessage(nullptr); });
  });
  worker.worker.PostMessage("go");
  CHECK(worker.RunToEnd() == Events{"online", "exit 0"});
}

TEST_CASE("Worker: ends with code 0 once the parent port is closed or unref'ed") {
  bool close = false;
  SUBCASE("closed") {
    close = true;
  }
  SUBCASE("unref'ed") {
    close = false;
  }
  RecordedWorker worker([close] {
    auto* const port = ParentPort<Text>();
    port->OnMessage([port, close](std::string) { close ? port->Close() : port->Unref(); });
  });
  worker.worker.PostMessage("go");
  CHECK(worker.RunToEnd() == Events{"online", "exit 0"});
}

TEST_CASE("Worker: lives while a handle of its own is open") {
  RecordedWorker worker([] {
    auto ticks = std::make_shared<int>(0);
    Timer::Start(1, 1, [ticks] {
      ParentPort<Text>()->PostMessage("tick");
      return ++*ticks < 3;
    });
  });
  CHECK(worker.RunToEnd() == Events{"online", "message tick", "message tick", "message tick", "exit 0"});
}

TEST_CASE("Worker: handles left open are closed at its end") {
  // The timer is never stopped by its owner; ASan would see it used after its memory went.
  RecordedWorker worker([] {
    static thread_local uv_timer_t forgotten;
    uv_timer_init(EventLoop::Current().uv(), &forgotten);
    uv_timer_start(
        &forgotten, [](uv_timer_t*) {}, 1, 1);
    ParentPort<Text>()->PostMessage("started");
  });
  worker.worker.OnMessage([&](std::string) { worker.worker.Terminate(); });
  CHECK(worker.RunToEnd() == Events{"online", "exit 1"});
}

TEST_CASE("Worker: knows it is none of the main thread, its id and its name") {
  std::uint32_t id = 0;
  RecordedWorker worker(
      [] {
        std::array<char, 16> system_name{};
        pthread_getname_np(pthread_self(), system_name.data(), system_name.size());
        ParentPort<Text>()->PostMessage(std::string(IsMainThread() ? "main " : "worker ") + std::to_string(ThreadId()) +
                                        " " + ThreadName() + " " + system_name.data());
      },
      "", {.name = "a-name-longer-than-15"});
  id = worker.worker.thread_id();
  CHECK(worker.worker.name() == "a-name-longer-than-15");
  worker.RunToEnd();
  CHECK(worker.events.at(1) == "message worker " + std::to_string(id) + " a-name-longer-than-15 a-name-longer-t");
  CHECK(worker.worker.name().empty());
  CHECK(worker.worker.thread_id() == id);
}

TEST_CASE("Main thread: has id 0, no parent port, no name, and a stop token that is never set") {
  CHECK(IsMainThread());
  CHECK(ThreadId() == 0);
  CHECK(ThreadName().empty());
  CHECK(ParentPort<Text>() == nullptr);
  CHECK_FALSE(CurrentStopToken().stop_possible());
}

TEST_CASE("ThreadId: a thread that is no worker has one of its own too") {
  std::uint32_t first = 0;
  std::uint32_t again = 0;
  bool main = true;
  std::thread([&] {
    first = ThreadId();
    again = ThreadId();
    main = IsMainThread();
  }).join();
  CHECK(first != 0);
  CHECK(first == again);
  CHECK_FALSE(main);
}

TEST_CASE("Worker: ids are unique over the ends of workers and counted up") {
  std::set<std::uint32_t> ids;
  std::uint32_t last = 0;
  for (int i = 0; i < 5; ++i) {
    RecordedWorker worker([] {});
    CHECK(worker.worker.thread_id() > last);
    last = worker.worker.thread_id();
    ids.insert(last);
    worker.RunToEnd();
  }
  CHECK(ids.size() == 5);
}

TEST_CASE("Worker: hundreds are started and ended, many at a time") {
  int exits = 0;
  int messages = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<RecordedWorker>> workers;
    for (int i = 0; i < 30; ++i) {
      workers.push_back(std::make_unique<RecordedWorker>([] { ParentPort<Text>()->PostMessage("here"); }));
    }
    EventLoop::Current().Run();
    for (const auto& worker : workers) {
      exits += worker->events.back() == "exit 0" ? 1 : 0;
      messages += worker->events.at(1) == "message here" ? 1 : 0;
    }
  }
  CHECK(exits == 300);
  CHECK(messages == 300);
}

TEST_CASE("Worker: posting to one that has ended does nothing") {
  RecordedWorker worker([] {});
  worker.RunToEnd();
  worker.worker.PostMessage("late");
  EventLoop::Current().Run();
  CHECK(worker.events == Events{"online", "exit 0"});
}

TEST_CASE("Worker: an unref'ed one does not hold the parent's loop and gives no exit when the parent ends first") {
  Events events;
  std::thread([&] {
    auto worker = std::make_unique<RecordedWorker>(EchoUntilTerminated);
    worker->worker.Unref();
    EventLoop::Current().Run();
    EventLoop::CloseCurrent();
    events = worker->events;
    worker.reset();
  }).join();
  CHECK(std::find(events.begin(), events.end(), "exit 1") == events.end());
}

TEST_CASE("Worker: ref takes an unref back") {
  RecordedWorker worker([] { Timer::Start(5, 0, [] { return false; }); });
  worker.worker.Unref();
  worker.worker.Ref();
  CHECK(worker.RunToEnd() == Events{"online", "exit 0"});
}

TEST_CASE("Worker: unref from inside a message handler while it ends is safe") {
  RecordedWorker worker([] { ParentPort<Text>()->PostMessage("bye"); });
  bool told = false;
  worker.worker.OnMessage([&](std::string) {
    worker.worker.Unref();
    told = true;
  });
  EventLoop::Current().Run();
  CHECK(told);
}

TEST_CASE("Worker: a small stack size is raised to what a thread needs, a larger one is given") {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{3'000'001}}) {
    RecordedWorker worker(
        [] {
          pthread_attr_t attributes;
          std::size_t size = 0;
          pthread_getattr_np(pthread_self(), &attributes);
          pthread_attr_getstacksize(&attributes, &size);
          pthread_attr_destroy(&attributes);
          ParentPort<Text>()->PostMessage(std::to_string(size));
        },
        "", {.name = "", .stack_size_bytes = bytes});
    worker.RunToEnd();
    const std::string prefix = "message ";
    CHECK(worker.events.size() == 3);
    CHECK(std::stoull(worker.events.at(1).substr(prefix.size())) >= bytes);
  }
}

TEST_CASE("Worker: signals for the process are blocked in it") {
  RecordedWorker worker([] {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    ParentPort<Text>()->PostMessage(sigismember(&blocked, SIGINT) == 1 && sigismember(&blocked, SIGPIPE) == 1 &&
                                            sigismember(&blocked, SIGSEGV) == 0
                                        ? "blocked"
                                        : "open");
  });
  CHECK(worker.RunToEnd() == Events{"online", "message blocked", "exit 0"});
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  CHECK(sigismember(&mine, SIGINT) == 0);
}
}  // TEST_SUITE("worker_threads/worker")

}  // namespace spinneret::worker_threads
