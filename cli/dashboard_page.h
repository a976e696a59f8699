// The page of a dashboard: the report's tiles, charts and tables, empty, and the script that fills them from /events.
#pragma once

#include <string>

namespace spinneret::cli {

struct DashboardPage {
  std::string html;
  std::string policy;  // Content-Security-Policy

  // `name`: what the crawl's database is called.
  static DashboardPage Make(const std::string& name);
};

}  // namespace spinneret::cli
