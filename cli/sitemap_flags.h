// --sitemaps and --sitemap-from of a new crawl.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "crawler/crawl_options.h"

namespace spinneret::cli {

class SitemapFlags {
 public:
  void AddTo(CLI::App& app, const std::string& group);

  // Sets the members of `options` that are about sitemaps, or says what contradicts what.
  Result<void> Apply(CrawlOptions& options) const;

 private:
  std::vector<std::string> sitemaps_;
  std::string from_;
};

}  // namespace spinneret::cli
