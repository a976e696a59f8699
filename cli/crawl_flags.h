// The options of a crawl on a command line, for the commands that crawl (crawl, resume, tune) and those that show what a
// crawl would do (fetch, explain).
//
// Order     flag > environment (SPINNERET_WORKERS, SPINNERET_USER_AGENT) > default.
// Lifetime  a CrawlFlags must live until the command line has been read and its command has run.
// Errors    what one option's text can show is refused while CLI11 reads it; what takes more (seeds, patterns, options
//           that contradict each other) by Build. Both are exit 2, and name the option.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/result.h"
#include "cli/connection_flags.h"
#include "cli/progress.h"
#include "cli/scraping_flags.h"
#include "cli/sitemap_flags.h"
#include "crawler/crawl_options.h"

namespace spinneret::cli {

// --progress, -q and -v.
struct OutputFlags {
  ProgressMode progress = ProgressMode::kAuto;
  bool progress_given = false;
  bool quiet = false;
  bool verbose = false;
  std::string dashboard;  // --dashboard, of crawl and resume; empty: none

  void AddTo(CLI::App& app, const std::string& group);
  // -q and -v, and -q and --progress, contradict each other.
  Result<void> Check() const;
  // Sets the log's level.
  void Apply() const;
  ProgressMode mode() const { return quiet ? ProgressMode::kNone : progress; }
};

class CrawlFlags {
 public:
  enum class Command : std::uint8_t {
    kCrawl,    // everything
    kTune,     // without -o, -w, --connections, --time-limit and what shows progress: tune sets these itself
    kResume,   // what may change between two runs of a crawl, and the secrets that are not stored
    kFetch,    // what one request needs, and what judges a URL
    kExtract,  // what one request needs
    kExplain   // what judges a URL
  };

  void AddTo(CLI::App& app, Command command);

  // kCrawl and kTune: the options of a new crawl. Reads stat() of seed files, nothing more.
  Result<CrawlOptions> Build() const;
  // kFetch and kExplain: the options without seeds.
  Result<CrawlOptions> BuildWithoutSeeds() const;
  // kResume: `stored` with what was given laid over it. Secrets that are needed again and were not given are
  // kInvalidArgument.
  Result<CrawlOptions> Overlay(const StoredSettings& stored) const;

  const OutputFlags& output() const { return output_; }
  // The seeds as they were written.
  const std::vector<std::string>& seed_arguments() const { return seeds_; }
  const std::vector<std::string>& seed_files() const { return seed_files_; }

  const ScrapingFlags& scraping() const { return scraping_; }

 private:
  void AddSeeds(CLI::App& app);
  void AddScope(CLI::App& app, Command command);
  void AddLimits(CLI::App& app, Command command);
  void AddResponseLimits(CLI::App& app, const std::string& group);
  void AddUrlLength(CLI::App& app, const std::string& group);
  void AddRobots(CLI::App& app, const std::string& group);
  void AddAddressRules(CLI::App& app, const char* group);
  void AddSpeed(CLI::App& app, Command command);
  void AddRequests(CLI::App& app, Command command);
  void AddOutput(CLI::App& app, Command command);
  void AddWarc(CLI::App& app, const std::string& group);
  Result<void> CheckTogether() const;

  CrawlOptions options_;
  ConnectionFlags connection_;
  std::vector<std::string> seeds_;
  std::vector<std::string> seed_files_;
  ScrapingFlags scraping_;
  bool workers_given_ = false;
  bool connections_given_ = false;
  bool no_bodies_ = false;  // --store-body none
  bool warc_size_given_ = false;
  SitemapFlags sitemaps_;
  OutputFlags output_;
};

}  // namespace spinneret::cli
