// TransferBuffer: bytes that one thread at a time has (Node's ArrayBuffer in a transfer list).
//
//   TransferBuffer pixels(16 * 1024);
//   port.Transfer(Frame{std::move(pixels)});   // no copy; `pixels` is empty and detached now
//
// Content  zero at first.
// States   attached → detached: moved from, and sent thereby. A detached buffer has size 0 and cannot be sent.
// Thread   one at a time; the memory may be freed on any.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "crawler/worker_threads/internal/transfer.h"

namespace spinneret::worker_threads {

class TransferBuffer {
 public:
  explicit TransferBuffer(std::size_t size = 0) : bytes_(new std::byte[size]()), size_(size) {}
  explicit TransferBuffer(std::string_view content) : TransferBuffer(content.size()) {
    if (!content.empty()) {
      std::memcpy(bytes_.get(), content.data(), content.size());
    }
  }

  TransferBuffer(TransferBuffer&& other) noexcept { *this = std::move(other); }
  TransferBuffer& operator=(TransferBuffer&& other) noexcept {
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
    untransferable_ = std::exchange(other.untransferable_, false);
    return *this;
  }
  TransferBuffer(const TransferBuffer&) = delete;
  TransferBuffer& operator=(const TransferBuffer&) = delete;
  ~TransferBuffer() = default;

  // A copy is made on purpose only. It may be transferred.
  TransferBuffer Clone() const { return TransferBuffer(text()); }

  std::size_t size() const { return size_; }
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::span<std::byte> bytes() { return {bytes_.get(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }

  bool detached() const { return bytes_ == nullptr; }
  bool untransferable() const { return untransferable_; }
  void MarkUntransferable() { untransferable_ = true; }

 private:
  std::unique_ptr<std::byte[]> bytes_;  // never null but when detached
  std::size_t size_ = 0;
  bool untransferable_ = false;
};

}  // namespace spinneret::worker_threads
