#include "storage/sqlite/database_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spinneret {
namespace {

Error SystemError(const std::string& path, std::string_view doing, int number) {
  const ErrorCode code = number == ENOSPC || number == EDQUOT ? ErrorCode::kStorageFull
                         : number == ENOENT                   ? ErrorCode::kNotFound
                                                              : ErrorCode::kStorage;
  return Err(code, fmt::format("{}: {}: {} (errno {})", path, doing, std::strerror(number), number));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> RealPath(const std::string& path, const std::string& shown) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) {
    return SystemError(shown, "cannot be opened", errno);
  }
  return std::string(real.get());
}

Result<void> SyncFolder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return SystemError(folder, "cannot be opened", errno);
  }
  const int failed = ::fsync(fd);
  const int number = errno;
  ::close(fd);
  // Some network file systems cannot sync a folder; their rename is durable by other means or not at all.
  if (failed != 0 && number != EINVAL && number != EROFS) {
    return SystemError(folder, "cannot be written to disk", number);
  }
  return {};
}

// The process id that the lock's holder has written, or "another process".
std::string HolderOf(int fd) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(fd, text.data(), text.size(), 0);
  std::string pid;
  for (ssize_t i = 0;
       i < length && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9'; ++i) {
    pid += text[static_cast<std::size_t>(i)];
  }
  return pid.empty() ? "another process" : "process " + pid;
}

bool SameFile(int fd, const std::string& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
         ours.st_ino == named.st_ino;
}

Result<void> RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return SystemError(path, "is in the way and cannot be removed", errno);
  }
  return {};
}

}  // namespace

Result<std::string> ResolveNew(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name == "." || name == ".." || path.find('\0') != std::string::npos) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not the name of a file", path));
  }
  Result<std::string> folder = RealPath(FolderOf(path), path);
  if (!folder) {
    return folder;
  }
  return *folder == "/" ? "/" + name : *folder + "/" + name;
}

Result<std::string> ResolveExisting(const std::string& path) {
  Result<std::string> real = RealPath(path, path);
  if (!real) {
    return real;
  }
  struct stat status {};
  if (::stat(real->c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return Err(ErrorCode::kStorageCorrupt, path + " is not a file");
  }
  return real;
}

bool IsThere(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

Result<void> RemoveJournals(const std::string& path) {
  for (const char* const suffix : {"-journal", "-wal", "-shm"}) {
    if (Result<void> removed = RemoveFile(path + suffix); !removed) {
      return removed;
    }
  }
  return {};
}

Result<void> RemoveDatabase(const std::string& path) {
  // The journals last: a file without its journal could be taken for a whole one.
  Result<void> removed = RemoveFile(path);
  return removed ? RemoveJournals(path) : removed;
}

Result<void> RenameDurably(const std::string& from, const std::string& to) {
  int number = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
  if (number == EINVAL || number == ENOSYS) {
    // A file system without that flag: a second name is made only where there was none, and then the first one goes.
    number = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    if (number == 0) {
      ::unlink(from.c_str());
    } else if (number == EPERM || number == EOPNOTSUPP) {
      // Nor has it hard links; what is left is to look first, under the lock that other crawls respect.
      number = IsThere(to) ? EEXIST : ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    }
  }
  if (number == EEXIST) {
    return Err(ErrorCode::kAlreadyExists, to + " exists already");
  }
  if (number != 0) {
    return SystemError(from, "cannot be renamed to " + to, number);
  }
  return SyncFolder(FolderOf(to));
}

Result<LockFile> LockFile::Take(const std::string& path, const std::string& shown) {
  const std::string name = path + "-lock";
  for (;;) {
    const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
      return SystemError(name, "cannot be made", errno);
    }
    LockFile lock;
    lock.fd_ = fd;
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const int number = errno;
      if (number == EWOULDBLOCK) {
        return Err(ErrorCode::kInUse, fmt::format("{} is in use by {}", shown, HolderOf(fd)));
      }
      return SystemError(name, "cannot be locked", number);
    }
    // The holder before us may have removed the file between our open and our lock; then a third process could lock a
    // new one.
    if (!SameFile(fd, name)) {
      continue;
    }
    lock.path_ = name;
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
      return SystemError(name, "cannot be written", errno);
    }
    return lock;
  }
}

LockFile::LockFile(LockFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (!path_.empty()) {
    ::unlink(path_.c_str());  // while it is held: after that the name may be another's
  }
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace spinneret
