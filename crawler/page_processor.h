// PageProcessor: one response into one report: decode, parse, resolve, hash, digest, compress. No I/O.
//
// Thread   one per worker; scratch memory is kept between pages.
// Errors   an exception while a page is read (memory, a defect of a library) is caught here, so that it costs that page
//          alone: its report then carries the error kPoison and the page's body.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/frontier/identity.h"
#include "crawler/messages.h"
#include "parser/encoding.h"
#include "parser/page_reader.h"

struct ZSTD_CCtx_s;

namespace spinneret {

class PageProcessor {
 public:
  explicit PageProcessor(const PageSettings& settings);
  ~PageProcessor();

  PageReport Report(const FetchJob& job, FetchDone done);
  RobotsReport ReportRobots(const RobotsJob& job, FetchDone done);
  // Gives what the sitemap lists to `post` piece by piece; the last piece is returned.
  SitemapReport ReportSitemap(const SitemapJob& job, FetchDone done, const std::function<void(SitemapReport)>& post);

 private:
  void ReadResponse(const FetchJob& job, FetchResponse& response, PageReport& report);
  void ReadPage(const Url& url, const FetchResponse& response, PageReport& report);
  std::optional<RedirectLocation> Locate(const std::string& base, const FetchResponse& response);
  std::optional<RedirectLocation> LocationOf(std::string_view href, const Url* base);
  // Where a Refresh header's or meta element's value leads.
  std::optional<RedirectLocation> LocateRefresh(std::string_view value, const Url& base);
  // What recipes want followed, as links of the page.
  static void AddFollowed(PageDetails& page);
  Following FollowingOf(const ResolvedLink& link) const;
  TargetKeys KeysOf(std::string_view href, std::string_view host);
  bool Accepts(std::string_view essence) const;
  void ReadSitemap(const SitemapJob& job, const FetchResponse& response, SitemapReport& piece,
                   const std::function<void(SitemapReport)>& post);
  std::string Compress(std::string_view body);

  const PageSettings settings_;
  KeyMaker keys_;
  std::unique_ptr<PageReader> reader_;
  PageScraper scraper_;
  PageContents contents_;
  DecodedText decoded_;
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> zstd_;
};

}  // namespace spinneret
