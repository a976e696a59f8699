// SharedBuffer: memory that several threads see at once. Copies share it; it is freed with the last one, whichever
// thread that is on.
//
//   SharedBuffer counters(4 * sizeof(std::uint64_t));              // goes to the worker in its start-up data
//   counters.View<std::uint64_t>()[kPages].fetch_add(1);           // there
//   counters.View<std::uint64_t>()[kPages].load();                 // here, without a message
//
// Thread   any, all members. A View stays valid while some copy lives.
// Content  zero at first; begins on a cache line. One element type at a time for a given place: views of different
//          types of the same bytes are not synchronised with each other.
// Wait     blocks the calling thread, not its loop: for workers that compute. A worker that is terminated wakes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <type_traits>

namespace spinneret::worker_threads {

enum class WaitResult {
  kNotified,    // Notify woke it
  kNotEqual,    // the element did not hold the expected value; nothing was waited for
  kTimedOut,    // the time limit passed first
  kTerminated,  // the calling worker is to end
};

class SharedBuffer {
 public:
  explicit SharedBuffer(std::size_t bytes);

  std::size_t size() const;

  // As many elements as fit.
  template <class T>
  std::span<std::atomic<T>> View() const {
    static_assert(
        std::is_trivially_copyable_v<T> && std::atomic<T>::is_always_lock_free && sizeof(std::atomic<T>) == sizeof(T),
        "a shared element is one that the machine reads and writes at once");
    return {std::launder(reinterpret_cast<std::atomic<T>*>(bytes())), size() / sizeof(T)};
  }

  // Waits until Notify is called for this element of View<T>, if it holds `expected`. The look at the element and the
  // start of the wait are one step for Notify. `index` must be within the view.
  template <class T>
  WaitResult Wait(std::size_t index, T expected, std::optional<std::chrono::nanoseconds> limit = std::nullopt) const {
    static_assert(std::is_integral_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "waits are for 32- and 64-bit integers");
    const Check<T> check{&CheckedElement<T>(index), expected};
    return WaitAt(index * sizeof(T), check, limit);
  }

  // Wakes up to `count` threads that wait for this element, the longest waiting first. Returns how many.
  template <class T>
  std::size_t Notify(std::size_t index, std::size_t count = SIZE_MAX) const {
    CheckedElement<T>(index);
    return NotifyAt(index * sizeof(T), count);
  }

 private:
  struct Block;

  struct Condition {
    virtual bool Holds() const = 0;

   protected:
    ~Condition() = default;
  };
  template <class T>
  struct Check final : Condition {
    Check(const std::atomic<T>* watched, T value) : element(watched), expected(value) {}
    bool Holds() const override { return element->load() == expected; }
    const std::atomic<T>* element;
    T expected;
  };

  template <class T>
  std::atomic<T>& CheckedElement(std::size_t index) const {
    const std::span<std::atomic<T>> view = View<T>();
    CheckIndex(index, view.size());
    return view[index];
  }

  static void CheckIndex(std::size_t index, std::size_t size);
  std::byte* bytes() const;
  WaitResult WaitAt(std::size_t offset, const Condition& condition,
                    std::optional<std::chrono::nanoseconds> limit) const;
  std::size_t NotifyAt(std::size_t offset, std::size_t count) const;

  std::shared_ptr<Block> block_;
};

}  // namespace spinneret::worker_threads
