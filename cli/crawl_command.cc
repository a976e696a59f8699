// spinneret crawl: a new crawl into a new database.
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_flags.h"
#include "cli/crawl_run.h"
#include "cli/failure.h"
#include "cli/refresh_flags.h"
#include "cli/store_flags.h"
#include "cli/summary.h"
#include "cli/warc_series.h"
#include "crawler/crawl.h"
#include "storage/sqlite/sqlite_store.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Crawl a site or a list of seeds into an SQLite database. Obeys robots.txt, waits a second between requests to a "
    "host and stays on "
    "the seeds' hosts, unless told otherwise. Ctrl-C once finishes what is in flight; `spinneret resume` goes on from "
    "there.";

constexpr char kFooter[] = R"(Examples:
  spinneret crawl https://example.com/
      the whole host, into crawl.db
  spinneret crawl example.com -d 2 --limit 500 -o shop.db
      two links deep, at most 500 pages
  spinneret crawl seeds/shop.txt --include '/product/' --exclude '\?sort='
      a seed list; product pages alone, without the sorted lists
  spinneret crawl http://localhost:8080/ --allow-private --host-delay 0 -w 8
      your own server, as fast as it can
  spinneret crawl seeds/shop.txt --store postgresql://db.example/crawl
      on every machine that is to take part
  spinneret crawl --refresh shop.db --max-age 12h
      again, some time later: pages not looked at for twelve hours, and what is new

TIME is digits and a unit: 500ms, 2s, 10m, 1h. SIZE is bytes, or k, M, G.
Then: spinneret query crawl.db --list)";

struct Flags {
  CrawlFlags crawl;
  RefreshFlags refresh;
  StoreFlags store;
};

// One agent of a crawl on PostgreSQL.
int CrawlTogether(CrawlOptions options, const Flags& flags) {
  const Result<std::vector<Gate>> gates = flags.crawl.scraping().GatesFor(options);
  if (!gates) {
    return UsageFailure(gates.error().message);
  }
  if (Result<void> shareable = CheckShareable(options, !gates->empty()); !shareable) {
    return Fail(shareable.error());
  }
  options.database = flags.store.url();
  int status = kJoinAgain;
  while (status == kJoinAgain) {
    Result<std::unique_ptr<Store>> store = flags.store.JoinOrBegin(options);
    if (!store) {
      return FailOpen(store.error());
    }
    status = RunAndReport(options, {}, std::move(*store), flags.crawl.output(), {});
  }
  return status;
}

int Crawl(const Flags& given) {
  const CrawlFlags& flags = given.crawl;
  if (given.refresh.given()) {
    return given.refresh.Run(flags);
  }
  if (Result<void> absent = given.refresh.CheckAbsent(); !absent) {
    return Fail(absent.error());
  }
  const Result<CrawlOptions> options = flags.Build();
  if (!options) {
    return Fail(options.error());
  }
  flags.output().Apply();
  if (given.store.given()) {
    if (options->database != CrawlOptions().database) {
      return UsageFailure("-o and --store contradict each other; give one of them");
    }
    return CrawlTogether(*options, given);
  }
  const std::string& path = options->database;
  const auto in_the_way = [&path] {
    return UsageFailure(
        fmt::format("{} exists already and is never overwritten; go on with it by `spinneret resume {}`, or name "
                    "another file with -o",
                    Printable(path), Printable(ShellQuote(path))));
  };
  if (access(path.c_str(), F_OK) == 0) {
    return in_the_way();
  }
  if (!options->warc.empty()) {
    if (Result<void> unused = WarcSeries::CheckUnused(options->warc); !unused) {
      return Fail(unused.error());
    }
  }
  const Result<std::vector<Gate>> gates = flags.scraping().GatesFor(*options);
  if (!gates) {
    return UsageFailure(gates.error().message);
  }
  Result<std::unique_ptr<SqliteStore>> created = SqliteStore::Create(path, SettingsToJson(*options));
  if (!created) {
    return created.error().code == ErrorCode::kAlreadyExists ? in_the_way() : FailOpen(created.error());
  }
  CrawlStart start;
  SqliteStore* const store = created->get();  // owned by the crawl, which publishes while it has it
  start.publish = [store] { return store->Publish(); };
  return RunAndReport(*options, start, std::move(*created), flags.output(), *gates);
}

}  // namespace

void AddCrawlCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("crawl", kDescription)->group("Crawling");
  command->footer(kFooter);
  auto flags = std::make_shared<Flags>();
  flags->crawl.AddTo(*command, CrawlFlags::Command::kCrawl);
  flags->refresh.AddTo(*command, "Again");
  flags->store.AddTo(*command, StoreFlags::Url::kOption, "Several machines");
  command->callback([flags, &exit_status] { exit_status = Crawl(*flags); });
}

}  // namespace spinneret::cli
