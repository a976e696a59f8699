#include "cli/tune_chart.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spinneret::cli {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 420;
constexpr double kLeft = 80;
constexpr double kRight = 30;
constexpr double kTop = 50;
constexpr double kBottom = 80;
constexpr int kTicks = 5;

// The least "round" number (1, 2 or 5 times a power of ten) that is not below `value`.
double RoundUp(double value) {
  if (value <= 0) {
    return 1;
  }
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= value) {
      return step * power;
    }
  }
  return 10 * power;
}

constexpr char kHead[] =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-labelledby="title">
<title id="title">Pages per second by workers and connections</title>
<style>
  :root {{ color-scheme: light dark; }}
  svg {{ font: 14px system-ui, sans-serif; background: #fff; }}
  text {{ fill: #222; }} .grid {{ stroke: #ddd; }} .line {{ stroke: #0b62a4; stroke-width: 2; fill: none; }}
  .point {{ fill: #0b62a4; }} .chosen {{ fill: #c0392b; }}
  @media (prefers-color-scheme: dark) {{
    svg {{ background: #16181c; }} text {{ fill: #ddd; }} .grid {{ stroke: #3a3d44; }} .line {{ stroke: #6ab0ff; }}
    .point {{ fill: #6ab0ff; }} .chosen {{ fill: #ff8b7b; }}
  }}
</style>
)svg";

}  // namespace

std::string TuneChart(const std::vector<TrialResult>& trials, const TrialResult* chosen) {
  std::string svg = fmt::format(kHead, kWidth, kHeight);
  double most = 0;
  for (const TrialResult& trial : trials) {
    most = std::max(most, trial.pages_per_second());
  }
  const double step = RoundUp(most / kTicks);
  const double top = step * std::max(1.0, std::ceil(most / step));
  const double floor_y = kHeight - kBottom;
  const auto y = [&](double rate) { return floor_y - (floor_y - kTop) * rate / top; };
  const auto x = [&](std::size_t i) {
    const double room = kWidth - kLeft - kRight;
    return trials.size() < 2 ? kLeft + room / 2
                             : kLeft + room * static_cast<double>(i) / static_cast<double>(trials.size() - 1);
  };
  svg += fmt::format("<text x=\"{}\" y=\"28\" font-size=\"18\">Pages per second</text>\n", kLeft);
  for (double rate = 0; rate <= top + step / 2; rate += step) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:g}</text>\n",
        kLeft, kWidth - kRight, y(rate), kLeft - 10, y(rate) + 5, rate);
  }
  std::string points;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    points += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ", x(i), y(trials[i].pages_per_second()));
  }
  svg += fmt::format("<polyline class=\"line\" points=\"{}\"/>\n", points);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const TrialResult& trial = trials[i];
    const bool knee = &trial == chosen;
    svg += fmt::format(
        "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{:.1f} pages/s, {:.2f} ms of "
        "CPU per page</title></circle>\n",
        knee ? "chosen" : "point", x(i), y(trial.pages_per_second()), knee ? 7 : 5, trial.pages_per_second(),
        trial.cpu_ms_per_page);
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>"
        "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{} conn.</text>\n",
        x(i), floor_y + 24, trial.workers, x(i), floor_y + 42, trial.connections);
    if (knee) {
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"chosen\">use this</text>\n",
                         x(i), std::max(kTop - 4, y(trial.pages_per_second()) - 14));
    }
  }
  svg += fmt::format(
      "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">workers, and connections of all together</text>\n</svg>\n",
      kLeft + (kWidth - kLeft - kRight) / 2, kHeight - 12);
  return svg;
}

}  // namespace spinneret::cli
