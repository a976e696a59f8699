// The style and the scripts of HTML pages that this program writes, as the program carries them (cmake/embed_text.cmake).
#pragma once

#include <string_view>

namespace spinneret::cli {

extern const std::string_view kPageCss;     // cli/page/page.css
extern const std::string_view kTablesJs;    // cli/page/tables.js: sorting and filtering
extern const std::string_view kChartsJs;    // cli/page/charts.js: the report's charts
extern const std::string_view kLiveJs;      // cli/page/live.js: what comes by /events, in a dashboard
extern const std::string_view kChartLibJs;  // Chart.js, of Debian's libjs-chart.js

}  // namespace spinneret::cli
