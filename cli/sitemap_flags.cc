#include "cli/sitemap_flags.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "cli/option_kinds.h"
#include "parser/date_time.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

bool IsWord(std::string_view text) {
  return text == "auto" || text == "only" || text == "off";
}

std::string CheckSitemaps(const std::string& text) {
  const std::optional<Url> url = IsWord(text) ? std::nullopt : Url::Parse(text);
  return IsWord(text) || (url && url->is_http()) ? "" : "it is none of auto, only and off, and no http or https URL";
}

std::string CheckDate(const std::string& text) {
  return ParseW3cDateTime(text) ? "" : "write a date as 2026-11-23 or 2026-11-23T08:15:00+01:00";
}

}  // namespace

void SitemapFlags::AddTo(CLI::App& app, const std::string& group) {
  AddListOption(
      app, "--sitemaps", "auto|only|off|URL", sitemaps_,
      "Also crawl what sitemaps and feeds list. auto: those that the robots.txt of the seeds' hosts name; only: "
      "the same, and follow no links; URL: this one, repeatable, with only instead of robots.txt's; off: none "
      "(default: off)",
      CheckSitemaps)
      ->group(group);
  AddTextOption(app, "--sitemap-from", "DATE", from_,
                "Of sitemaps only what was changed on DATE or later, or does not say when (default: everything)",
                CheckDate)
      ->group(group);
}

Result<void> SitemapFlags::Apply(CrawlOptions& options) const {
  bool automatic = false;
  bool off = false;
  for (const std::string& value : sitemaps_) {
    if (!IsWord(value)) {
      options.sitemap_urls.push_back(value);
    }
    automatic = automatic || value == "auto";
    off = off || value == "off";
    options.sitemaps_only = options.sitemaps_only || value == "only";
  }
  const auto contradiction = [](std::string message) { return Err(ErrorCode::kInvalidArgument, std::move(message)); };
  const bool any = automatic || options.sitemaps_only || !options.sitemap_urls.empty();
  if (off && any) {
    return contradiction("--sitemaps off and another --sitemaps contradict each other; leave one out");
  }
  options.sitemaps_from_robots = automatic || (options.sitemaps_only && options.sitemap_urls.empty());
  if (options.sitemaps_from_robots && options.robots == RobotsMode::kIgnore) {
    return contradiction(
        "--sitemaps auto reads robots.txt, which --robots ignore does not ask for; give the sitemap's URL instead");
  }
  if (options.sitemaps_only && options.max_depth.value_or(0) > 0) {
    return contradiction(
        "--sitemaps only and --depth contradict each other: the first follows no links; use --sitemaps "
        "auto to follow them");
  }
  if (!from_.empty()) {
    if (!any) {
      return contradiction("--sitemap-from needs sitemaps: add --sitemaps auto, only or URL");
    }
    options.sitemap_from_ms = ParseW3cDateTime(from_);
  }
  return {};
}

}  // namespace spinneret::cli
