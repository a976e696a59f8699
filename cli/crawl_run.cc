#include "cli/crawl_run.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/control_requests.h"
#include "cli/control_socket.h"
#include "cli/dashboard.h"
#include "cli/disk_space.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/export_job.h"
#include "cli/failure.h"
#include "cli/limits.h"
#include "cli/live_warc.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/why.h"
#include "crawler/fleet_climber.h"
#include "crawler/option_settings.h"
#include "crawler/reextract.h"
#include "storage/named_queries.h"
#include "storage/postgres/pg_reader.h"
#include "storage/postgres/postgres_url.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

// The rows of a count into a map; nothing where the database cannot be read, which then has been said already.
template <class Key, class Map>
void ReadCounts(Reader& reader, std::string_view statistic, Map& counts) {
  const Result<void> ran = reader.Query(
      GetStatistic(statistic).sql, [](const std::vector<std::string>&) {},
      [&counts](const std::vector<Cell>& cells) {
        const auto* key = cells.size() == 2 ? std::get_if<Key>(&cells[0]) : nullptr;
        const auto* count = cells.size() == 2 ? std::get_if<std::int64_t>(&cells[1]) : nullptr;
        if (key != nullptr && count != nullptr && *count > 0) {
          counts[static_cast<typename Map::key_type>(*key)] += static_cast<std::uint64_t>(*count);
        }
        return true;
      });
  if (!ran) {
    Log(LogLevel::kDebug, ran.error().message);
  }
}

Result<std::vector<std::unique_ptr<Reader>>> OpenAll(const std::string& database) {
  if (IsPostgresUrl(database)) {
    return OpenPostgresReaders(database);
  }
  Result<std::unique_ptr<Reader>> reader = Reader::Open(database);
  if (!reader) {
    return std::move(reader).error();
  }
  std::vector<std::unique_ptr<Reader>> one;
  one.push_back(*std::move(reader));
  return one;
}

// The numbers of all runs, which the database knows and a resumed crawl does not.
void AddCounts(const std::string& database, CrawlSummary& summary) {
  if (!summary.statuses.empty() || !summary.errors.empty() || !summary.skipped.empty()) {
    return;
  }
  const Result<std::vector<std::unique_ptr<Reader>>> readers = OpenAll(database);
  if (!readers) {
    Log(LogLevel::kDebug, readers.error().message);
    return;
  }
  for (const std::unique_ptr<Reader>& reader : *readers) {
    ReadCounts<std::int64_t>(*reader, "statuses", summary.statuses);
    ReadCounts<std::string>(*reader, "errors", summary.errors);
    ReadCounts<std::string>(*reader, "skipped", summary.skipped);
  }
  // Of several servers the first has what it looks at.
  if (Result<Diagnosis> diagnosis = DiagnoseCrawl(*readers->front())) {
    summary.bottleneck = *std::move(diagnosis);
  }
}

// What recipes' records came to, counted and kept for the next time. Not after a signal: then people wait.
std::vector<RecipeChange> CountRecords(const CrawlOptions& options, const CrawlSummary& summary) {
  const EndReason reason = summary.reason;
  if (options.recipes.empty() || IsPostgresUrl(options.database) || reason == EndReason::kStopped ||
      reason == EndReason::kStorage || reason == EndReason::kInternal || reason == EndReason::kNoSeed) {
    return {};
  }
  const Result<std::vector<std::shared_ptr<const Recipe>>> recipes = RecipesOf(options);
  Result<std::vector<RecipeChange>> changes =
      recipes ? MeasureCoverage(options.database, *recipes) : Result<std::vector<RecipeChange>>(recipes.error());
  if (!changes) {
    Log(LogLevel::kError, "the records could not be counted: " + changes.error().message);
    return {};
  }
  return std::move(*changes);
}

// Of a crawl that got nothing.
std::vector<SeedTrouble> TroublesOf(const CrawlOptions& options, const CrawlSummary& summary) {
  if (summary.reason != EndReason::kNoSeed || IsPostgresUrl(options.database)) {
    return {};
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(options.database);
  Result<std::vector<SeedTrouble>> troubles =
      reader ? FindSeedTroubles(**reader) : Result<std::vector<SeedTrouble>>(reader.error());
  if (!troubles) {
    Log(LogLevel::kDebug, troubles.error().message);
    return {};
  }
  return *std::move(troubles);
}

// Until the crawl takes signals itself, and again once it has: leaving at once is safe, since what is on disk can be
// resumed.
void LeaveOnSignal() {
  struct sigaction action {};
  action.sa_handler = [](int) { _exit(kStopped); };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

// Writes what is left; where it cannot be, `summary` says so.
void FinishWarc(LiveWarc& warc, const CrawlOptions& options, ProgressMode mode, CrawlSummary& summary) {
  Result<void> finished;
  {
    ExportProgress progress("records", false);
    const bool shown = mode != ProgressMode::kNone && mode != ProgressMode::kJson;
    finished = warc.Finish([&progress, shown](std::uint64_t records) {
      if (shown) {
        progress.Say(fmt::format("{} WARC records written", FormatCount(records)));
      }
    });
  }
  if (!finished) {
    summary.reason = EndReason::kStorage;
    summary.detail = fmt::format(
        "{}; the database has everything, and `spinneret resume {}` writes the rest of the WARC "
        "files",
        finished.error().message, Printable(ShellQuote(options.database)));
    return;
  }
  const WarcSeries& series = warc.series();
  if (series.records() > 0) {
    Log(LogLevel::kInfo, fmt::format("WARC: {} records, {}, {} file{}: {}-*.warc.gz", FormatCount(series.records()),
                                     FormatSize(series.bytes()), series.files(), series.files() == 1 ? "" : "s",
                                     Printable(options.warc)));
  }
  if (warc.without_body() + warc.damaged() > 0) {
    Log(LogLevel::kWarning,
        fmt::format("WARC: {} responses are left out: {} without a stored body, {} with a damaged one",
                    FormatCount(warc.without_body() + warc.damaged()), FormatCount(warc.without_body()),
                    FormatCount(warc.damaged())));
  }
}

}  // namespace

int RunAndReport(const CrawlOptions& wanted, const CrawlStart& start, std::unique_ptr<Store> store,
                 const OutputFlags& output, const std::vector<Gate>& gates) {
  CrawlOptions options = wanted;
  std::uint64_t files = RaiseFileLimit();
  if (!output.dashboard.empty()) {
    files -= std::min(files, Dashboard::kFiles);  // who looks on takes none from the crawl
  }
  const std::uint32_t workers =
      std::max(wanted.effective_workers(), wanted.auto_workers ? FleetClimber::MostWorkers() : 1);
  options.connections = std::min(wanted.connections, ConnectionsWithin(files, workers));
  if (options.connections < wanted.connections) {
    Log(LogLevel::kWarning, fmt::format("{} connections instead of {}: no more files may be open at once (ulimit -n)",
                                        options.connections, wanted.connections));
  }
  std::unique_ptr<Dashboard> dashboard;
  if (!output.dashboard.empty()) {
    const bool shared = IsPostgresUrl(options.database);
    Result<std::unique_ptr<Dashboard>> listening =
        Dashboard::Listen(output.dashboard, shared ? WithoutPassword(options.database) : options.database);
    if (!listening) {
      return Fail(listening.error());
    }
    dashboard = *std::move(listening);
    Log(LogLevel::kInfo, "dashboard: " + dashboard->Url());
  }
  std::unique_ptr<LiveWarc> warc;
  if (!options.warc.empty()) {
    Result<std::unique_ptr<LiveWarc>> opened = LiveWarc::Open(
        {.prefix = options.warc, .file_bytes = options.warc_file_bytes, .database = options.database}, store->secret());
    if (!opened) {
      return Fail(opened.error());
    }
    warc = *std::move(opened);
  }
  LeaveOnSignal();
  CrawlSummary summary;
  {
    Progress progress(output.mode(), stderr);
    CrawlHooks hooks;
    hooks.on_tick = [&progress, &dashboard, &warc](const CrawlStatus& status) {
      progress.Update(status);
      if (warc) {
        warc->Follow();
      }
      if (dashboard) {
        dashboard->Update(status);
      }
    };
    if (dashboard) {
      hooks.on_page = [&dashboard](const PageGlance& page) { dashboard->Add(page); };
      hooks.largest_hosts = Dashboard::kHosts;
    }
    // `spinneret ctl`; where it cannot be made, the crawl does without. Made at once, for it replaces the one that a
    // killed process left, and a short crawl may end before its first look at it.
    std::unique_ptr<ControlSocket> control;
    if (IsPostgresUrl(options.database)) {
      // There is no file that the socket could be beside.
    } else if (Result<std::unique_ptr<ControlSocket>> listening = ControlSocket::Listen(options.database)) {
      control = std::move(*listening);
    } else {
      Log(LogLevel::kDebug, listening.error().message);
    }
    hooks.on_control = [&control, &warc](CrawlControl& crawl) {
      if (control) {
        control->Serve([&crawl](std::string_view request) { return AnswerControl(crawl, request); });
      }
      if (warc && warc->failed()) {
        crawl.Stop();
      }
    };
    // Signalled twice: what is in flight may hang, so nothing of it is waited for. All is committed.
    hooks.on_abandon = [&progress, &control] {
      control.reset();
      progress.Clear();
      std::fflush(nullptr);
      _exit(kStopped);
    };
    Result<CrawlSummary> ended = RunCrawl(options, start, std::move(store), hooks);
    control.reset();
    if (!ended) {
      // Log lines make the live line step aside, so this is said before `progress` goes.
      return Fail(ended.error());
    }
    summary = std::move(*ended);
    if (summary.reason == EndReason::kLeaseLost) {
      Log(LogLevel::kWarning, summary.detail + "; joining again");
      return kJoinAgain;
    }
    if (summary.disk_full && !IsPostgresUrl(options.database)) {
      summary.detail += "; " + SpaceNeeded(options.database, summary.status);
    }
    progress.Finish(summary);
    if (warc) {
      FinishWarc(*warc, options, output.mode(), summary);
    }
    if (dashboard) {
      dashboard->Finish(summary);
    }
  }
  const std::vector<RecipeChange> records = CountRecords(options, summary);
  // With json on stderr the last object is the summary.
  const bool failed = summary.reason == EndReason::kStorage || summary.reason == EndReason::kInternal ||
                      summary.reason == EndReason::kNoSeed;
  if (output.mode() == ProgressMode::kJson || output.quiet) {
    if (failed) {
      Log(LogLevel::kError,
          summary.detail.empty() ? EndSentence(summary) : EndSentence(summary) + ": " + summary.detail);
    }
  } else {
    AddCounts(options.database, summary);
    const std::string shown = IsPostgresUrl(options.database) ? WithoutPassword(options.database) : options.database;
    const std::string text = RenderSummary(summary, shown, records, TroublesOf(options, summary));
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  const int status = ExitStatusFor(summary.reason);
  if (failed || summary.reason == EndReason::kStopped) {
    return status;
  }
  const std::vector<std::string> failures = FailedGates(gates, records);
  for (const std::string& line : failures) {
    Log(LogLevel::kError, Printable(line));
  }
  return failures.empty() ? status : kGateFailed;
}

}  // namespace spinneret::cli
