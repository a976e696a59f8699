#include "crawler/worker_threads/internal/memory_account.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "crawler/worker_threads/resource_limits.h"
#include "crawler/worker_threads/this_thread.h"

namespace spinneret::worker_threads {
namespace internal {
namespace {

// Plain values, so that operator new may ask for them at any time of a thread's life.
thread_local MemoryAccount* t_account = nullptr;
thread_local int t_never_refuse = 0;

std::atomic<bool> g_accounts_operator_new{false};

// Stands right before each block.
struct Header {
  MemoryAccount* account;  // null: nobody's
  std::size_t size;
};
constexpr std::size_t kDefaultAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
static_assert(sizeof(Header) <= kDefaultAlignment);

std::size_t OffsetOf(std::size_t alignment) {
  return std::max(alignment, kDefaultAlignment);
}

Header* HeaderOf(void* block) {
  return reinterpret_cast<Header*>(static_cast<std::byte*>(block) - sizeof(Header));
}

}  // namespace

MemoryAccount::Handle MemoryAccount::Open(std::size_t limit_bytes) {
  return Handle(new MemoryAccount(limit_bytes));
}

bool MemoryAccount::Charge(std::size_t bytes, bool forced) noexcept {
  const std::size_t total = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (limit_ != 0 && total > limit_ && !forced) {
    const std::size_t reserve = exceeded() ? kMemoryReserveBytes : 0;
    if (total < bytes || total - limit_ > reserve) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      exceeded_.store(true, std::memory_order_relaxed);
      return false;
    }
  }
  holders_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void MemoryAccount::Refund(std::size_t bytes) noexcept {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  Drop();
}

void MemoryAccount::Drop() noexcept {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete this;
  }
}

ChargeTo::ChargeTo(MemoryAccount* account) noexcept : before_(t_account) {
  t_account = account;
}

ChargeTo::~ChargeTo() {
  t_account = before_;
}

NeverRefuse::NeverRefuse() noexcept {
  ++t_never_refuse;
}

NeverRefuse::~NeverRefuse() {
  --t_never_refuse;
}

void* AllocateAccounted(std::size_t size, std::size_t alignment, bool may_throw) {
  const std::size_t offset = OffsetOf(alignment);
  if (size > SIZE_MAX - 2 * offset) {
    return nullptr;
  }
  MemoryAccount* const account = t_account;
  if (account != nullptr && !account->Charge(size, t_never_refuse > 0)) {
    if (ThreadContext* const context = CurrentThreadContext(); context != nullptr) {
      EventLoop::Current().EndSoon();
    }
    if (may_throw) {
      throw WorkerOutOfMemory();
    }
    return nullptr;
  }
  void* base = nullptr;
  if (offset == kDefaultAlignment) {
    base = std::malloc(size + offset);
  } else {
    // The size has to be a multiple of the alignment.
    base = std::aligned_alloc(offset, (size + offset + offset - 1) / offset * offset);
  }
  if (base == nullptr) {
    if (account != nullptr) {
      account->Refund(size);
    }
    return nullptr;
  }
  void* const block = static_cast<std::byte*>(base) + offset;
  *HeaderOf(block) = Header{account, size};
  return block;
}

void FreeAccounted(void* block, std::size_t alignment) noexcept {
  if (block == nullptr) {
    return;
  }
  const Header header = *HeaderOf(block);
  std::free(static_cast<std::byte*>(block) - OffsetOf(alignment));
  if (header.account != nullptr) {
    header.account->Refund(header.size);
  }
}

void SetAccountsOperatorNew() noexcept {
  g_accounts_operator_new.store(true, std::memory_order_relaxed);
}

}  // namespace internal

namespace {

class AccountedResource final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* const block = internal::AllocateAccounted(bytes, alignment, true);
    if (block == nullptr) {
      throw std::bad_alloc();
    }
    return block;
  }
  void do_deallocate(void* block, std::size_t /*bytes*/, std::size_t alignment) override {
    internal::FreeAccounted(block, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace

std::pmr::memory_resource* AccountedMemory() {
  static AccountedResource& resource = *new AccountedResource;  // never destroyed: blocks outlive everything
  return &resource;
}

bool AccountsOperatorNew() {
  return internal::g_accounts_operator_new.load(std::memory_order_relaxed);
}

}  // namespace spinneret::worker_threads
