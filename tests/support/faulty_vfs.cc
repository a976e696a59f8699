#include "tests/support/faulty_vfs.h"

#include <cstring>

#include <sqlite3.h>

#include "base/check.h"

namespace spinneret::testing {
namespace {

// SQLite calls by plain function pointers, so what they share is here.
struct State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs vfs{};
  sqlite3_io_methods methods{};
  DiskFault fault;
  int count = 0;
  bool failed = false;
};
State& Shared() {
  static State state;
  return state;
}

// An open file; the real one stands behind it in the same memory.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
sqlite3_file* Real(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->real();
}

bool Fails(DiskOperation operation) {
  State& state = Shared();
  if (state.fault.nth == 0 || operation != state.fault.operation) {
    return false;
  }
  ++state.count;
  const bool now = state.fault.for_good ? state.count >= state.fault.nth : state.count == state.fault.nth;
  state.failed = state.failed || now;
  return now;
}
int FullOr(int code) {
  return Shared().fault.full ? SQLITE_FULL : code;
}

int Close(sqlite3_file* file) {
  return Real(file)->pMethods->xClose(Real(file));
}
int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return Real(file)->pMethods->xRead(Real(file), to, size, offset);
}
int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  if (!Fails(DiskOperation::kWrite)) {
    return Real(file)->pMethods->xWrite(Real(file), from, size, offset);
  }
  // Half of it gets there, as on a real disk.
  Real(file)->pMethods->xWrite(Real(file), from, size / 2, offset);
  return FullOr(SQLITE_IOERR_WRITE);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Fails(DiskOperation::kTruncate) ? SQLITE_IOERR_TRUNCATE : Real(file)->pMethods->xTruncate(Real(file), size);
}
int Sync(sqlite3_file*, int) {
  return Fails(DiskOperation::kSync) ? FullOr(SQLITE_IOERR_FSYNC) : SQLITE_OK;
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xLock(Real(file), level);
}
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* held) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), held);
}
int FileControl(sqlite3_file* file, int what, void* value) {
  return Real(file)->pMethods->xFileControl(Real(file), what, value);
}
int SectorSize(sqlite3_file* file) {
  return Real(file)->pMethods->xSectorSize(Real(file));
}
int Characteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  if (Fails(DiskOperation::kSharedMemory)) {
    *memory = nullptr;
    return SQLITE_IOERR_SHMMAP;
  }
  return Real(file)->pMethods->xShmMap(Real(file), page, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) {
  Real(file)->pMethods->xShmBarrier(Real(file));
}
int ShmUnmap(sqlite3_file* file, int remove) {
  return Real(file)->pMethods->xShmUnmap(Real(file), remove);
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (Fails(DiskOperation::kOpen)) {
    return SQLITE_CANTOPEN;
  }
  State& state = Shared();
  const int code = state.real->xOpen(state.real, name, Real(file), flags, out_flags);
  if (Real(file)->pMethods != nullptr) {
    file->pMethods = &state.methods;
  }
  return code;
}
int Delete(sqlite3_vfs*, const char* name, int sync_folder) {
  return Fails(DiskOperation::kDelete) ? SQLITE_IOERR_DELETE : Shared().real->xDelete(Shared().real, name, sync_folder);
}

}  // namespace

std::string_view DiskOperationName(DiskOperation operation) {
  static constexpr std::string_view kNames[] = {"open", "write", "sync", "truncate", "delete", "shared memory"};
  return kNames[static_cast<std::size_t>(operation)];
}

FaultyVfs::FaultyVfs() {
  State& state = Shared();
  SPINNERET_CHECK(state.real == nullptr, "one FaultyVfs at a time");
  state.real = sqlite3_vfs_find(nullptr);
  SPINNERET_CHECK(state.real != nullptr, "SQLite has a default VFS");
  state.methods = {.iVersion = 2,
                   .xClose = Close,
                   .xRead = Read,
                   .xWrite = Write,
                   .xTruncate = Truncate,
                   .xSync = Sync,
                   .xFileSize = FileSize,
                   .xLock = Lock,
                   .xUnlock = Unlock,
                   .xCheckReservedLock = CheckReservedLock,
                   .xFileControl = FileControl,
                   .xSectorSize = SectorSize,
                   .xDeviceCharacteristics = Characteristics,
                   .xShmMap = ShmMap,
                   .xShmLock = ShmLock,
                   .xShmBarrier = ShmBarrier,
                   .xShmUnmap = ShmUnmap,
                   .xFetch = nullptr,
                   .xUnfetch = nullptr};
  // The other calls do not look at the VFS they are given but to find their own; unix's need none.
  state.vfs = *state.real;
  state.vfs.zName = "faulty";
  state.vfs.pNext = nullptr;
  state.vfs.szOsFile = static_cast<int>(sizeof(File)) + state.real->szOsFile;
  state.vfs.xOpen = Open;
  state.vfs.xDelete = Delete;
  Set({});
  sqlite3_vfs_register(&state.vfs, 1);
}

FaultyVfs::~FaultyVfs() {
  State& state = Shared();
  sqlite3_vfs_unregister(&state.vfs);
  sqlite3_vfs_register(state.real, 1);
  state.real = nullptr;
}

void FaultyVfs::Set(const DiskFault& fault) {
  State& state = Shared();
  state.fault = fault;
  state.count = 0;
  state.failed = false;
}

bool FaultyVfs::failed() const {
  return Shared().failed;
}

}  // namespace spinneret::testing
