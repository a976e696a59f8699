// CrawlFile: a crawl's database as a file: the one that was named, or one that a crawl on PostgreSQL is brought into, for
// as long as this lives.
//
// Room     a crawl on PostgreSQL needs as much in $TMPDIR as `spinneret pull` would write.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/temporary_folder.h"

namespace spinneret::cli {

class CrawlFile {
 public:
  // `database` is a path, which is not looked at, or a postgresql:// URL, or those of several servers.
  static Result<CrawlFile> Of(const std::string& database);
  // The same for who asks a server as well as a file: only of several servers a file is made.
  static Result<CrawlFile> OrServer(const std::string& database);

  const std::string& path() const { return path_; }  // or the server's URL
  // As it was named, without a password: for people.
  const std::string& name() const { return name_; }

 private:
  CrawlFile(std::string path, std::string name, std::unique_ptr<TemporaryFolder> folder)
      : path_(std::move(path)), name_(std::move(name)), folder_(std::move(folder)) {}

  std::string path_;
  std::string name_;
  std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace spinneret::cli
