// BroadcastChannel, environment data and messages to a thread by its id.
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/worker_threads/broadcast_channel.h"
#include "crawler/worker_threads/environment_data.h"
#include "crawler/worker_threads/message_channel.h"
#include "crawler/worker_threads/thread_message.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

using namespace std::chrono_literals;

TEST_SUITE("worker_threads/broadcast_channel") {
TEST_CASE("BroadcastChannel: every other channel of the name gets a message once, the sender and other names do not") {
  BroadcastChannel<std::string> sender("news");
  BroadcastChannel<std::string> near("news");
  BroadcastChannel<std::string> other("weather");
  BroadcastChannel<int> other_type("news");
  Events events;
  sender.OnMessage([&](std::string text) { events.push_back("sender " + text); });
  other.OnMessage([&](std::string text) { events.push_back("other " + text); });
  other_type.OnMessage([&](int) { events.emplace_back("number"); });
  near.OnMessage([&](std::string text) { events.push_back("near " + text); });
  RecordedWorker worker([] {
    auto channel = std::make_shared<BroadcastChannel<std::string>>("news");
    channel->OnMessage([channel](std::string text) {
      ParentPort<Text>()->PostMessage("far " + text);
      channel->Close();
    });
    ParentPort<Text>()->PostMessage("listening");
  });
  worker.worker.OnMessage([&](std::string text) {
    events.push_back(text);
    if (text == "listening") {
      CHECK(sender.PostMessage("one").has_value());
    }
  });
  worker.worker.OnExit([&](int) {
    for (BroadcastChannel<std::string>* channel : {&sender, &near, &other}) {
      channel->Close();
    }
    other_type.Close();
  });
  worker.RunToEnd();
  CHECK(std::count(events.begin(), events.end(), "near one") == 1);
  CHECK(std::count(events.begin(), events.end(), "far one") == 1);
  CHECK(events.size() == 3);
}

TEST_CASE("BroadcastChannel: what was posted before a close is delivered, what comes later is not") {
  BroadcastChannel<int> sender("closing");
  BroadcastChannel<int> receiver("closing");
  std::vector<int> received;
  receiver.OnMessage([&](int i) { received.push_back(i); });
  CHECK(sender.PostMessage(1).has_value());
  receiver.Close();
  CHECK(sender.PostMessage(2).has_value());
  EventLoop::Current().Run();
  CHECK(received == std::vector<int>{1});
}

TEST_CASE("BroadcastChannel: posting on a closed one is an error, closing twice is not") {
  BroadcastChannel<int> channel("closed");
  channel.Close();
  channel.Close();
  const Result<void> posted = channel.PostMessage(1);
  REQUIRE_FALSE(posted.has_value());
  CHECK(posted.error().message.starts_with("kInvalidState: "));
  channel.OnMessage([](int) {});
  CHECK_FALSE(channel.HasRef());
}

TEST_CASE("BroadcastChannel: is kept until somebody listens, and an unref'ed one does not hold the loop") {
  BroadcastChannel<int> sender("late");
  BroadcastChannel<int> receiver("late");
  CHECK(sender.PostMessage(3).has_value());
  int received = 0;
  receiver.OnMessage([&](int i) {
    received = i;
    receiver.Unref();
  });
  EventLoop::Current().Run();
  CHECK(received == 3);
}

TEST_CASE("BroadcastChannel: a shared buffer that is broadcast is one memory for all") {
  BroadcastChannel<SharedBuffer> sender("memory");
  BroadcastChannel<SharedBuffer> first("memory");
  BroadcastChannel<SharedBuffer> second("memory");
  for (BroadcastChannel<SharedBuffer>* channel : {&first, &second}) {
    channel->OnMessage([channel](SharedBuffer buffer) {
      buffer.View<int>()[0].fetch_add(1);
      channel->Close();
    });
  }
  const SharedBuffer buffer(sizeof(int));
  CHECK(sender.PostMessage(buffer).has_value());
  EventLoop::Current().Run();
  CHECK(buffer.View<int>()[0].load() == 2);
}

TEST_CASE("BroadcastChannel: four threads post to many channels that come and go, and each stays in order") {
  constexpr int kEach = 2000;
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> senders;
  for (int who = 0; who < 4; ++who) {
    senders.emplace_back([&, who] {
      BroadcastChannel<std::pair<int, int>> channel("crowd");
      ready.fetch_add(1);
      while (!go.load()) {
        std::this_thread::yield();
      }
      for (int i = 0; i < kEach; ++i) {
        CHECK(channel.PostMessage({who, i}).has_value());
        const BroadcastChannel<std::pair<int, int>> passing("crowd");
      }
    });
  }
  BroadcastChannel<std::pair<int, int>> receiver("crowd");
  int received = 0;
  bool ordered = true;
  std::vector<int> next(4, 0);
  receiver.OnMessage([&](std::pair<int, int> message) {
    int& expected = next.at(static_cast<std::size_t>(message.first));
    ordered = ordered && message.second == expected;
    ++expected;
    if (++received == 4 * kEach) {
      receiver.Close();
    }
  });
  while (ready.load() < 4) {
    std::this_thread::yield();
  }
  go.store(true);
  EventLoop::Current().Run();
  for (std::thread& sender : senders) {
    sender.join();
  }
  CHECK(received == 4 * kEach);
  CHECK(ordered);
}
}  // TEST_SUITE("worker_threads/broadcast_channel")

TEST_SUITE("worker_threads/environment_data") {
TEST_CASE("EnvironmentData: is seen in a worker as a copy and inherited by the workers it starts") {
  SetEnvironmentData("city", std::string("Graz"));
  SetEnvironmentData("people", 300'000);
  RecordedWorker worker([] {
    SetEnvironmentData("city", GetEnvironmentData<std::string>("city").value() + "!");
    auto nested = std::make_shared<Worker<Text>>(
        [] {
          ParentPort<Text>()->PostMessage(GetEnvironmentData<std::string>("city").value_or("none") + " " +
                                          std::to_string(GetEnvironmentData<int>("people").value_or(0)));
        },
        "");
    nested->OnMessage([nested](std::string text) { ParentPort<Text>()->PostMessage(std::move(text)); });
  });
  SetEnvironmentData("city", std::string("changed later"));
  EraseEnvironmentData("people");
  CHECK(worker.RunToEnd() == Events{"online", "message Graz! 300000", "exit 0"});
  CHECK(GetEnvironmentData<std::string>("city") == "changed later");
  CHECK_FALSE(GetEnvironmentData<int>("people").has_value());
  EraseEnvironmentData("city");
}

TEST_CASE("EnvironmentData: a key that is not set, or holds another type, is nothing") {
  SetEnvironmentData("count", 1);
  CHECK_FALSE(GetEnvironmentData<std::string>("count").has_value());
  CHECK(GetEnvironmentData<int>("count") == 1);
  EraseEnvironmentData("count");
  EraseEnvironmentData("count");
  CHECK_FALSE(GetEnvironmentData<int>("count").has_value());
}
}  // TEST_SUITE("worker_threads/environment_data")

TEST_SUITE("worker_threads/thread_message") {
// Listens for text messages to its thread, and tells its parent what came.
void ListenForText() {
  EchoUntilTerminated();
  OnWorkerMessage<std::string>([](std::string text, std::uint32_t source) {
    if (text == "throw") {
      throw std::runtime_error("refused");
    }
    if (text == "exit") {
      Exit(9);
    }
    ParentPort<Text>()->PostMessage(text + " from " + std::to_string(source));
  });
  ParentPort<Text>()->PostMessage("listening");
}

TEST_CASE("PostMessageToThread: reaches any thread by its id, with the sender's id, the main thread too") {
  RecordedWorker listener(ListenForText);
  Events main_events;
  OnWorkerMessage<std::string>([&](std::string text, std::uint32_t source) {
    main_events.push_back(text + " from " + std::to_string(source));
    listener.worker.Terminate();
  });
  std::unique_ptr<RecordedWorker> sender;
  listener.worker.OnMessage([&](std::string text) {
    listener.events.push_back(text);
    if (text == "listening") {
      sender = std::make_unique<RecordedWorker>(
          [] {
            const auto id = static_cast<std::uint32_t>(std::stoul(WorkerData<std::string>()));
            const bool delivered =
                PostMessageToThread(id, std::string("hello")).Wait() == ThreadMessageResult::kDelivered;
            PostMessageToThread(0, std::string(delivered ? "delivered" : "not delivered"));
          },
          std::to_string(listener.worker.thread_id()));
    }
  });
  EventLoop::Current().Run();
  REQUIRE(sender != nullptr);
  const std::string sender_id = std::to_string(sender->worker.thread_id());
  CHECK(listener.events == Events{"online", "listening", "hello from " + sender_id, "exit 1"});
  CHECK(main_events == Events{"delivered from " + sender_id});
  OnWorkerMessage<std::string>(nullptr);
}

TEST_CASE("PostMessageToThread: own id, unknown id, no listener, a listener that throws and a time-out differ") {
  RecordedWorker listener(ListenForText);
  RecordedWorker deaf([] {
    EchoUntilTerminated();
    SpinUntilTerminated();
  });
  ThreadMessageResult thrown = ThreadMessageResult::kPending;
  ThreadMessageResult no_listener_of_type = ThreadMessageResult::kPending;
  listener.worker.OnMessage([&](std::string) {
    thrown = PostMessageToThread(listener.worker.thread_id(), std::string("throw")).Wait();
    no_listener_of_type = PostMessageToThread(listener.worker.thread_id(), 5).Wait();
    listener.worker.Terminate();
    deaf.worker.Terminate();
  });
  CHECK(PostMessageToThread(ThreadId(), 1).Wait() == ThreadMessageResult::kSameThread);
  CHECK(PostMessageToThread(4'000'000'000, 1).Wait() == ThreadMessageResult::kUnknownThread);
  CHECK(PostMessageToThread(deaf.worker.thread_id(), 1).Wait() == ThreadMessageResult::kNoListener);
  EventLoop::Current().Run();
  CHECK(thrown == ThreadMessageResult::kErrored);
  CHECK(no_listener_of_type == ThreadMessageResult::kNoListener);
  CHECK(PostMessageToThread(listener.worker.thread_id(), 1).Wait() == ThreadMessageResult::kUnknownThread);
}

TEST_CASE("PostMessageToThread: one that timed out before anybody looked is not delivered later") {
  RecordedWorker listener([] {
    ListenForText();
    const SharedBuffer never(4);
    never.Wait<std::int32_t>(0, 0);
  });
  ThreadMessageReceipt receipt(std::nullopt);
  ThreadMessageReceipt pending(std::nullopt);
  listener.worker.OnMessage([&](std::string text) {
    listener.events.push_back(text);
    receipt = PostMessageToThread(listener.worker.thread_id(), std::string("too late"), 1ms);
    CHECK(receipt.Wait() == ThreadMessageResult::kTimedOut);
    pending = PostMessageToThread(listener.worker.thread_id(), std::string("never read"));
    CHECK(pending.result() == ThreadMessageResult::kPending);
    listener.worker.Terminate();
  });
  CHECK(listener.RunToEnd() == Events{"online", "listening", "exit 1"});
  CHECK(receipt.result() == ThreadMessageResult::kTimedOut);
  CHECK(pending.Wait() == ThreadMessageResult::kUnknownThread);
}

TEST_CASE("PostMessageToThread: Exit in a listener ends the thread, and the message counts as delivered") {
  RecordedWorker listener(ListenForText);
  ThreadMessageResult result = ThreadMessageResult::kPending;
  listener.worker.OnMessage(
      [&](std::string) { result = PostMessageToThread(listener.worker.thread_id(), std::string("exit")).Wait(); });
  CHECK(listener.RunToEnd() == Events{"online", "exit 9"});
  CHECK(result == ThreadMessageResult::kDelivered);
}

TEST_CASE("PostMessageToThread: a worker that waits for a receipt can be terminated") {
  static std::atomic<ThreadMessageResult> waited{ThreadMessageResult::kPending};
  OnWorkerMessage<int>([](int, std::uint32_t) {});
  RecordedWorker worker([] {
    // The main thread does not run its loop meanwhile.
    waited.store(PostMessageToThread(0, 1).Wait());
  });
  std::this_thread::sleep_for(1ms);
  CHECK(worker.worker.Terminate().get() == 1);
  worker.RunToEnd();
  OnWorkerMessage<int>(nullptr);
  CHECK((waited.load() == ThreadMessageResult::kGivenUp || waited.load() == ThreadMessageResult::kPending));
}

TEST_CASE("OnWorkerMessage: a thread that is no worker is known while it listens, and gone with it") {
  std::atomic<std::uint32_t> id{0};
  std::atomic<bool> done{false};
  std::thread thread([&] {
    MessageChannel<int, int> holds_the_loop;
    holds_the_loop.port1.Ref();
    OnWorkerMessage<int>([&](int, std::uint32_t) { done.store(true); });
    id.store(ThreadId());
    while (!done.load()) {
      EventLoop::Current().RunOnce();
    }
  });
  while (id.load() == 0) {
    std::this_thread::yield();
  }
  CHECK(PostMessageToThread(id.load(), 1).Wait() == ThreadMessageResult::kDelivered);
  thread.join();
  CHECK(PostMessageToThread(id.load(), 1).Wait() == ThreadMessageResult::kUnknownThread);
}
}  // TEST_SUITE("worker_threads/thread_message")

}  // namespace spinneret::worker_threads
