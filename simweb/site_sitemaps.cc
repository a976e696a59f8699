#include "simweb/site_sitemaps.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>
#include <zlib.h>

namespace spinneret::simweb {
namespace {

constexpr std::uint64_t kPagesOfASitemap = 50'000;
constexpr std::uint64_t kPagesOfAFeed = 20;
constexpr std::string_view kXml = "application/xml";

// The pages of one host, counted from its root.
class HostPages {
 public:
  HostPages(const Site& site, std::uint32_t host) : site_(site), host_(host) {}

  std::uint64_t count() const { return site_.PageCountOfHost(host_); }
  std::uint64_t Page(std::uint64_t index) const { return host_ + index * site_.settings().hosts; }
  std::string Url(std::uint64_t index) const { return Escape(site_.UrlOf(Page(index))); }
  std::string Title(std::uint64_t index) const { return Escape(site_.TitleOf(Page(index))); }
  std::string Absolute(std::string_view target) const {
    return fmt::format("http://{}{}", site_.HostName(host_), target);
  }

 private:
  static std::string Escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
      switch (c) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '"':
          out += "&quot;";
          break;
        default:
          out += c;
      }
    }
    return out;
  }

  const Site& site_;
  std::uint32_t host_;
};

std::string Gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemory = 8;
  z_stream z{};
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string Day(std::uint64_t page) {
  return fmt::format("2020-{:02}-{:02}", page % 12 + 1, page % 28 + 1);
}

std::string Index(const HostPages& pages) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  for (std::uint64_t i = 0; i * kPagesOfASitemap < pages.count(); ++i) {
    out += fmt::format("<sitemap><loc>{}</loc></sitemap>\n",
                       pages.Absolute(fmt::format("/sitemap-{}.xml{}", i, i % 2 == 1 ? ".gz" : "")));
  }
  return out + "</sitemapindex>\n";
}

std::string Urlset(const HostPages& pages, std::uint64_t number) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  const std::uint64_t end = std::min(pages.count(), (number + 1) * kPagesOfASitemap);
  for (std::uint64_t i = number * kPagesOfASitemap; i < end; ++i) {
    out += fmt::format("<url><loc>{}</loc><lastmod>{}</lastmod><priority>0.{}</priority></url>\n", pages.Url(i),
                       Day(pages.Page(i)), i % 10);
  }
  return out + "</urlset>\n";
}

std::string Text(const HostPages& pages, const Site& site) {
  std::string out;
  for (std::uint64_t i = 0; i < std::min(pages.count(), kPagesOfASitemap); ++i) {
    out += site.UrlOf(pages.Page(i)) + "\n";
  }
  return out;
}

std::string Rss(const HostPages& pages) {
  std::string out = fmt::format("<rss version=\"2.0\"><channel><title>Pages</title><link>{}</link>\n", pages.Url(0));
  for (std::uint64_t i = 0; i < std::min(pages.count(), kPagesOfAFeed); ++i) {
    out += fmt::format("<item><title>{}</title><link>{}</link><pubDate>{:02} Jan 2020 00:00:00 GMT</pubDate></item>\n",
                       pages.Title(i), pages.Url(i), i + 1);
  }
  return out + "</channel></rss>\n";
}

std::string Atom(const HostPages& pages) {
  std::string out = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Pages</title>\n";
  for (std::uint64_t i = 0; i < std::min(pages.count(), kPagesOfAFeed); ++i) {
    out += fmt::format("<entry><title>{}</title><link href=\"{}\"/><updated>{}T00:00:00Z</updated></entry>\n",
                       pages.Title(i), pages.Url(i), Day(pages.Page(i)));
  }
  return out + "</feed>\n";
}

}  // namespace

std::optional<SiteDocument> FindSitemap(const Site& site, std::string_view host, std::string_view target) {
  const std::optional<std::uint32_t> number = site.FindHost(host);
  if (!number) {
    return std::nullopt;
  }
  const HostPages pages(site, *number);
  if (target == "/sitemap.xml") {
    return SiteDocument{kXml, Index(pages)};
  }
  if (target == "/sitemap.txt") {
    return SiteDocument{"text/plain", Text(pages, site)};
  }
  if (target == "/feed.rss") {
    return SiteDocument{"application/rss+xml", Rss(pages)};
  }
  if (target == "/feed.atom") {
    return SiteDocument{"application/atom+xml", Atom(pages)};
  }
  constexpr std::string_view kPrefix = "/sitemap-";
  if (!target.starts_with(kPrefix)) {
    return std::nullopt;
  }
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(target.data() + kPrefix.size(), target.data() + target.size(), index);
  const std::string_view ending = target.substr(static_cast<std::size_t>(end - target.data()));
  const bool known = error == std::errc() && index <= pages.count() / kPagesOfASitemap &&
                     index * kPagesOfASitemap < pages.count() && (ending == ".xml" || ending == ".xml.gz");
  if (!known) {
    return std::nullopt;
  }
  std::string text = Urlset(pages, index);
  return ending == ".xml" ? SiteDocument{kXml, std::move(text)} : SiteDocument{"application/gzip", Gzip(text)};
}

}  // namespace spinneret::simweb
