#include "simweb/fault_plan.h"

#include <array>

namespace spinneret::simweb {
namespace {

// Every bit of the result depends on every bit of `value` (the finalizer of MurmurHash3).
std::uint64_t Mixed(std::uint64_t value) {
  value = (value ^ (value >> 33U)) * 0xFF51AFD7ED558CCDU;
  value = (value ^ (value >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return value ^ (value >> 33U);
}

std::uint64_t HashOf(std::uint64_t seed, std::string_view host, std::string_view target) {
  std::uint64_t hash = Mixed(seed + 1);
  for (const std::string_view part : {host, std::string_view(" "), target}) {
    for (const char c : part) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;  // FNV-1a's step
    }
  }
  return Mixed(hash);
}

}  // namespace

void FaultPlan::Set(std::uint64_t seed, std::uint32_t most) {
  const MutexLock lock(mutex_);
  seed_ = seed;
  most_ = most;
  asked_.clear();
  given_ = 0;
}

PlannedFault FaultPlan::Next(std::string_view host, std::string_view target) {
  static constexpr std::array kKinds = {Fault::kError, Fault::kClose, Fault::kTruncated, Fault::kBrokenCoding};
  static constexpr std::array kStatuses = {500, 502, 503, 504};
  const MutexLock lock(mutex_);
  if (most_ == 0) {
    return {};
  }
  const std::uint64_t hash = HashOf(seed_, host, target);
  const std::uint64_t times = hash % (std::uint64_t{most_} + 1);
  std::uint32_t& asked = asked_[hash];
  if (asked >= times) {
    return {};
  }
  const std::uint64_t drawn = Mixed(hash + ++asked);
  ++given_;
  PlannedFault planned;
  planned.fault = kKinds[drawn % kKinds.size()];
  planned.status = planned.fault == Fault::kError ? kStatuses[(drawn >> 8U) % kStatuses.size()] : 200;
  return planned;
}

std::uint64_t FaultPlan::given() const {
  const MutexLock lock(mutex_);
  return given_;
}

}  // namespace spinneret::simweb
