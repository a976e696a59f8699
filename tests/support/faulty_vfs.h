// FaultyVfs: SQLite's view of a disk on which the n-th operation of a kind fails. The default VFS while it exists; what does
// not fail is passed on to the one before, except that nothing is synced: no test here pulls the plug.
//
// Thread   one at a time, and one FaultyVfs at a time. Databases are opened after it is made and closed before it goes.
#pragma once

#include <cstdint>
#include <string_view>

namespace spinneret::testing {

enum class DiskOperation : std::uint8_t { kOpen, kWrite, kSync, kTruncate, kDelete, kSharedMemory };
inline constexpr DiskOperation kDiskOperations[] = {DiskOperation::kOpen,   DiskOperation::kWrite,
                                                    DiskOperation::kSync,   DiskOperation::kTruncate,
                                                    DiskOperation::kDelete, DiskOperation::kSharedMemory};
std::string_view DiskOperationName(DiskOperation operation);

struct DiskFault {
  DiskOperation operation = DiskOperation::kWrite;
  int nth = 0;            // which one fails, from 1; 0: none
  bool for_good = false;  // and all that follow
  bool full = false;      // as a disk without space, where the operation can meet that; else as a broken one
};

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // From now on; operations are counted from here.
  void Set(const DiskFault& fault);
  // Whether an operation has failed since.
  bool failed() const;
};

}  // namespace spinneret::testing
