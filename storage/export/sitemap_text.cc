#include "storage/export/sitemap_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "storage/export/xml_text.h"

namespace spinneret {
namespace {

constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
constexpr std::string_view kEnd = "</urlset>\n";

}  // namespace

std::string SitemapText::Begin() {
  std::string text = fmt::format("{}<urlset xmlns=\"{}\">\n", kHead, kNamespace);
  bytes_ = text.size();
  return text;
}

std::optional<std::string> SitemapText::Add(std::string_view url, std::string_view last_modified) {
  std::string entry = fmt::format("<url><loc>{}</loc>", XmlText(url));
  if (const std::string date = W3cDateOf(last_modified); !date.empty()) {
    entry += fmt::format("<lastmod>{}</lastmod>", date);
  }
  entry += "</url>\n";
  if (urls_ >= max_urls_ || bytes_ + entry.size() + kEnd.size() > max_bytes_) {
    return std::nullopt;
  }
  ++urls_;
  bytes_ += entry.size();
  return entry;
}

std::string SitemapText::End() const {
  return std::string(kEnd);
}

std::string SitemapIndexText(std::span<const std::string> locations) {
  std::string text = fmt::format("{}<sitemapindex xmlns=\"{}\">\n", kHead, kNamespace);
  for (const std::string& location : locations) {
    text += fmt::format("<sitemap><loc>{}</loc></sitemap>\n", XmlText(location));
  }
  return text + "</sitemapindex>\n";
}

std::string W3cDateOf(std::string_view http_date) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text(http_date);
  char month_name[4] = {};
  unsigned day = 0;
  unsigned year = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  int end = 0;
  // Lengths are bounded, so that no number overflows.
  const int read = std::sscanf(text.c_str(), "%*3[A-Za-z], %2u %3[A-Za-z] %4u %2u:%2u:%2u GMT%n", &day, month_name,
                               &year, &hour, &minute, &second, &end);
  const auto month = std::ranges::find(kMonths, std::string_view(month_name));
  if (read != 6 || static_cast<std::size_t>(end) != text.size() || month == kMonths.end() || day < 1 || day > 31 ||
      year < 1970 || hour > 23 || minute > 59 || second > 60) {
    return {};
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, month - kMonths.begin() + 1, day, hour, minute,
                     std::min(second, 59U));
}

}  // namespace spinneret
