// --refresh and --max-age: a crawl that is finished is gone through again, in its own database and under its own settings.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "cli/crawl_flags.h"

namespace spinneret::cli {

class RefreshFlags {
 public:
  // `app` has the options of CrawlFlags, and must outlive this.
  void AddTo(CLI::App& app, const std::string& group);
  bool given() const { return !database_.empty(); }
  // Returns the exit status.
  int Run(const CrawlFlags& flags) const;
  // Of --max-age without --refresh.
  Result<void> CheckAbsent() const;

 private:
  Result<void> CheckOtherOptions() const;

  CLI::App* app_ = nullptr;
  std::string database_;
  std::string max_age_;  // as written; empty: not given
};

}  // namespace spinneret::cli
