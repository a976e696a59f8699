// spinneret tune: how many workers a crawl should have, by trying.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

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
#include "cli/tune_trial.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Find how many workers a crawl should have: short crawls of the seeds with each number, a table of what they "
    "reached, and "
    "the number to use. The trials go into temporary databases, which are removed.";

constexpr char kFooter[] = R"(Examples:
  spinneret tune http://localhost:8080/ --allow-private --host-delay 0
      your own server
  spinneret tune -i seeds/news.txt --workers 2,4,8,16 --time 30s
      a crawl of many hosts

The options of `spinneret crawl` apply to each trial.)";

constexpr std::uint64_t kMaxWorkers = 256;
constexpr std::size_t kMaxTrials = 16;
// Workers that are idle for longer than this share of the time wait for something else than the processor.
constexpr double kIdle = 0.5;
constexpr double kBusy = 0.9;

struct TuneFlags {
  CrawlFlags crawl;
  std::vector<std::uint32_t> workers;
  std::chrono::milliseconds time{10'000};
  CLI::App* command = nullptr;
};

std::optional<std::vector<std::uint32_t>> ParseWorkers(const std::string& text) {
  std::vector<std::uint32_t> workers;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::optional<std::uint64_t> count = ParseCount(rest.substr(0, comma));
    if (!count || *count == 0 || *count > kMaxWorkers || workers.size() == kMaxTrials) {
      return std::nullopt;
    }
    workers.push_back(static_cast<std::uint32_t>(*count));
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  std::sort(workers.begin(), workers.end());
  workers.erase(std::unique(workers.begin(), workers.end()), workers.end());
  return workers;
}

// 1, 2, 4 … up to the cores.
std::vector<std::uint32_t> DefaultWorkers() {
  const std::uint32_t cores = std::clamp<std::uint32_t>(std::thread::hardware_concurrency(), 2, 32);
  std::vector<std::uint32_t> workers;
  for (std::uint32_t count = 1; count < cores; count *= 2) {
    workers.push_back(count);
  }
  workers.push_back(cores);
  return workers;
}

// The options that were given, as they would be written for `spinneret crawl`; tune's own are left out.
enum class Secrets : std::uint8_t { kShown, kHidden };
std::vector<std::string> GivenOptions(const CLI::App& command, Secrets secrets) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() || option->count() == 0 || option->check_lname("workers") ||
        option->check_lname("time") || option == command.get_help_ptr()) {
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

class TemporaryFolder {
 public:
  static Result<std::unique_ptr<TemporaryFolder>> Create() {
    const char* base = std::getenv("TMPDIR");
    std::string pattern = fmt::format("{}/spinneret-tune-XXXXXX", base == nullptr || *base == '\0' ? "/tmp" : base);
    if (mkdtemp(pattern.data()) == nullptr) {
      return Err(ErrorCode::kSystem,
                 fmt::format("no temporary folder can be made as {}; set TMPDIR to a folder that can be written",
                             Printable(pattern)));
    }
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(pattern)));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  void Empty() const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

std::string CommandLine(const TuneFlags& flags, std::uint32_t workers) {
  std::string line = "spinneret crawl";
  for (const std::string& seed : flags.crawl.seed_arguments()) {
    line += " " + ShellQuote(seed);
  }
  for (const std::string& word : GivenOptions(*flags.command, Secrets::kHidden)) {
    line += " " + ShellQuote(word);
  }
  return Printable(line) + fmt::format(" -w {}", workers);
}

// What holds the best trial back, as far as the numbers show.
std::string Bottleneck(const TrialResult& best, const CrawlOptions& options) {
  if (options.host_delay.count() > 0 && best.worker_utilization < kIdle) {
    return fmt::format(
        "The hosts' rest sets the pace (--host-delay {}), not the workers: more hosts help, more workers do "
        "not. On your own site try --host-delay 0.",
        FormatDuration(options.host_delay));
  }
  if (best.main_utilization > kBusy) {
    return "The main thread, which schedules and stores, is busy all the time: more workers do not help.";
  }
  if (best.worker_utilization < kIdle) {
    return "The workers wait most of the time: for the servers, the network or --connections.";
  }
  return {};
}

std::string Report(const TuneFlags& flags, const CrawlOptions& options, const std::vector<TrialResult>& trials) {
  const TrialResult* const chosen = ChooseTrial(trials);
  std::string out = "workers    pages   pages/s   CPU ms/page   main busy   workers busy\n";
  for (const TrialResult& trial : trials) {
    out += fmt::format("{:>7}  {:>7}  {:>8.1f}  {:>12.2f}  {:>9.0f}%  {:>12.0f}%{}\n", trial.workers, trial.pages,
                       trial.pages_per_second(), trial.cpu_ms_per_page, 100 * trial.main_utilization,
                       100 * trial.worker_utilization, &trial == chosen ? "  <" : "");
  }
  if (chosen == nullptr) {
    return out + "\nNo trial had a page: nothing can be said. Crawl the seeds once to see why.\n";
  }
  out += fmt::format("\nUse {} {}: the least within 5 % of the best.\n", chosen->workers,
                     chosen->workers == 1 ? "worker" : "workers");
  if (const std::string bottleneck = Bottleneck(*chosen, options); !bottleneck.empty()) {
    out += bottleneck + "\n";
  }
  return out + "\n  " + CommandLine(flags, chosen->workers) + "\n";
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
  const Result<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::Create();
  if (!folder) {
    return Fail(folder.error());
  }
  const std::vector<std::uint32_t> counts = flags.workers.empty() ? DefaultWorkers() : flags.workers;
  std::vector<TrialResult> trials;
  for (const std::uint32_t count : counts) {
    Log(LogLevel::kInfo,
        fmt::format("trying {} {} for {}", count, count == 1 ? "worker" : "workers", FormatDuration(flags.time)));
    std::vector<std::string> arguments = {"crawl",
                                          "--progress",
                                          "json",
                                          "--time-limit",
                                          fmt::format("{}ms", flags.time.count()),
                                          "--workers",
                                          std::to_string(count),
                                          "--output",
                                          (*folder)->path() + "/trial.db"};
    const std::vector<std::string> given = GivenOptions(*flags.command, Secrets::kShown);
    arguments.insert(arguments.end(), given.begin(), given.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), flags.crawl.seed_arguments().begin(), flags.crawl.seed_arguments().end());
    Result<TrialResult> trial = RunTrial(count, arguments);
    (*folder)->Empty();
    if (!trial) {
      return Fail(trial.error());
    }
    if (trial->stopped) {
      Log(LogLevel::kInfo, "stopped; the trials' databases are removed");
      return kStopped;
    }
    trials.push_back(*trial);
  }
  StandardOutput output;
  output.Write(Report(flags, *options, trials));
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
  command
      ->add_option_function<std::string>(
          "-w,--workers",
          [flags](const std::string& text) { flags->workers = ParseWorkers(text).value_or(flags->workers); },
          "Numbers of workers to try (default: 1, 2, 4 ... up to the cores)")
      ->type_name("N,N,...")
      ->check([](const std::string& text) -> std::string {
        return ParseWorkers(text)
                   ? ""
                   : fmt::format("\"{}\" is not a list of numbers from 1 to {}, at most {} of them; write 1,2,4,8",
                                 Printable(text), kMaxWorkers, kMaxTrials);
      })
      ->group("Trials");
  AddDurationOption(
      *command, "--time", Zero::kRefused, [flags](std::chrono::milliseconds time) { flags->time = time; },
      "How long each trial crawls (default: 10s)")
      ->group("Trials");
  flags->crawl.AddTo(*command, CrawlFlags::Command::kTune);
  command->callback([flags, &exit_status] { exit_status = Tune(*flags); });
}

}  // namespace spinneret::cli
