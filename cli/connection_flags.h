// The options that say how a host is reached and who one is there: proxies, a client certificate, cookies.
//
// Lifetime  as CrawlFlags, which holds one.
// Errors    kInvalidArgument, which names the option, and the file and line where there is one; no secret is shown.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "crawler/crawl_options.h"

namespace spinneret::cli {

class ConnectionFlags {
 public:
  enum class For : bool { kNewCrawl, kResume };
  void AddTo(CLI::App& app, const std::string& group, For use);

  // Lays what was given over `options`, and looks into the files that are named.
  Result<void> Apply(CrawlOptions& options) const;
  // Whether this option was given: "--proxy", "--cert", "--load-cookies".
  bool Gives(const std::string& option) const;

 private:
  std::vector<std::string> proxies_;
  std::string cert_, key_;
  bool cookies_ = true;
  bool cookies_given_ = false;
  std::string load_cookies_, save_cookies_;
};

}  // namespace spinneret::cli
