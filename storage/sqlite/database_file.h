// The files of a crawl database: its name, the lock beside it, and its birth under another name.
//
//   crawl.db       the database
//   crawl.db.new   while it is made; renamed when it can be resumed
//   crawl.db-lock  while a process writes to it; holds that process's id
//   crawl.db-inflight  while a crawl runs, and after one that was killed (crawler/inflight_slots.h)
//   crawl.db-wal, crawl.db-shm, crawl.db-journal   SQLite's own
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret {

// The folder's real path and the file's name. SQLite names its files by the path behind symbolic links, so ours must be
// named by it too. kNotFound when the folder (or, for an existing database, the file) is not there.
Result<std::string> ResolveNew(const std::string& path);
Result<std::string> ResolveExisting(const std::string& path);

// True for anything that bears the name, a dangling symbolic link too.
bool IsThere(const std::string& path);

// Removes SQLite's own files beside `path`, and `path` with them.
Result<void> RemoveJournals(const std::string& path);
Result<void> RemoveDatabase(const std::string& path);

// Renames without ever replacing (kAlreadyExists), and waits until the folder is on disk.
Result<void> RenameDurably(const std::string& from, const std::string& to);

// LockFile: `path`-lock, held by flock until the object's end, which removes it. The kernel lets go when the process
// dies, so a lock file that is left behind locks nothing.
class LockFile {
 public:
  // kInUse with the holder's process id; `shown` stands for the path in it.
  static Result<LockFile> Take(const std::string& path, const std::string& shown);

  LockFile() = default;
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace spinneret
