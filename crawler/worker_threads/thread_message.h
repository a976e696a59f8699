// PostMessageToThread: a message to any thread by its id, and whether it was handled.
//
//   OnWorkerMessage<Text>([](Text text, std::uint32_t from) { … });                   // there
//   ThreadMessageReceipt receipt = PostMessageToThread(id, Text{"hello"}, 500ms);     // here
//   if (receipt.Wait() != ThreadMessageResult::kDelivered) { … }
//
// Failures   five, told apart by the receipt: kSameThread and kUnknownThread and kNoListener at once where they are
//            seen at once, kErrored when the listener threw, kTimedOut when the limit passed first.
// Listener   one for each message type and thread, called on that thread's loop, which it does not hold. What it throws
//            is the sender's kErrored and nobody else's; Exit ends the thread as ever. A thread that ends leaves its
//            undelivered messages as kUnknownThread.
// Threads    The main thread, workers while they run, and other threads while they listen.
// Waiting    blocks the thread, not its loop: two threads that wait for each other wait until their limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <typeindex>
#include <utility>

#include "crawler/worker_threads/internal/transfer.h"
#include "crawler/worker_threads/message.h"
#include "crawler/worker_threads/shared_buffer.h"
#include "crawler/worker_threads/this_thread.h"

namespace spinneret::worker_threads {

enum class ThreadMessageResult : std::uint32_t {
  kPending,        // not known yet
  kDelivered,      // its listener was called and returned
  kSameThread,     // a thread does not send itself messages this way
  kUnknownThread,  // no such thread, or it has ended
  kNoListener,     // nobody listens there for this type
  kErrored,        // the listener threw
  kTimedOut,       // the limit passed first; if nobody had begun to handle it, nobody will
  kGivenUp,        // the thread that waits is to end
};

// Copies are of one message.
class ThreadMessageReceipt {
 public:
  explicit ThreadMessageReceipt(std::optional<std::chrono::nanoseconds> limit);

  // Without waiting; a limit that has passed counts.
  ThreadMessageResult result() const;
  // Until it is known, at most until the limit.
  ThreadMessageResult Wait() const;

  // Whoever is first decides. For the parts of this library.
  void Settle(ThreadMessageResult result) const;

 private:
  ThreadMessageResult Load() const;

  SharedBuffer state_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

namespace internal {

// A message on its way; lost anywhere, its receipt says kUnknownThread.
class ThreadEnvelope {
 public:
  ThreadEnvelope(std::type_index type_of_value, std::uint32_t from, ThreadMessageReceipt told)
      : type(type_of_value), source(from), receipt(std::move(told)) {}
  virtual ~ThreadEnvelope() { receipt.Settle(ThreadMessageResult::kUnknownThread); }
  ThreadEnvelope(const ThreadEnvelope&) = delete;
  ThreadEnvelope& operator=(const ThreadEnvelope&) = delete;

  const std::type_index type;
  const std::uint32_t source;
  const ThreadMessageReceipt receipt;
};

template <class T>
struct TypedEnvelope final : ThreadEnvelope {
  TypedEnvelope(T given, std::uint32_t from, ThreadMessageReceipt told)
      : ThreadEnvelope(typeid(T), from, std::move(told)), value(std::move(given)) {}
  T value;
};

using EnvelopeHandler = std::function<void(ThreadEnvelope&)>;

void PostEnvelope(std::uint32_t thread_id, std::unique_ptr<ThreadEnvelope> envelope);
// Null takes it off.
void SetEnvelopeHandler(std::type_index type, EnvelopeHandler handler);

// Workers are known from their start to their end.
void AddKnownThread(std::uint32_t id);
void RemoveKnownThread(std::uint32_t id);
// Lets go of the calling thread's listeners and of what was sent to it.
void DropThreadMessages();

}  // namespace internal

// From any thread. A value that cannot be transferred is not sent: kErrored.
template <Message T>
ThreadMessageReceipt PostMessageToThread(std::uint32_t thread_id, T value,
                                         std::optional<std::chrono::nanoseconds> limit = std::nullopt) {
  ThreadMessageReceipt receipt(limit);
  if (thread_id == ThreadId()) {
    receipt.Settle(ThreadMessageResult::kSameThread);
  } else if (!internal::PrepareTransfer(value)) {
    receipt.Settle(ThreadMessageResult::kErrored);
  } else {
    internal::PostEnvelope(thread_id,
                           std::make_unique<internal::TypedEnvelope<T>>(std::move(value), ThreadId(), receipt));
  }
  return receipt;
}

// The calling thread's listener for messages of type T: what came, and from which thread. Null takes it off.
template <Message T>
void OnWorkerMessage(std::function<void(T value, std::uint32_t source)> handler) {
  if (!handler) {
    internal::SetEnvelopeHandler(typeid(T), nullptr);
    return;
  }
  internal::SetEnvelopeHandler(typeid(T), [handler = std::move(handler)](internal::ThreadEnvelope& envelope) {
    handler(std::move(static_cast<internal::TypedEnvelope<T>&>(envelope).value), envelope.source);
  });
}

}  // namespace spinneret::worker_threads
