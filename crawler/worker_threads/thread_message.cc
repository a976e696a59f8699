#include "crawler/worker_threads/thread_message.h"

#include <map>
#include <string>

#include "base/mutex.h"
#include "crawler/worker_threads/message_port.h"

namespace spinneret::worker_threads {
namespace {

using Letter = std::unique_ptr<internal::ThreadEnvelope>;
using LetterBox = internal::Inbox<Letter>;

// The threads that can be written to, and where. Locks: innermost but for the inboxes', which is not taken under it.
class Directory {
 public:
  void Add(std::uint32_t id) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    boxes_.try_emplace(id, nullptr);
  }
  void Remove(std::uint32_t id) EXCLUDES(mutex_) {
    std::shared_ptr<LetterBox> removed;
    MutexLock lock(mutex_);
    if (const auto it = boxes_.find(id); it != boxes_.end()) {
      removed.swap(it->second);
      boxes_.erase(it);
    }
  }
  void SetBox(std::uint32_t id, std::shared_ptr<LetterBox> box) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    boxes_[id].swap(box);
  }
  // Nothing: no such thread. Null: it has never listened.
  std::optional<std::shared_ptr<LetterBox>> FindBox(std::uint32_t id) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto it = boxes_.find(id);
    return it != boxes_.end() ? std::optional(it->second) : std::nullopt;
  }

 private:
  Mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<LetterBox>> boxes_ GUARDED_BY(mutex_) = {{0, nullptr}};
};

Directory& TheDirectory() {
  static Directory& directory = *new Directory;  // never destroyed: threads may still end after main returned
  return directory;
}

// A thread's listeners and the port that brings them their letters.
class LetterReader {
 public:
  LetterReader() {
    auto box = std::make_shared<LetterBox>();
    port_ = std::make_unique<MessagePort<Letter, int>>(box, std::make_shared<internal::Inbox<int>>());
    port_->OnMessage([this](Letter letter) { Read(*letter); });
    port_->Unref();
    TheDirectory().SetBox(id_, std::move(box));
  }
  ~LetterReader() {
    if (CurrentWorkerEnds()) {
      TheDirectory().SetBox(id_, nullptr);
    } else {
      TheDirectory().Remove(id_);
    }
  }
  LetterReader(const LetterReader&) = delete;
  LetterReader& operator=(const LetterReader&) = delete;

  void SetHandler(std::type_index type, internal::EnvelopeHandler handler) {
    std::shared_ptr<const internal::EnvelopeHandler> shared;
    if (handler) {
      shared = std::make_shared<const internal::EnvelopeHandler>(std::move(handler));
    }
    handlers_[type].swap(shared);
  }

 private:
  // The main thread and workers stay known when they stop listening; a worker is taken off by the runtime.
  bool CurrentWorkerEnds() const { return id_ == 0 || internal::CurrentThreadContext() != nullptr; }

  void Read(internal::ThreadEnvelope& letter) {
    if (letter.receipt.result() != ThreadMessageResult::kPending) {
      return;  // its sender gave up
    }
    const auto it = handlers_.find(letter.type);
    const auto handler = it != handlers_.end() ? it->second : nullptr;
    if (handler == nullptr) {
      letter.receipt.Settle(ThreadMessageResult::kNoListener);
      return;
    }
    try {
      (*handler)(letter);
    } catch (const internal::ExitRequest&) {
      letter.receipt.Settle(ThreadMessageResult::kDelivered);
      throw;
    } catch (...) {
      letter.receipt.Settle(ThreadMessageResult::kErrored);
      return;
    }
    letter.receipt.Settle(ThreadMessageResult::kDelivered);
  }

  const std::uint32_t id_ = ThreadId();
  std::map<std::type_index, std::shared_ptr<const internal::EnvelopeHandler>> handlers_;
  std::unique_ptr<MessagePort<Letter, int>> port_;
};

thread_local std::unique_ptr<LetterReader> t_reader;

}  // namespace

ThreadMessageReceipt::ThreadMessageReceipt(std::optional<std::chrono::nanoseconds> limit)
    : state_(sizeof(std::uint32_t)) {
  // A limit beyond this is as good as none, and would overflow the clock.
  constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24 * 365);
  if (limit && *limit < kLongest) {
    deadline_ = std::chrono::steady_clock::now() + *limit;
  }
}

ThreadMessageResult ThreadMessageReceipt::Load() const {
  return static_cast<ThreadMessageResult>(state_.View<std::uint32_t>()[0].load());
}

ThreadMessageResult ThreadMessageReceipt::result() const {
  if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
    Settle(ThreadMessageResult::kTimedOut);
  }
  return Load();
}

ThreadMessageResult ThreadMessageReceipt::Wait() const {
  constexpr auto kPending = static_cast<std::uint32_t>(ThreadMessageResult::kPending);
  while (true) {
    const ThreadMessageResult now = result();
    if (now != ThreadMessageResult::kPending) {
      return now;
    }
    std::optional<std::chrono::nanoseconds> left;
    if (deadline_) {
      left = *deadline_ - std::chrono::steady_clock::now();
    }
    if (state_.Wait<std::uint32_t>(0, kPending, left) == WaitResult::kTerminated) {
      return ThreadMessageResult::kGivenUp;
    }
  }
}

void ThreadMessageReceipt::Settle(ThreadMessageResult result) const {
  auto expected = static_cast<std::uint32_t>(ThreadMessageResult::kPending);
  if (state_.View<std::uint32_t>()[0].compare_exchange_strong(expected, static_cast<std::uint32_t>(result))) {
    state_.Notify<std::uint32_t>(0);
  }
}

namespace internal {

void PostEnvelope(std::uint32_t thread_id, std::unique_ptr<ThreadEnvelope> envelope) {
  const auto box = TheDirectory().FindBox(thread_id);
  if (!box) {
    return;  // the envelope's end says so
  }
  if (*box == nullptr) {
    envelope->receipt.Settle(ThreadMessageResult::kNoListener);
    return;
  }
  (*box)->Push(std::move(envelope));
}

void SetEnvelopeHandler(std::type_index type, EnvelopeHandler handler) {
  if (t_reader == nullptr) {
    if (!handler) {
      return;
    }
    t_reader = std::make_unique<LetterReader>();
  }
  t_reader->SetHandler(type, std::move(handler));
}

void AddKnownThread(std::uint32_t id) {
  TheDirectory().Add(id);
}

void RemoveKnownThread(std::uint32_t id) {
  TheDirectory().Remove(id);
}

void DropThreadMessages() {
  const std::unique_ptr<LetterReader> dropped = std::move(t_reader);
}

}  // namespace internal

}  // namespace spinneret::worker_threads
