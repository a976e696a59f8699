// spinneret tune: how many workers a crawl should have, by trying.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_flags.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/limits.h"
#include "cli/option_kinds.h"
#include "cli/standard_output.h"
#include "cli/summary.h"
#include "cli/temporary_folder.h"
#include "cli/terminal.h"
#include "cli/tune_chart.h"
#include "cli/tune_plan.h"
#include "cli/tune_trial.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Find how many workers and connections a crawl should have: short crawls of the seeds with each number, a table of "
    "what they reached and what bound them, and the command line to use. The trials go into temporary databases, which "
    "are removed.";

constexpr char kFooter[] = R"(Examples:
  spinneret tune http://localhost:8080/ --allow-private --host-delay 0
      your own server
  spinneret tune -i seeds/news.txt --workers 1..8 --connections 32..256 --time 30s -o tune.svg
      a crawl of many hosts, with a picture of the curve

The options of `spinneret crawl` apply to each trial.)";

constexpr std::uint32_t kMaxWorkers = 256;
constexpr std::uint32_t kMaxConnections = 10'000;

struct TuneFlags {
  CrawlFlags crawl;
  std::vector<std::uint32_t> workers;
  std::vector<std::uint32_t> connections;
  std::chrono::milliseconds time{10'000};
  std::string chart;
  CLI::App* command = nullptr;
};

// The options that were given, as they would be written for `spinneret crawl`; tune's own are left out.
enum class Secrets : std::uint8_t { kShown, kHidden };
std::vector<std::string> GivenOptions(const CLI::App& command, Secrets secrets) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() || option->count() == 0 || option->check_lname("workers") ||
        option->check_lname("connections") || option->check_lname("time") || option->check_lname("output") ||
        option == command.get_help_ptr()) {
      continue;
    }
    const std::string name = "--" + option->get_lnames().front();
    if (option->get_expected_max() == 0) {
      words.push_back(name);
      continue;
    }
    const bool secret = option->check_lname("header") || option->check_lname("user") || option->check_lname("proxy") ||
                        option->check_lname("cert");
    for (const std::string& value : option->results()) {
      words.push_back(name);
      words.push_back(secret && secrets == Secrets::kHidden ? "..." : value);
    }
  }
  return words;
}

std::string CommandLine(const TuneFlags& flags, const TrialResult& trial) {
  std::string line = "spinneret crawl";
  for (const std::string& seed : flags.crawl.seed_arguments()) {
    line += " " + ShellQuote(seed);
  }
  for (const std::string& word : GivenOptions(*flags.command, Secrets::kHidden)) {
    line += " " + ShellQuote(word);
  }
  return Printable(line) + fmt::format(" -w {} --connections {}", trial.workers, trial.connections);
}

std::string Report(const TuneFlags& flags, const std::vector<TrialResult>& trials) {
  const TrialResult* const chosen = ChooseTrial(trials);
  std::string out = "workers  conn.    pages   pages/s  CPU ms/page   p95 ms  main  workers  bound by\n";
  for (const TrialResult& trial : trials) {
    out += fmt::format("{:>7}  {:>5}  {:>7}  {:>8.1f}  {:>11.2f}  {:>7.1f}  {:>3.0f}%  {:>6.0f}%  {}{}\n",
                       trial.workers, trial.connections, trial.pages, trial.pages_per_second(), trial.cpu_ms_per_page,
                       trial.p95_ms, 100 * trial.main_utilization, 100 * trial.worker_utilization,
                       BottleneckName(trial.bound_by.bottleneck), &trial == chosen ? "  <" : "");
  }
  if (chosen == nullptr) {
    return out + "\nNo trial had a page: nothing can be said. Crawl the seeds once to see why.\n";
  }
  out += fmt::format("\nUse {} {} and {} connections: the least within 5 % of the best.\n", chosen->workers,
                     chosen->workers == 1 ? "worker" : "workers", chosen->connections);
  if (chosen->bound_by.bottleneck != Bottleneck::kUnknown) {
    out += TerminalText(chosen->bound_by.why) + "\n";
    if (!chosen->bound_by.advice.empty()) {
      out += chosen->bound_by.advice + "\n";
    }
  }
  return out + "\n  " + CommandLine(flags, *chosen) + "\n";
}

Result<void> WriteChart(const std::string& path, const std::vector<TrialResult>& trials) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << TuneChart(trials, ChooseTrial(trials));
  file.close();
  if (!file) {
    return Err(ErrorCode::kStorage, fmt::format("{} cannot be written: {}", Printable(path), std::strerror(errno)));
  }
  return {};
}

// Crawls for a while with so many workers and connections, into a database in `folder` that is removed again.
Result<TrialResult> Try(const TuneFlags& flags, const TemporaryFolder& folder, TrialCounts counts) {
  Log(LogLevel::kInfo,
      fmt::format("trying {} {} and {} connections for {}", counts.workers, counts.workers == 1 ? "worker" : "workers",
                  counts.connections, FormatDuration(flags.time)));
  const std::string database = folder.path() + "/trial.db";
  std::vector<std::string> arguments = {"crawl",
                                        "--progress",
                                        "json",
                                        "--time-limit",
                                        fmt::format("{}ms", flags.time.count()),
                                        "--workers",
                                        std::to_string(counts.workers),
                                        "--connections",
                                        std::to_string(counts.connections),
                                        "--output",
                                        database};
  const std::vector<std::string> given = GivenOptions(*flags.command, Secrets::kShown);
  arguments.insert(arguments.end(), given.begin(), given.end());
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), flags.crawl.seed_arguments().begin(), flags.crawl.seed_arguments().end());
  Result<TrialResult> trial = RunTrial(counts, arguments);
  if (trial) {
    ReadTrialDatabase(database, *trial);
  }
  folder.Empty();
  return trial;
}

int Tune(const TuneFlags& flags) {
  const Result<CrawlOptions> options = flags.crawl.Build();
  if (!options) {
    return Fail(options.error());
  }
  for (const SeedSource& seed : options->seeds) {
    if (seed.kind == SeedSource::Kind::kStdin) {
      return UsageFailure("tune reads its seeds once for each trial, and stdin can be read once; give -i a file");
    }
  }
  RaiseFileLimit();
  const Result<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::Create("tune");
  if (!folder) {
    return Fail(folder.error());
  }
  // Workers first, with the first number of connections; then the other numbers, with the workers that were best.
  const std::vector<std::uint32_t> workers =
      flags.workers.empty() ? DefaultTrialWorkers(std::thread::hardware_concurrency()) : flags.workers;
  const std::vector<std::uint32_t> connections =
      flags.connections.empty() ? std::vector<std::uint32_t>{options->connections} : flags.connections;
  std::vector<TrialResult> trials;
  for (std::size_t i = 0; i < workers.size() + connections.size() - 1; ++i) {
    TrialCounts counts{0, connections.front()};
    if (i < workers.size()) {
      counts.workers = workers[i];
    } else {
      const TrialResult* const best = ChooseTrial(trials);
      counts = {best == nullptr ? workers.back() : best->workers, connections[i - workers.size() + 1]};
    }
    Result<TrialResult> trial = Try(flags, **folder, counts);
    if (!trial) {
      return Fail(trial.error());
    }
    if (trial->stopped) {
      Log(LogLevel::kInfo, "stopped; the trials' databases are removed");
      return kStopped;
    }
    trials.push_back(*std::move(trial));
  }
  if (!flags.chart.empty()) {
    if (const Result<void> written = WriteChart(flags.chart, trials); !written) {
      return Fail(written.error());
    }
  }
  StandardOutput output;
  output.Write(Report(flags, trials));
  const bool measured = ChooseTrial(trials) != nullptr;
  const int written = output.Finish();
  return written == kDone && !measured ? kNothingFetched : written;
}

}  // namespace

void AddTuneCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("tune", kDescription)->group("Crawling");
  command->footer(kFooter);
  auto flags = std::make_shared<TuneFlags>();
  flags->command = command;
  const auto add_counts = [command, flags](const char* names, std::vector<std::uint32_t> TuneFlags::*target,
                                           std::uint32_t largest, const char* help) {
    command
        ->add_option_function<std::string>(
            names,
            [flags, target, largest](const std::string& text) {
              (*flags).*target = ParseTrialCounts(text, largest).value_or((*flags).*target);
            },
            help)
        ->type_name("N..N")
        ->check([largest](const std::string& text) -> std::string {
          return ParseTrialCounts(text, largest)
                     ? ""
                     : fmt::format(
                           "\"{}\" is neither a list (1,2,4) nor a range (1..8) of numbers from 1 to {}, at "
                           "most {} of them",
                           Printable(text), largest, kMaxTrials);
        })
        ->group("Trials");
  };
  add_counts("-w,--workers", &TuneFlags::workers, kMaxWorkers,
             "Numbers of workers to try: 1,2,4 or 1..8 (default: 1, 2, 4 ... up to the cores)");
  add_counts("--connections", &TuneFlags::connections, kMaxConnections,
             "Numbers of connections to try: the first with each number of workers, the others with the best of these "
             "(default: 64)");
  command->add_option("-o,--output", flags->chart, "Draw the trials into this SVG file")
      ->type_name("FILE.svg")
      ->group("Trials");
  AddDurationOption(
      *command, "--time", Zero::kRefused, [flags](std::chrono::milliseconds time) { flags->time = time; },
      "How long each trial crawls (default: 10s)")
      ->group("Trials");
  flags->crawl.AddTo(*command, CrawlFlags::Command::kTune);
  command->callback([flags, &exit_status] { exit_status = Tune(*flags); });
}

}  // namespace spinneret::cli
