// CrawlFile: a crawl database that this process writes to, from its birth as `path`.new to the one plain file that it
// leaves.
//
// States   Made (`path`.new, invisible to others) → Published (`path`, WAL) → Settled (`path`, no file beside it) or
//          just closed.
// Lock     held from Create or Open to the object's end.
// Errors   of SQLite and of the system, naming the path as the caller wrote it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/database_file.h"
#include "storage/sqlite/schema.h"

namespace spinneret {

class CrawlFile {
 public:
  // kAlreadyExists, kInUse. What a killed process left as `path`.new is replaced.
  // `secret`: another database's, whose rows are to come; else one is drawn.
  static Result<std::unique_ptr<CrawlFile>> Create(const std::string& path, std::string_view settings,
                                                   const HashSecret* secret = nullptr);
  // kNotFound, kInUse, kStorageCorrupt, kStorageVersion.
  static Result<std::unique_ptr<CrawlFile>> Open(const std::string& path);
  ~CrawlFile();
  CrawlFile(const CrawlFile&) = delete;
  CrawlFile& operator=(const CrawlFile&) = delete;

  // Switches to WAL; an opened file is as it was until then. Publish does it by itself.
  Result<void> BeginWriting();

  // Gives the file its name. No transaction may be open and no statement be prepared. After a failure there is no
  // connection.
  Result<void> Publish();
  bool published() const { return published_; }

  bool is_open() const { return connection_.has_value(); }
  Connection& connection() { return *connection_; }
  const Identity& identity() const { return identity_; }
  const std::string& path() const { return path_; }  // once published
  const std::string& shown() const { return shown_; }

  // Bytes of the write-ahead log now; 0 when there is none.
  std::int64_t WalBytes() const;

 private:
  CrawlFile(std::string path, std::string shown, LockFile lock, bool published);
  Result<void> Make(std::string_view settings, const HashSecret* secret);
  Result<void> Attach();

  const std::string path_;   // real path
  const std::string shown_;  // as the caller wrote it
  LockFile lock_;            // before the connection: it is let go last
  std::optional<Connection> connection_;
  Identity identity_;
  bool published_;
  bool writing_ = false;
};

}  // namespace spinneret
