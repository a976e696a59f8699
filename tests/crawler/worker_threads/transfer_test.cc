// What may be a message, what is transferred with it, and what happens when that fails.
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/worker_threads/message.h"
#include "crawler/worker_threads/message_channel.h"
#include "crawler/worker_threads/shared_buffer.h"
#include "crawler/worker_threads/transfer_buffer.h"
#include "tests/crawler/worker_threads/recorded_worker.h"

namespace spinneret::worker_threads {
namespace {

// --- Types that own what they hold

struct Tree {
  std::string label;
  std::vector<Tree> children;
  std::unique_ptr<Tree> other;
};
struct Row {
  SharedBuffer memory;  // has no default
  std::function<void()> job;
  std::map<int, std::string> names;
  unsigned flag : 1;
};
struct Empty {};
static_assert(Message<int> && Message<std::string> && Message<std::nullptr_t> && Message<void (*)()>);
static_assert(Message<Tree> && Message<Row> && Message<Empty> && Message<std::variant<Empty, Tree>>);
static_assert(Message<std::vector<bool>> && Message<std::shared_ptr<int>> && Message<std::unique_ptr<Tree>>);
static_assert(CloneableMessage<std::string> && !CloneableMessage<Tree>);

// --- Types that look into their sender's memory

struct WithView {
  std::string_view text;
};
struct WithPointer {
  int number;
  int* pointer;
};
struct WithReference {
  std::string text;
  int& reference;
};
struct Deep {
  std::optional<std::vector<std::pair<int, WithView>>> views;
};
struct AfterNoDefault {
  SharedBuffer memory;
  std::span<const int> numbers;
};
static_assert(!Message<std::string_view> && !Message<const char*> && !Message<int*> && !Message<std::span<int>>);
static_assert(!Message<int&> && !Message<const int> && !Message<int[2]>);
static_assert(!Message<std::reference_wrapper<int>> && !Message<std::vector<int>::iterator> &&
              !Message<std::list<int>::const_iterator>);
static_assert(!Message<WithView> && !Message<WithPointer> && !Message<WithReference> && !Message<Deep> &&
              !Message<AfterNoDefault>);
static_assert(!Message<std::vector<WithView>> && !Message<std::map<int, std::string_view>> &&
              !Message<std::variant<int, WithPointer>> && !Message<std::tuple<int, const char*>>);

// --- A type's own word

struct StaticWord {
  std::string_view text;
};
class Opaque {
 public:
  explicit Opaque(const int* at) : at_(at) {}
  const int* at_;
};

}  // namespace

template <>
inline constexpr auto kMessageVerdict<StaticWord> = MessageVerdict::kOwns;
template <>
inline constexpr auto kMessageVerdict<Opaque> = MessageVerdict::kBorrows;
static_assert(Message<StaticWord> && Message<std::vector<StaticWord>> && !Message<Opaque>);

// Sent once and held once: the compiler forbids to name one twice in a message.
static_assert(!std::is_copy_constructible_v<MessagePort<int, int>> && !std::is_copy_constructible_v<TransferBuffer>);

namespace {

// Values with ports and buffers.
struct Parcel {
  std::vector<TransferBuffer> buffers;
  std::vector<MessagePort<Parcel, Parcel>> ports;
};
static_assert(internal::HoldsTransferable<Parcel>() && !internal::HoldsTransferable<Tree>());

using ParcelChannel = MessageChannel<Parcel, Parcel>;

template <class T, class... More>
std::vector<T> ListOf(T first, More... more) {
  std::vector<T> list;
  list.push_back(std::move(first));
  (list.push_back(std::move(more)), ...);
  return list;
}

bool IsDataCloneError(const Result<void>& result) {
  return !result && result.error().code == ErrorCode::kInvalidArgument &&
         result.error().message.starts_with("kDataCloneError: ");
}

}  // namespace

TEST_SUITE("worker_threads/transfer") {
TEST_CASE("Transfer: empties the source at once, and the receiver has the same memory") {
  ParcelChannel channel;
  TransferBuffer buffer("bytes");
  const std::byte* const address = buffer.data();
  CHECK(channel.port1.Transfer(Parcel{ListOf(std::move(buffer)), {}}).has_value());
  CHECK(buffer.size() == 0);
  CHECK(buffer.detached());
  std::optional<Parcel> received = ReceiveMessageOnPort(channel.port2);
  REQUIRE(received.has_value());
  CHECK(received->buffers.at(0).text() == "bytes");
  CHECK(received->buffers.at(0).data() == address);
}

TEST_CASE("Transfer: a clone leaves the source as it is") {
  ParcelChannel channel;
  const TransferBuffer buffer("bytes");
  CHECK(channel.port1.Transfer(Parcel{ListOf(buffer.Clone()), {}}).has_value());
  std::optional<Parcel> received = ReceiveMessageOnPort(channel.port2);
  REQUIRE(received.has_value());
  received->buffers.at(0).bytes()[0] = std::byte{'B'};
  CHECK(buffer.text() == "bytes");
}

TEST_CASE("Transfer: the same buffer again is a DataCloneError and sends nothing") {
  ParcelChannel channel;
  TransferBuffer buffer("bytes");
  const TransferBuffer taken(std::move(buffer));
  CHECK(IsDataCloneError(channel.port1.Transfer(Parcel{ListOf(std::move(buffer)), {}})));
  CHECK_FALSE(ReceiveMessageOnPort(channel.port2).has_value());
}

TEST_CASE("Transfer: a port cannot be sent over itself, and both ends go on working") {
  ParcelChannel channel;
  Parcel parcel{ListOf(TransferBuffer("kept")), ListOf(std::move(channel.port1))};
  CHECK(IsDataCloneError(parcel.ports.at(0).Transfer(std::move(parcel))));
  REQUIRE(parcel.ports.size() == 1);
  CHECK(parcel.buffers.at(0).text() == "kept");
  parcel.ports.at(0).PostMessage(Parcel{ListOf(TransferBuffer("there")), {}});
  channel.port2.PostMessage(Parcel{ListOf(TransferBuffer("and back")), {}});
  CHECK(ReceiveMessageOnPort(channel.port2)->buffers.at(0).text() == "there");
  CHECK(ReceiveMessageOnPort(parcel.ports.at(0))->buffers.at(0).text() == "and back");
}

TEST_CASE("Transfer: a closed port undoes all of it, and a buffer named before it keeps its bytes") {
  ParcelChannel channel;
  ParcelChannel closed;
  closed.port1.Close();
  Parcel parcel{ListOf(TransferBuffer("kept")), ListOf(std::move(closed.port1))};
  CHECK(IsDataCloneError(channel.port1.Transfer(std::move(parcel))));
  CHECK(parcel.buffers.at(0).text() == "kept");
  CHECK_FALSE(ReceiveMessageOnPort(channel.port2).has_value());
}

TEST_CASE("Transfer: a closed port undoes all of it, and an open one named before it keeps its listener") {
  ParcelChannel channel;
  ParcelChannel open;
  ParcelChannel closed;
  closed.port1.Close();
  int heard = 0;
  open.port1.OnMessage([&](Parcel) {
    ++heard;
    open.port2.Close();
  });
  Parcel parcel{{}, ListOf(std::move(open.port1), std::move(closed.port1))};
  CHECK(IsDataCloneError(channel.port1.Transfer(std::move(parcel))));
  CHECK(parcel.ports.at(0).HasRef());
  open.port2.PostMessage(Parcel{});
  EventLoop::Current().Run();
  CHECK(heard == 1);
}

TEST_CASE("Transfer: a port that listens here leaves its loop and its handlers") {
  ParcelChannel channel;
  ParcelChannel sent;
  int heard_here = 0;
  sent.port1.OnMessage([&](Parcel) { ++heard_here; });
  sent.port2.PostMessage(Parcel{ListOf(TransferBuffer("early")), {}});
  CHECK(channel.port1.Transfer(Parcel{{}, ListOf(std::move(sent.port1))}).has_value());
  EventLoop::Current().Run();
  std::optional<Parcel> arrived = ReceiveMessageOnPort(channel.port2);
  REQUIRE(arrived.has_value());
  CHECK(ReceiveMessageOnPort(arrived->ports.at(0))->buffers.at(0).text() == "early");
  CHECK(heard_here == 0);
}

TEST_CASE("Transfer: a port sent to its own other end closes the channel, delivers nothing and leaks nothing") {
  ParcelChannel channel;
  auto watched = std::make_unique<TransferBuffer>("gone");
  bool closed = false;
  channel.port1.OnClose([&] { closed = true; });
  channel.port1.Ref();
  Parcel parcel{ListOf(std::move(*watched)), ListOf(std::move(channel.port2))};
  CHECK(channel.port1.Transfer(std::move(parcel)).has_value());
  CHECK(watched->detached());
  CHECK_FALSE(ReceiveMessageOnPort(channel.port1).has_value());
  EventLoop::Current().Run();
  CHECK(closed);
}

TEST_CASE("MarkAsUntransferable: what is marked cannot be sent and stays usable") {
  ParcelChannel channel;
  TransferBuffer buffer("mine");
  MarkAsUntransferable(buffer);
  Parcel parcel{ListOf(std::move(buffer)), {}};
  CHECK(IsDataCloneError(channel.port1.Transfer(std::move(parcel))));
  CHECK(parcel.buffers.at(0).text() == "mine");
  ParcelChannel marked;
  MarkAsUntransferable(marked.port1);
  Parcel with_port{{}, ListOf(std::move(marked.port1))};
  CHECK(IsDataCloneError(channel.port1.Transfer(std::move(with_port))));
  marked.port2.PostMessage(Parcel{});
  CHECK(ReceiveMessageOnPort(with_port.ports.at(0)).has_value());
  CHECK(channel.port1.Transfer(Parcel{ListOf(parcel.buffers.at(0).Clone()), {}}).has_value());
}

TEST_CASE("PostMessage: a message that cannot be transferred is dropped, and later ones arrive") {
  ParcelChannel channel;
  channel.port1.PostMessage(Parcel{ListOf(TransferBuffer("first"),
                                          [] {
                                            TransferBuffer sent("x");
                                            const TransferBuffer taken(std::move(sent));
                                            return sent;
                                          }()),
                                   {}});
  channel.port1.PostMessage(Parcel{ListOf(TransferBuffer("second")), {}});
  CHECK(ReceiveMessageOnPort(channel.port2)->buffers.at(0).text() == "second");
}

TEST_CASE("Message: an object that is referred to twice in one message arrives as one, in two messages as two") {
  using Pair = std::pair<std::shared_ptr<int>, std::shared_ptr<int>>;
  MessageChannel<Pair, Pair> channel;
  auto value = std::make_shared<int>(1);
  channel.port1.PostMessage(Pair(value, value));
  channel.port1.PostMessage(Pair(std::make_shared<int>(*value), nullptr));
  const Pair first = *ReceiveMessageOnPort(channel.port2);
  const Pair second = *ReceiveMessageOnPort(channel.port2);
  CHECK(first.first == first.second);
  CHECK(first.first != second.first);
}

struct Boot {
  using Data = Parcel;
  using ToWorker = Parcel;
  using ToParent = std::string;
};

TEST_CASE("Worker: start-up data carries ports and buffers, and the creator's buffer is emptied") {
  ParcelChannel channel;
  TransferBuffer buffer("start");
  Parcel data{ListOf(std::move(buffer)), ListOf(std::move(channel.port1))};
  Worker<Boot> worker(
      [] {
        auto& given = WorkerData<Parcel>();
        given.ports.at(0).PostMessage(Parcel{std::move(given.buffers), {}});
      },
      std::move(data));
  CHECK(buffer.detached());
  std::string received;
  channel.port2.OnMessage([&](Parcel parcel) { received = parcel.buffers.at(0).text(); });
  EventLoop::Current().Run();
  CHECK(received == "start");
}

TEST_CASE("Worker: start-up data that cannot be transferred is an error to the creator, and no thread starts") {
  TransferBuffer buffer("kept");
  MarkAsUntransferable(buffer);
  Parcel data{ListOf(std::move(buffer)), {}};
  bool started = false;
  const auto created = Worker<Boot>::Create([&] { started = true; }, std::move(data));
  REQUIRE_FALSE(created.has_value());
  CHECK(created.error().message.starts_with("kDataCloneError: "));
  CHECK(data.buffers.at(0).text() == "kept");

  Worker<Boot> worker([&] { started = true; }, std::move(data));
  Events events;
  worker.OnOnline([&] { events.emplace_back("online"); });
  worker.OnError([&](const WorkerError& error) {
    events.emplace_back(error.code == WorkerErrorCode::kDataCloneError ? "clone error" : "another error");
  });
  worker.OnExit([&](int code) { events.push_back("exit " + std::to_string(code)); });
  EventLoop::Current().Run();
  CHECK(events == Events{"clone error", "exit 1"});
  CHECK_FALSE(started);
}

TEST_CASE("Worker: a transfer to one that fails leaves the message, one that succeeds empties it") {
  Worker<Boot> worker(
      [] {
        auto* const port = ParentPort<Boot>();
        port->OnMessage([port](Parcel parcel) {
          port->PostMessage(std::string(parcel.buffers.at(0).text()));
          port->Close();
        });
      },
      Parcel{});
  Events events;
  worker.OnMessage([&](std::string text) { events.push_back(std::move(text)); });
  Parcel marked{ListOf(TransferBuffer("marked")), {}};
  MarkAsUntransferable(marked.buffers.at(0));
  CHECK(IsDataCloneError(worker.Transfer(std::move(marked))));
  CHECK(marked.buffers.at(0).text() == "marked");
  CHECK(worker.Transfer(Parcel{ListOf(TransferBuffer("sent")), {}}).has_value());
  EventLoop::Current().Run();
  CHECK(events == Events{"sent"});
}

TEST_CASE("Terminate: a message with a port, posted right before it, neither hangs nor crashes") {
  for (int round = 0; round < 10; ++round) {
    Worker<Boot> worker(
        [] { ParentPort<Boot>()->OnMessage([](Parcel parcel) { parcel.ports.at(0).PostMessage(Parcel{}); }); },
        Parcel{});
    ParcelChannel channel;
    bool closed = false;
    channel.port1.OnMessage([](Parcel) {});
    channel.port1.OnClose([&] { closed = true; });
    CHECK(worker.Transfer(Parcel{{}, ListOf(std::move(channel.port2))}).has_value());
    worker.Terminate();
    EventLoop::Current().Run();
    CHECK(closed);
  }
}

// Can be received where it is not negative.
struct Checked {
  int value = 0;
  Result<void> OnReceive() const {
    return value < 0 ? Result<void>(Err(ErrorCode::kInvalidArgument, "negative " + std::to_string(value)))
                     : Result<void>();
  }
};

TEST_CASE("OnMessageError: a message that could not be received is told in its place, and the others arrive") {
  MessageChannel<Checked, Checked> channel;
  Events events;
  channel.port1.OnMessage([&](Checked message) {
    events.push_back(std::to_string(message.value));
    if (message.value == 2) {
      channel.port1.Close();
    }
  });
  channel.port1.OnMessageError([&](const Error& error) { events.push_back(error.message); });
  for (const int value : {1, -5, 2, -6}) {
    channel.port2.PostMessage(Checked{value});
  }
  EventLoop::Current().Run();
  CHECK(events == Events{"1", "negative -5", "2", "negative -6"});
}

TEST_CASE("OnMessageError: what ReceiveMessageOnPort passed over is told on the next turn") {
  MessageChannel<Checked, Checked> channel;
  Events events;
  channel.port1.OnMessageError([&](const Error& error) {
    events.push_back(error.message);
    channel.port1.Unref();
  });
  channel.port1.Ref();
  channel.port2.PostMessage(Checked{-1});
  channel.port2.PostMessage(Checked{3});
  CHECK(ReceiveMessageOnPort(channel.port1)->value == 3);
  CHECK(events.empty());
  EventLoop::Current().Run();
  CHECK(events == Events{"negative -1"});
}

TEST_CASE("OnMessageError: a worker's parent hears of what it could not receive") {
  struct Numbers {
    using Data = int;
    using ToWorker = Checked;
    using ToParent = Checked;
  };
  Worker<Numbers> worker(
      [] {
        auto* const port = ParentPort<Numbers>();
        port->OnMessage([port](Checked message) { port->PostMessage(Checked{-message.value}); });
        port->OnMessageError([port](const Error&) {
          port->PostMessage(Checked{99});
          port->Close();
        });
      },
      0);
  Events events;
  worker.OnMessage([&](Checked message) { events.push_back(std::to_string(message.value)); });
  worker.OnMessageError([&](const Error& error) { events.push_back(error.message); });
  worker.PostMessage(Checked{4});
  worker.PostMessage(Checked{-4});
  EventLoop::Current().Run();
  CHECK(events == Events{"negative -4", "99"});
}
}  // TEST_SUITE("worker_threads/transfer")

}  // namespace spinneret::worker_threads
