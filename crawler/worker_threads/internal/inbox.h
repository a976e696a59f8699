// Inbox and InboxReader: one direction of a channel, a mutex and a vector that its reader swaps whole.
//
// Fill      Push, from any thread. Bounded by nobody here: what passes between threads is bounded by what uses it.
// Empty     One InboxReader, on the thread of the loop it was set for. It is woken once per empty → non-empty change.
// Closed    By either end and for good: nothing gets in any more, what is in stays for the reader, who is woken.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/result.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/internal/loop_link.h"
#include "crawler/worker_threads/message.h"

namespace spinneret::worker_threads::internal {

class InboxBase {
 public:
  InboxBase() = default;
  InboxBase(const InboxBase&) = delete;
  InboxBase& operator=(const InboxBase&) = delete;

  // Any thread.
  void Close() EXCLUDES(mutex_);
  bool closed() const EXCLUDES(mutex_);

  // The reader's thread. `task` gets a turn on `link`'s loop when something comes, and now.
  void SetReader(std::shared_ptr<LoopLink> link, const std::shared_ptr<LoopTask>& task) EXCLUDES(mutex_);
  void ClearReader() EXCLUDES(mutex_);

 protected:
  ~InboxBase() = default;

  // Taken under the lock, sent after it.
  struct Wakeup {
    std::shared_ptr<LoopLink> link;
    std::shared_ptr<LoopTask> task;
    void Send();
  };
  Wakeup ReaderWakeup() const REQUIRES(mutex_);

  mutable Mutex mutex_;
  bool closed_ GUARDED_BY(mutex_) = false;

 private:
  std::shared_ptr<LoopLink> link_ GUARDED_BY(mutex_);
  std::weak_ptr<LoopTask> task_ GUARDED_BY(mutex_);
};

template <class T>
class Inbox final : public InboxBase {
  static_assert(Message<T>, "a message is a value that can be moved and owns what it holds (message.h)");

 public:
  // Any thread. A closed inbox drops `message`.
  void Push(T message) EXCLUDES(mutex_) {
    Wakeup wakeup;
    {
      MutexLock lock(mutex_);
      if (closed_) {
        return;
      }
      const bool was_empty = queue_.empty();
      queue_.push_back(std::move(message));
      if (was_empty) {
        wakeup = ReaderWakeup();
      }
    }
    wakeup.Send();
  }

  // The reader's: what is queued against `empty`.
  void Swap(std::vector<T>& empty) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    queue_.swap(empty);
  }

 private:
  std::vector<T> queue_ GUARDED_BY(mutex_);
};

// Thread  the reader's alone.
template <class T>
class InboxReader {
 public:
  using Handler = std::function<void(T)>;
  using ErrorHandler = std::function<void(const Error&)>;

  explicit InboxReader(std::shared_ptr<Inbox<T>> inbox) : inbox_(std::move(inbox)) {}

  Inbox<T>& inbox() { return *inbox_; }

  // Whether a message waits; looks into the inbox when what was swapped out is used up.
  bool HasNext() {
    if (next_ < batch_.size()) {
      return true;
    }
    batch_.clear();
    next_ = 0;
    if (batch_.capacity() > kSlotsKept) {
      batch_ = std::vector<T>();  // a burst's memory is not kept for ever
    }
    inbox_->Swap(batch_);
    return !batch_.empty();
  }

  // The next message that could be received.
  std::optional<T> Take() {
    while (HasNext()) {
      std::optional<T> message(std::in_place, std::move(batch_[next_++]));
      if constexpr (ReceivableMessage<T>) {
        if (Result<void> received = message->OnReceive(); !received) {
          errors_.push_back(std::move(received).error());
          continue;
        }
      }
      return message;
    }
    return std::nullopt;
  }

  // Messages, in order, to what `handler` holds at that moment: until none is left, kMessagesPerTurn are delivered,
  // nobody listens any more, or the loop is to stop. Both handlers and this reader's owner are kept alive by the
  // caller; a handler may replace or take off itself, which it survives.
  void Deliver(const std::shared_ptr<const Handler>& handler, const std::shared_ptr<const ErrorHandler>& on_error,
               const EventLoop& loop) {
    std::shared_ptr<const Handler> called;
    for (std::size_t count = 0; count < kMessagesPerTurn && !loop.stopping(); ++count) {
      if constexpr (ReceivableMessage<T>) {
        if (!errors_.empty()) {
          TellError(on_error);
          continue;
        }
      }
      if (handler == nullptr || !HasNext()) {
        return;
      }
      if (called != handler) {
        called = handler;
      }
      if constexpr (ReceivableMessage<T>) {
        T message(std::move(batch_[next_++]));
        if (Result<void> received = message.OnReceive(); !received) {
          errors_.push_back(std::move(received).error());
          continue;  // told first thing in the next round
        }
        (*called)(std::move(message));
      } else {
        (*called)(T(std::move(batch_[next_++])));
      }
    }
  }

  // What is queued and not yet delivered is dropped.
  void Clear() {
    while (HasNext()) {
      std::vector<T> dropped;  // a message's destructor may come back here
      dropped.swap(batch_);
      next_ = 0;
    }
  }

 private:
  static constexpr std::size_t kSlotsKept = 4096;

  void TellError(const std::shared_ptr<const ErrorHandler>& on_error) {
    const Error error = std::move(errors_.front());
    errors_.erase(errors_.begin());
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the handler may take itself off
    if (const auto handler = on_error) {
      (*handler)(error);
    } else {
      Log(LogLevel::kWarning, "a message could not be received: " + error.message);
    }
  }

  std::shared_ptr<Inbox<T>> inbox_;
  std::vector<T> batch_;       // swapped out of the inbox
  std::size_t next_ = 0;       // the first of `batch_` that was not taken
  std::vector<Error> errors_;  // of messages that could not be received, not yet told
};

}  // namespace spinneret::worker_threads::internal
