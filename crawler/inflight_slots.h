// InflightSlots: which URL's page each worker is reading, in memory that outlives the process: the mapped file DB-inflight.
//
// Use      when a worker dies, its slot says which page is to blame. When the whole process dies (a crash inside a library,
//          but also kill -9), the file stays, and the next run finds there what was being read, committed or not;
//          suspects.h says what becomes of it. A run that ends by itself leaves no file.
// Thread   a slot is written by its worker, and read and cleared by others once that has ended. Make and FindLeft: before
//          workers.
// Disk     the file's space is taken when it is made, so that a disk that fills up later is no fault at a store to the
//          mapping. Where it cannot be made there is plain memory, which serves for a worker's death alone.
// Limits   a URL of more than kMostText bytes is not found again by the next run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/url_identity.h"

namespace spinneret {

// A page that was being read when a process ended.
struct Suspect {
  std::string url;
  bool send_credentials = false;
};

class InflightSlots {
 public:
  static constexpr std::size_t kSlotBytes = 8192;
  static constexpr std::size_t kMostText = kSlotBytes - 64;
  static constexpr std::uint32_t kMostSlots = 256;

  // Empty slots, at most kMostSlots. `database` empty: plain memory.
  static std::shared_ptr<InflightSlots> Make(const std::string& database, std::uint32_t slots);
  // What a process that ended in the middle has left; nothing where there is no such file, or one that is not ours.
  static std::vector<Suspect> FindLeft(const std::string& database);
  ~InflightSlots();  // removes the file, unless it is kept
  InflightSlots(const InflightSlots&) = delete;
  InflightSlots& operator=(const InflightSlots&) = delete;

  // So many slots, if there were fewer. False where the disk has no space for them. Of the thread that called Make.
  bool Grow(std::uint32_t slots);
  // `slot` is below the number given to Make or Grow.
  void Set(std::uint32_t slot, UrlHandle url, std::string_view text, bool send_credentials);
  void Clear(std::uint32_t slot);
  // 0: none.
  UrlHandle Get(std::uint32_t slot) const;

  // Whether the slots are in a file.
  bool has_file() const { return !path_.empty(); }
  // Before the process is left without destructors.
  void RemoveFile();
  // For the next run, though this one ends by itself: what workers were reading when the machine had no memory left.
  void KeepFile() { path_.clear(); }

 private:
  struct Slot;
  InflightSlots(void* memory, std::uint32_t slots, std::string path);
  Slot& At(std::uint32_t slot) const;

  void* const memory_;  // for kMostSlots; of a file, what is beyond its end is not there yet
  std::uint32_t slots_;
  std::string path_;
};

}  // namespace spinneret
