#include "crawler/worker_threads/shared_buffer.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <list>
#include <stop_token>

#include "base/check.h"
#include "base/mutex.h"
#include "crawler/worker_threads/internal/spinning.h"
#include "crawler/worker_threads/this_thread.h"

namespace spinneret::worker_threads {
namespace {

constexpr std::size_t kCacheLineBytes = 64;

// A limit beyond this is waited for in full only in theory; adding it to the clock must not overflow.
constexpr std::chrono::nanoseconds kLongestWait = std::chrono::hours(24 * 365);

struct FreeAligned {
  void operator()(std::byte* bytes) const { ::operator delete(bytes, std::align_val_t(kCacheLineBytes)); }
};

}  // namespace

struct SharedBuffer::Block {
  struct Waiter {
    explicit Waiter(std::size_t at) : offset(at) {}

    const std::size_t offset;
    WaitResult result = WaitResult::kTimedOut;  // read by its thread once woken
    std::atomic<bool> woken{false};             // set under the mutex, once
    CondVar changed;
  };

  explicit Block(std::size_t bytes)
      : size(bytes),
        memory(static_cast<std::byte*>(
            ::operator new(std::max(bytes, kCacheLineBytes), std::align_val_t(kCacheLineBytes)))) {
    std::memset(memory.get(), 0, std::max(bytes, kCacheLineBytes));
  }

  const std::size_t size;
  const std::unique_ptr<std::byte, FreeAligned> memory;

  Mutex mutex;
  std::list<Waiter*> waiters GUARDED_BY(mutex);  // the longest waiting first; each lives on its thread's stack
};

SharedBuffer::SharedBuffer(std::size_t bytes) : block_(std::make_shared<Block>(bytes)) {}

std::size_t SharedBuffer::size() const {
  return block_->size;
}

std::byte* SharedBuffer::bytes() const {
  return block_->memory.get();
}

void SharedBuffer::CheckIndex(std::size_t index, std::size_t size) {
  SPINNERET_CHECK(index < size, "an element outside of the shared buffer");
}

WaitResult SharedBuffer::WaitAt(std::size_t offset, const Condition& condition,
                                std::optional<std::chrono::nanoseconds> limit) const {
  Block& block = *block_;
  Block::Waiter waiter(offset);
  const auto wake_terminated = [&block, &waiter] {
    MutexLock lock(block.mutex);
    if (!waiter.woken) {
      waiter.woken = true;
      waiter.result = WaitResult::kTerminated;
      waiter.changed.NotifyOne();
    }
  };
  // Outside of the lock: it is called at once where the request came before, and its end waits for a call under way.
  const std::stop_callback on_stop(CurrentStopToken(), wake_terminated);
  const auto deadline = std::chrono::steady_clock::now() +
                        std::clamp(limit.value_or(kLongestWait), std::chrono::nanoseconds(0), kLongestWait);
  std::list<Block::Waiter*>::iterator place;
  {
    MutexLock lock(block.mutex);
    if (waiter.woken) {
      return waiter.result;
    }
    if (!condition.Holds()) {
      waiter.woken = true;
      return WaitResult::kNotEqual;
    }
    place = block.waiters.insert(block.waiters.end(), &waiter);
  }
  static thread_local internal::Spinning spinning;
  const auto slept_since = internal::Spinning::Clock::now();
  const bool soon = (!limit || deadline > slept_since) && spinning.Until([&waiter] { return waiter.woken.load(); });
  MutexLock lock(block.mutex);
  while (!waiter.woken) {
    if (!limit) {
      waiter.changed.Wait(block.mutex);
    } else if (!waiter.changed.WaitUntil(block.mutex, deadline) && !waiter.woken) {
      waiter.woken = true;  // too late for the others
    }
  }
  block.waiters.erase(place);
  if (!soon) {
    spinning.CameAfter(internal::Spinning::Clock::now() - slept_since);
  }
  return waiter.result;
}

std::size_t SharedBuffer::NotifyAt(std::size_t offset, std::size_t count) const {
  Block& block = *block_;
  std::size_t woken = 0;
  MutexLock lock(block.mutex);
  for (Block::Waiter* waiter : block.waiters) {
    if (woken == count) {
      break;
    }
    if (waiter->offset == offset && !waiter->woken) {
      waiter->woken = true;
      waiter->result = WaitResult::kNotified;
      waiter->changed.NotifyOne();
      ++woken;
    }
  }
  return woken;
}

}  // namespace spinneret::worker_threads
