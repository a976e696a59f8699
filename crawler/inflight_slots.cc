#include "crawler/inflight_slots.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"

namespace spinneret {
namespace {

// The file: a block with this mark, then one for each slot.
constexpr std::string_view kMark = "spinneret inflight 1";

std::size_t BytesFor(std::uint32_t slots) {
  return (std::size_t{slots} + 1) * InflightSlots::kSlotBytes;
}

// Beside the file itself, also where `database` is a link to it, as SQLite's own files are.
std::string PathFor(const std::string& database) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(database.c_str(), nullptr), &std::free);
  return (real == nullptr ? database : std::string(real.get())) + "-inflight";
}

constexpr std::size_t kMappedBytes = (std::size_t{InflightSlots::kMostSlots} + 1) * InflightSlots::kSlotBytes;

// A shared mapping of a file that is made, with space for `slots`; or null.
void* MapNewFile(const std::string& path, std::uint32_t slots) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return nullptr;
  }
  void* memory = MAP_FAILED;
  if (::posix_fallocate(fd, 0, static_cast<off_t>(BytesFor(slots))) == 0 &&
      ::pwrite(fd, kMark.data(), kMark.size(), 0) == static_cast<ssize_t>(kMark.size())) {
    memory = ::mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (memory == MAP_FAILED) {
    ::unlink(path.c_str());
    return nullptr;
  }
  return memory;
}

}  // namespace

// The size is stored last and taken back first: a slot whose text is not whole is an empty one.
struct InflightSlots::Slot {
  std::atomic<std::uint32_t> url;
  std::atomic<std::uint32_t> text_bytes;
  std::uint32_t send_credentials;
  std::uint32_t unused[13];
  char text[kMostText];
};

InflightSlots::InflightSlots(void* memory, std::uint32_t slots, std::string path)
    : memory_(memory), slots_(slots), path_(std::move(path)) {
  static_assert(sizeof(Slot) == kSlotBytes && std::atomic<std::uint32_t>::is_always_lock_free);
}

std::shared_ptr<InflightSlots> InflightSlots::Make(const std::string& database, std::uint32_t slots) {
  SPINNERET_CHECK(slots >= 1 && slots <= kMostSlots, "as many slots as there may be workers");
  if (!database.empty()) {
    std::string path = PathFor(database);
    if (void* const memory = MapNewFile(path, slots)) {
      return std::shared_ptr<InflightSlots>(new InflightSlots(memory, slots, std::move(path)));
    }
  }
  void* const memory = ::mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return std::shared_ptr<InflightSlots>(new InflightSlots(memory, slots, {}));
}

bool InflightSlots::Grow(std::uint32_t slots) {
  SPINNERET_CHECK(slots <= kMostSlots, "as many slots as there may be workers");
  if (slots <= slots_) {
    return true;
  }
  if (has_file()) {
    const int fd = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    const bool grown = fd >= 0 && ::posix_fallocate(fd, 0, static_cast<off_t>(BytesFor(slots))) == 0;
    if (fd >= 0) {
      ::close(fd);
    }
    if (!grown) {
      return false;
    }
  }
  slots_ = slots;
  return true;
}

InflightSlots::~InflightSlots() {
  ::munmap(memory_, kMappedBytes);
  RemoveFile();
}

void InflightSlots::RemoveFile() {
  if (has_file()) {
    ::unlink(path_.c_str());
    path_.clear();
  }
}

InflightSlots::Slot& InflightSlots::At(std::uint32_t slot) const {
  SPINNERET_CHECK(slot < kMostSlots, "a slot that there may be");
  return *std::launder(reinterpret_cast<Slot*>(static_cast<char*>(memory_) + BytesFor(slot)));
}

void InflightSlots::Set(std::uint32_t slot, UrlHandle url, std::string_view text, bool send_credentials) {
  Slot& place = At(slot);
  place.text_bytes.store(0, std::memory_order_release);
  place.url.store(url.value, std::memory_order_release);
  if (text.size() <= kMostText) {
    place.send_credentials = send_credentials ? 1 : 0;
    std::memcpy(place.text, text.data(), text.size());
    place.text_bytes.store(static_cast<std::uint32_t>(text.size()), std::memory_order_release);
  }
}

void InflightSlots::Clear(std::uint32_t slot) {
  Slot& place = At(slot);
  place.text_bytes.store(0, std::memory_order_release);
  place.url.store(0, std::memory_order_release);
}

UrlHandle InflightSlots::Get(std::uint32_t slot) const {
  return UrlHandle{At(slot).url.load(std::memory_order_acquire)};
}

std::vector<Suspect> InflightSlots::FindLeft(const std::string& database) {
  std::vector<Suspect> suspects;
  const int fd = ::open(PathFor(database).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    return suspects;
  }
  alignas(Slot) char block[kSlotBytes];
  const auto read_block = [&](std::size_t index) {
    const ssize_t got = ::pread(fd, block, kSlotBytes, static_cast<off_t>(index * kSlotBytes));
    return got == static_cast<ssize_t>(kSlotBytes);
  };
  if (read_block(0) && std::string_view(block, kMark.size()) == kMark) {
    for (std::uint32_t slot = 0; slot < kMostSlots && read_block(slot + std::size_t{1}); ++slot) {
      const Slot& left = *std::launder(reinterpret_cast<const Slot*>(block));
      const std::uint32_t bytes = left.text_bytes.load(std::memory_order_relaxed);
      if (bytes > 0 && bytes <= kMostText) {
        suspects.push_back({std::string(left.text, bytes), left.send_credentials != 0});
      }
    }
  }
  ::close(fd);
  return suspects;
}

}  // namespace spinneret
