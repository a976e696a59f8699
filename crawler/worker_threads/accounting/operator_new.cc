// Replaces the program's operator new and delete by ones that count what a worker allocates (resource_limits.h).
#include <cstddef>
#include <new>

#include "crawler/worker_threads/internal/memory_account.h"

namespace {

namespace internal = spinneret::worker_threads::internal;

[[maybe_unused]] const bool kTold = [] {
  internal::SetAccountsOperatorNew();
  return true;
}();

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

void* Allocate(std::size_t size, std::size_t alignment) {
  while (true) {
    if (void* const block = internal::AllocateAccounted(size, alignment, true); block != nullptr) {
      return block;
    }
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) {
      throw std::bad_alloc();
    }
    handler();
  }
}

void* AllocateOrNull(std::size_t size, std::size_t alignment) noexcept {
  return internal::AllocateAccounted(size, alignment, false);
}

std::size_t Value(std::align_val_t alignment) {
  return static_cast<std::size_t>(alignment);
}

}  // namespace

void* operator new(std::size_t size) {
  return Allocate(size, kUsual);
}
void* operator new[](std::size_t size) {
  return Allocate(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, Value(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return Allocate(size, Value(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size, kUsual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size, Value(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size, Value(alignment));
}

void operator delete(void* block) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete[](void* block) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete(void* block, std::size_t) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete[](void* block, std::size_t) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete(void* block, std::align_val_t alignment) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
void operator delete[](void* block, std::align_val_t alignment) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
void operator delete(void* block, std::size_t, std::align_val_t alignment) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
void operator delete[](void* block, std::size_t, std::align_val_t alignment) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  internal::FreeAccounted(block, kUsual);
}
void operator delete(void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
void operator delete[](void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  internal::FreeAccounted(block, Value(alignment));
}
