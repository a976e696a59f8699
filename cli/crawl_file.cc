#include "cli/crawl_file.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "storage/postgres/postgres_url.h"
#include "storage/postgres/pull.h"

namespace spinneret::cli {

Result<CrawlFile> CrawlFile::OrServer(const std::string& database) {
  if (IsPostgresUrl(database) && PostgresUrls(database).size() == 1) {
    return CrawlFile(database, WithoutPassword(database), nullptr);
  }
  return Of(database);
}

Result<CrawlFile> CrawlFile::Of(const std::string& database) {
  if (!IsPostgresUrl(database)) {
    return CrawlFile(database, database, nullptr);
  }
  Result<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::Create("pull");
  if (!folder) {
    return std::move(folder).error();
  }
  std::string name = WithoutPassword(database);
  std::string path = (*folder)->path() + "/crawl.db";
  Log(LogLevel::kInfo,
      fmt::format("bringing {} into a temporary file; `spinneret pull` makes one that stays", Printable(name)));
  if (const Result<Pulled> pulled = PullCrawl(database, path); !pulled) {
    return pulled.error();
  }
  return CrawlFile(std::move(path), std::move(name), *std::move(folder));
}

}  // namespace spinneret::cli
