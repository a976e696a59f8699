// MemoryAccount: what one worker has allocated and may allocate, and the blocks that remember whose they are.
//
// Ownership  The worker and every block that is not freed yet hold the account; the last one deletes it. So a block may
//            be freed on any thread at any time.
// Thread     any. Which account is charged is the calling thread's own matter (t_account).
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace spinneret::worker_threads::internal {

class MemoryAccount {
 public:
  struct Release {
    void operator()(MemoryAccount* account) const noexcept { account->Drop(); }
  };
  using Handle = std::unique_ptr<MemoryAccount, Release>;

  // 0: no limit.
  static Handle Open(std::size_t limit_bytes);

  // False: refused, and from then on the account is exceeded. With `forced` it is never refused.
  bool Charge(std::size_t bytes, bool forced) noexcept;
  void Refund(std::size_t bytes) noexcept;

  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  bool exceeded() const noexcept { return exceeded_.load(std::memory_order_relaxed); }

 private:
  explicit MemoryAccount(std::size_t limit_bytes) : limit_(limit_bytes) {}
  ~MemoryAccount() = default;
  void Drop() noexcept;

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> holders_{1};  // the worker, and each block
  std::atomic<bool> exceeded_{false};
};

// The account that the calling thread's allocations are charged to, while the object lives. Null: to none.
class ChargeTo {
 public:
  explicit ChargeTo(MemoryAccount* account) noexcept;
  ~ChargeTo();
  ChargeTo(const ChargeTo&) = delete;
  ChargeTo& operator=(const ChargeTo&) = delete;

 private:
  MemoryAccount* const before_;
};

// While it lives, the calling thread's allocations are charged and never refused: for the few places of this library
// where an exception could leave another thread waiting.
class NeverRefuse {
 public:
  NeverRefuse() noexcept;
  ~NeverRefuse();
  NeverRefuse(const NeverRefuse&) = delete;
  NeverRefuse& operator=(const NeverRefuse&) = delete;
};

// A block with its account in front of it. Null when the system has no memory left; throws WorkerOutOfMemory when the
// account refuses, or returns null then if `may_throw` is false. `alignment` is a power of two.
void* AllocateAccounted(std::size_t size, std::size_t alignment, bool may_throw);
// `alignment` as it was allocated with. Null is allowed.
void FreeAccounted(void* block, std::size_t alignment) noexcept;

// Set by the object that replaces operator new.
void SetAccountsOperatorNew() noexcept;

}  // namespace spinneret::worker_threads::internal
