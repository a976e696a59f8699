// AccessLog: what a simulated server was asked and when, for tests of politeness and for people with a spreadsheet.
//
// Thread    any; one lock.
// Entries   stand in the order in which the servers began to answer. An entry is there before its response's first byte
//           is sent, so a client that has read a response finds it; its end is filled in when the last byte was handed
//           over.
// Limits    the last `capacity` entries stay in memory; dropped() counts those before. The file keeps all.
// File      tab-separated with a heading line, a line when a response ended; control characters in what clients sent
//           are written as \xNN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_annotations.h"

namespace spinneret::simweb {

struct AccessEntry {
  SteadyTime arrived;                // request line (page server) or whole request head (rough server) read
  SteadyTime ended;                  // last byte handed to the kernel, or connection gone; `arrived` while under way
  std::int64_t arrived_wall_ms = 0;  // since 1970
  std::int64_t ended_wall_ms = 0;
  std::uint64_t connection = 0;  // unique per connection of a server: equal means it was kept alive
  std::string method;
  std::string host;    // the Host header as it was sent
  std::string target;  // path and query as they were sent
  std::string user_agent;
  std::string head;       // the whole request head; rough server only
  int status = 0;         // 0: no status line was sent
  bool over = false;      // `ended` is known
  bool complete = false;  // everything that was meant to be sent was handed to the kernel
};

class AccessLog {
 public:
  // In memory alone.
  explicit AccessLog(std::size_t capacity = 1'000'000) : capacity_(capacity) {}
  // Also to the file `path`, which is emptied first. kSystem when it cannot be opened.
  static Result<std::unique_ptr<AccessLog>> Open(const std::string& path, std::size_t capacity);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // The server is about to answer; the number returned names the entry for End.
  std::uint64_t Begin(const AccessEntry& entry) EXCLUDES(mutex_);
  // The response or its connection ended: `entry` in its last state takes the place of what Begin was given.
  void End(std::uint64_t number, AccessEntry entry) EXCLUDES(mutex_);
  // Both at once, for what has begun and ended already.
  void Add(AccessEntry entry) EXCLUDES(mutex_);

  std::vector<AccessEntry> Snapshot() const EXCLUDES(mutex_);
  // Entries whose target is `target`, in order.
  std::vector<AccessEntry> EntriesOf(std::string_view target) const EXCLUDES(mutex_);
  void Clear() EXCLUDES(mutex_);
  // All that began since construction or Clear().
  std::uint64_t total() const EXCLUDES(mutex_);
  std::uint64_t dropped() const EXCLUDES(mutex_);
  // Writes what is buffered for the file. kStorageFull or kSystem when any write failed so far.
  Result<void> Flush() EXCLUDES(mutex_);

 private:
  const std::size_t capacity_;
  mutable Mutex mutex_;
  std::deque<AccessEntry> entries_ GUARDED_BY(mutex_);
  std::uint64_t next_ GUARDED_BY(mutex_) = 0;     // the number of the next entry; the newest in entries_ has one less
  std::uint64_t cleared_ GUARDED_BY(mutex_) = 0;  // next_ at the last Clear()
  std::FILE* file_ GUARDED_BY(mutex_) = nullptr;
  int write_errno_ GUARDED_BY(mutex_) = 0;
};

}  // namespace spinneret::simweb
