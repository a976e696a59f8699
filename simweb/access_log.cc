#include "simweb/access_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/printable.h"

namespace spinneret::simweb {
namespace {

constexpr std::size_t kFileBuffer = std::size_t{1} << 20U;

long long Nanoseconds(SteadyTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::Open(const std::string& path, std::size_t capacity) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return Err(ErrorCode::kSystem, path + ": " + std::strerror(errno));
  }
  std::setvbuf(file, nullptr, _IOFBF, kFileBuffer);
  std::fputs(
      "arrived_ns\tended_ns\tarrived_wall_ms\tended_wall_ms\tconnection\tmethod\thost\ttarget\tstatus\tcomplete\t"
      "user_agent\n",
      file);
  auto log = std::make_unique<AccessLog>(capacity);
  {
    const MutexLock lock(log->mutex_);
    log->file_ = file;
  }
  return log;
}

AccessLog::~AccessLog() {
  const MutexLock lock(mutex_);
  if (file_ != nullptr) {
    std::fclose(file_);
  }
}

std::uint64_t AccessLog::Begin(const AccessEntry& entry) {
  const MutexLock lock(mutex_);
  if (capacity_ != 0) {
    if (entries_.size() >= capacity_) {
      entries_.pop_front();
    }
    entries_.push_back(entry);
    entries_.back().ended = entry.arrived;
    entries_.back().ended_wall_ms = entry.arrived_wall_ms;
  }
  return next_++;
}

void AccessLog::End(std::uint64_t number, AccessEntry entry) {
  entry.over = true;
  const MutexLock lock(mutex_);
  if (file_ != nullptr) {
    const int written =
        std::fprintf(file_, "%lld\t%lld\t%lld\t%lld\t%llu\t%s\t%s\t%s\t%d\t%d\t%s\n", Nanoseconds(entry.arrived),
                     Nanoseconds(entry.ended), static_cast<long long>(entry.arrived_wall_ms),
                     static_cast<long long>(entry.ended_wall_ms), static_cast<unsigned long long>(entry.connection),
                     Printable(entry.method).c_str(), Printable(entry.host).c_str(), Printable(entry.target).c_str(),
                     entry.status, entry.complete ? 1 : 0, Printable(entry.user_agent).c_str());
    if (written < 0 && write_errno_ == 0) {
      write_errno_ = errno;
    }
  }
  const std::uint64_t first = next_ - entries_.size();
  if (number >= first) {
    entries_[static_cast<std::size_t>(number - first)] = std::move(entry);
  }
}

void AccessLog::Add(AccessEntry entry) {
  const std::uint64_t number = Begin(entry);
  End(number, std::move(entry));
}

std::vector<AccessEntry> AccessLog::Snapshot() const {
  const MutexLock lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

std::vector<AccessEntry> AccessLog::EntriesOf(std::string_view target) const {
  std::vector<AccessEntry> found;
  const MutexLock lock(mutex_);
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(found),
               [&](const AccessEntry& entry) { return entry.target == target; });
  return found;
}

void AccessLog::Clear() {
  const MutexLock lock(mutex_);
  entries_.clear();
  cleared_ = next_;
}

std::uint64_t AccessLog::total() const {
  const MutexLock lock(mutex_);
  return next_ - cleared_;
}

std::uint64_t AccessLog::dropped() const {
  const MutexLock lock(mutex_);
  return next_ - cleared_ - entries_.size();
}

Result<void> AccessLog::Flush() {
  const MutexLock lock(mutex_);
  if (file_ == nullptr) {
    return {};
  }
  if (std::fflush(file_) != 0 && write_errno_ == 0) {
    write_errno_ = errno;
  }
  if (write_errno_ != 0) {
    return Err(write_errno_ == ENOSPC ? ErrorCode::kStorageFull : ErrorCode::kSystem,
               std::string("access log: ") + std::strerror(write_errno_));
  }
  return {};
}

}  // namespace spinneret::simweb
