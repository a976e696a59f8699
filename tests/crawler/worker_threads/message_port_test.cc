#include "crawler/worker_threads/message_port.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/worker_threads/message_channel.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {

TEST_SUITE("worker_threads/message_port") {
TEST_CASE("MessagePort: what one end posts, the other receives once, and close is told on both ends once") {
  MessageChannel<std::string, std::string> channel;
  Events events;
  channel.port1.OnMessage([&](std::string text) {
    events.push_back(text);
    channel.port1.Close();
  });
  channel.port1.OnClose([&] { events.emplace_back("close 1"); });
  channel.port2.OnClose([&] { events.emplace_back("close 2"); });
  channel.port2.PostMessage("hello");
  CHECK(events.empty());
  EventLoop::Current().Run();
  REQUIRE(events.size() == 3);
  CHECK(events.front() == "hello");
  CHECK(events[1] != events[2]);
  channel.port1.Close();
  channel.port2.Close();
  EventLoop::Current().Run();
  CHECK(events.size() == 3);
}

TEST_CASE("MessagePort: what is posted while nobody listens, first or again, goes to the next listener") {
  MessageChannel<int, int> channel;
  std::vector<int> first;
  std::vector<int> second;
  channel.port2.PostMessage(1);
  channel.port1.OnMessage([&](int i) {
    first.push_back(i);
    channel.port1.OnMessage(nullptr);
  });
  EventLoop::Current().Run();
  channel.port2.PostMessage(2);
  channel.port2.PostMessage(3);
  EventLoop::Current().Run();
  channel.port1.OnMessage([&](int i) {
    second.push_back(i);
    if (i == 3) {
      channel.port1.Unref();
    }
  });
  EventLoop::Current().Run();
  CHECK(first == std::vector<int>{1});
  CHECK(second == std::vector<int>{2, 3});
}

TEST_CASE("MessagePort: the last message before a close arrives, over thousands of ports that were sent on") {
  constexpr int kPorts = 10'000;
  struct Ports {
    using Data = int;
    using ToWorker = MessagePort<int, int>;
    using ToParent = int;
  };
  Worker<Ports> worker(
      [] {
        ParentPort<Ports>()->OnMessage([](MessagePort<int, int> port) {
          port.PostMessage(7);
          port.Close();
        });
      },
      0);
  std::vector<MessagePort<int, int>> kept;
  kept.reserve(kPorts);
  int received = 0;
  int closed = 0;
  for (int i = 0; i < kPorts; ++i) {
    MessageChannel<int, int> channel;
    channel.port1.OnMessage([&](int value) { received += value == 7 ? 1 : 0; });
    channel.port1.OnClose([&] {
      if (++closed == kPorts) {
        worker.Terminate();
      }
    });
    kept.push_back(std::move(channel.port1));
    worker.PostMessage(std::move(channel.port2));
  }
  EventLoop::Current().Run();
  CHECK(received == kPorts);
  CHECK(closed == kPorts);
}

TEST_CASE("MessagePort: posting and listening after the close of either end does nothing") {
  MessageChannel<int, int> channel;
  int handled = 0;
  channel.port1.OnMessage([&](int) { ++handled; });
  channel.port1.Close();
  channel.port2.PostMessage(1);
  EventLoop::Current().Run();
  channel.port2.PostMessage(2);
  channel.port1.PostMessage(3);
  channel.port1.OnMessage([&](int) { ++handled; });
  channel.port2.OnMessage([&](int) { ++handled; });
  EventLoop::Current().Run();
  CHECK(handled == 0);
}

TEST_CASE("MessagePort: handlers may be set and taken off on a closed port, and in its close handler") {
  MessageChannel<int, int> channel;
  int closes = 0;
  channel.port1.OnClose([&] {
    ++closes;
    channel.port1.OnMessage([](int) {});
    channel.port1.OnMessage(nullptr);
    channel.port1.OnClose([&] { ++closes; });
    channel.port1.Close();
    channel.port1.Ref();
  });
  channel.port2.Close();
  channel.port1.Ref();
  EventLoop::Current().Run();
  CHECK(closes == 1);
  CHECK_FALSE(channel.port1.HasRef());
}

TEST_CASE("MessagePort: closing from inside a handler does not lose what is queued") {
  MessageChannel<int, int> channel;
  std::vector<int> handled;
  channel.port1.OnMessage([&](int i) {
    handled.push_back(i);
    channel.port1.Close();
  });
  channel.port2.PostMessage(1);
  channel.port2.PostMessage(2);
  EventLoop::Current().Run();
  CHECK(handled == std::vector<int>{1, 2});
}

TEST_CASE("MessagePort: two ports that answer each other for ever do not starve a timer") {
  MessageChannel<int, int> channel;
  int rounds = 0;
  bool fired = false;
  channel.port1.OnMessage([&](int i) {
    ++rounds;
    channel.port1.PostMessage(i);
  });
  channel.port2.OnMessage([&](int i) { channel.port2.PostMessage(i); });
  channel.port1.PostMessage(0);
  Timer::Start(0, 0, [&] {
    fired = true;
    channel.port1.Close();
    return false;
  });
  EventLoop::Current().Run();
  CHECK(fired);
  CHECK(rounds < 10'000);
}

TEST_CASE("MessagePort: one that posts to itself in its handler gives other ports their turn") {
  MessageChannel<int, int> noisy;
  MessageChannel<int, int> quiet;
  int noise = 0;
  noisy.port1.OnMessage([&](int i) {
    ++noise;
    noisy.port2.PostMessage(i);
  });
  noisy.port2.PostMessage(0);
  quiet.port1.OnMessage([&](int) {
    noisy.port1.Close();
    quiet.port1.Close();
    noisy.port1.OnMessage(nullptr);
  });
  quiet.port2.PostMessage(0);
  EventLoop::Current().Run();
  CHECK(noise <= static_cast<int>(2 * kMessagesPerTurn));
}

TEST_CASE("ReceiveMessageOnPort: one message at a time in order, none when empty, and not again to a listener") {
  MessageChannel<std::string, int> channel;
  CHECK_FALSE(ReceiveMessageOnPort(channel.port1).has_value());
  channel.port2.PostMessage("first");
  channel.port2.PostMessage("");
  channel.port2.PostMessage("for the listener");
  CHECK(ReceiveMessageOnPort(channel.port1) == std::optional<std::string>("first"));
  CHECK(ReceiveMessageOnPort(channel.port1) == std::optional<std::string>(""));
  Events events;
  channel.port1.OnMessage([&](std::string text) {
    events.push_back(text);
    channel.port1.Close();
  });
  EventLoop::Current().Run();
  CHECK(events == Events{"for the listener"});
  CHECK_FALSE(ReceiveMessageOnPort(channel.port1).has_value());
}

TEST_CASE("ReceiveMessageOnPort: what was sent before a close can be read, then the close is told") {
  MessageChannel<int, int> channel;
  bool closed = false;
  channel.port1.OnClose([&] { closed = true; });
  channel.port1.Ref();
  channel.port2.PostMessage(1);
  channel.port2.Close();
  EventLoop::Current().RunOnce();
  CHECK_FALSE(closed);
  CHECK(ReceiveMessageOnPort(channel.port1) == std::optional<int>(1));
  EventLoop::Current().Run();
  CHECK(closed);
}

TEST_CASE("MessagePort: a listener holds the loop, taking it off or unref releases it, closing releases both ends") {
  MessageChannel<int, int> channel;
  CHECK_FALSE(channel.port1.HasRef());
  channel.port1.OnMessage([](int) {});
  CHECK(channel.port1.HasRef());
  channel.port1.Unref();
  CHECK_FALSE(channel.port1.HasRef());
  EventLoop::Current().Run();
  channel.port1.Ref();
  channel.port2.Ref();
  CHECK(channel.port2.HasRef());
  channel.port2.Close();
  EventLoop::Current().Run();
  CHECK_FALSE(channel.port1.HasRef());
  CHECK_FALSE(channel.port2.HasRef());
}

TEST_CASE("MessagePort: replacing a listener does not take an unref back") {
  MessageChannel<int, int> channel;
  channel.port1.OnMessage([](int) {});
  channel.port1.Unref();
  channel.port1.OnMessage([](int) {});
  CHECK_FALSE(channel.port1.HasRef());
}

TEST_CASE("MessagePort: one that is sent on works at the receiver, with what was posted while it was in flight") {
  struct Ports {
    using Data = int;
    using ToWorker = MessagePort<std::string, std::string>;
    using ToParent = int;
  };
  Worker<Ports> worker(
      [] {
        ParentPort<Ports>()->OnMessage([](MessagePort<std::string, std::string> arrived) {
          auto port = std::make_shared<MessagePort<std::string, std::string>>(std::move(arrived));
          port->OnMessage([port](std::string text) { port->PostMessage(text + " back"); });
        });
      },
      0);
  MessageChannel<std::string, std::string> channel;
  Events events;
  channel.port2.OnMessage([](std::string) {});  // attached here first, so it has to be detached
  channel.port1.PostMessage("before");
  channel.port2.Detach();
  worker.PostMessage(std::move(channel.port2));
  channel.port1.PostMessage("in flight");
  channel.port1.OnMessage([&](std::string text) {
    events.push_back(text);
    if (events.size() == 2) {
      worker.Terminate();
    }
  });
  bool closed = false;
  channel.port1.OnClose([&] { closed = true; });
  EventLoop::Current().Run();
  CHECK(events == Events{"before back", "in flight back"});
  CHECK(closed);
}

TEST_CASE("MessagePort: four threads post to one port, nothing is lost and each one's order is kept") {
  constexpr int kEach = 20'000;
  MessageChannel<std::pair<int, int>, int> channel;
  std::array<int, 4> next{};
  bool ordered = true;
  int received = 0;
  channel.port1.OnMessage([&](std::pair<int, int> message) {
    auto& expected = next.at(static_cast<std::size_t>(message.first));
    ordered = ordered && message.second == expected;
    ++expected;
    if (++received == 4 * kEach) {
      channel.port1.Close();
    }
  });
  std::vector<std::thread> producers;
  for (int who = 0; who < 4; ++who) {
    producers.emplace_back([&channel, who] {
      for (int i = 0; i < kEach; ++i) {
        channel.port2.PostMessage({who, i});
      }
    });
  }
  EventLoop::Current().Run();
  for (std::thread& producer : producers) {
    producer.join();
  }
  CHECK(received == 4 * kEach);
  CHECK(ordered);
}

TEST_CASE("MessagePort: destroying one end closes the other after what was sent") {
  Events events;
  auto channel = std::make_unique<MessageChannel<std::string, int>>();
  MessagePort<std::string, int> kept = std::move(channel->port1);
  kept.OnMessage([&](std::string text) { events.push_back(std::move(text)); });
  kept.OnClose([&] { events.emplace_back("close"); });
  channel->port2.PostMessage("last");
  channel.reset();
  EventLoop::Current().Run();
  CHECK(events == Events{"last", "close"});
}

TEST_CASE("MessagePort: one that its own handler destroys is not called again") {
  auto channel = std::make_unique<MessageChannel<int, int>>();
  int handled = 0;
  channel->port1.OnMessage([&](int) {
    ++handled;
    channel.reset();
  });
  channel->port2.PostMessage(1);
  channel->port2.PostMessage(2);
  EventLoop::Current().Run();
  CHECK(handled == 1);
}

TEST_CASE("MessagePort: one that its handler owns is freed by the end of the loop") {
  std::weak_ptr<MessageChannel<int, int>> watched;
  std::thread([&] {
    auto channel = std::make_shared<MessageChannel<int, int>>();
    watched = channel;
    channel->port1.OnMessage([channel](int) {});
    channel->port1.Unref();
    channel.reset();
    EventLoop::Current().Run();
    CHECK_FALSE(watched.expired());
  }).join();
  CHECK(watched.expired());
}

TEST_CASE("MessagePort: values without a state of their own are messages like others") {
  MessageChannel<std::nullptr_t, bool> channel;
  int nulls = 0;
  std::vector<int> flags;
  channel.port1.OnMessage([&](std::nullptr_t) { ++nulls; });
  channel.port2.OnMessage([&](bool flag) {
    flags.push_back(flag ? 1 : 0);
    if (flags.size() == 2) {
      channel.port2.Close();
    }
  });
  channel.port2.PostMessage(nullptr);
  channel.port1.PostMessage(false);
  channel.port1.PostMessage(true);
  EventLoop::Current().Run();
  CHECK(nulls == 1);
  CHECK(flags == std::vector<int>{0, 1});
}
}  // TEST_SUITE("worker_threads/message_port")

}  // namespace spinneret::worker_threads
