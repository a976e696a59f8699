// The embedded engine: one SQLite file, one connection that both writes and checkpoints, WAL while the crawl runs.
//
// Birth    Create builds `path`.new (schema, secret, settings); Publish() commits what was added and renames it to
//          `path`, so that no moment leaves a file that cannot be resumed. An existing `path` is kAlreadyExists.
// Lock     `path`-lock is held by flock for the store's life: a second crawl gets kInUse with the holder's process id.
// Cost     urls, fetches, links, records, bodies, samples and events only grow at their end; no secondary index exists
//          until Finish(kBuild).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/store.h"

namespace spinneret {

class SqliteStore : public Store {
 public:
  // `secret`: another database's, whose rows are to come; else one is drawn.
  static Result<std::unique_ptr<SqliteStore>> Create(const std::string& path, std::string_view settings,
                                                     const HashSecret* secret = nullptr);
  // Opens for a further run. BeginRun, which must come before anything is written, drops the readers' indexes and
  // switches to WAL; until then the file stays as it is. A left-over `path`.new is not touched.
  static Result<std::unique_ptr<SqliteStore>> Open(const std::string& path);

  // Commits and renames `path`.new to `path`. Once, after Create.
  virtual Result<void> Publish() = 0;
};

}  // namespace spinneret
