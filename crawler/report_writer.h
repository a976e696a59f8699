// ReportWriter: what a report means: the rows it becomes, and the verdict or retry the frontier hears of.
//
// Thread       main thread.
// Transaction  everything of one report goes into the store's open transaction, so that a page's outcome, links and new
//              URLs are committed together.
// Ownership    borrows the frontier and the store, which must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/crawl_status.h"
#include "crawler/frontier/frontier.h"
#include "crawler/messages.h"
#include "crawler/poison_page.h"
#include "storage/store.h"

namespace spinneret {

struct ReportCounts {  // of this run
  std::uint64_t responses = 0;
  std::uint64_t retries = 0;
  std::uint64_t http_errors = 0;  // verdicts with a status of 400 and above
  std::uint64_t run_pages = 0;
  std::uint64_t records = 0;
  std::uint64_t incomplete_records = 0;  // left out: a required field had no value
  std::map<std::string, std::uint64_t, std::less<>>
      errors;                             // pages by what went wrong: a name of ErrorName, or a status
  std::map<int, std::uint64_t> statuses;  // verdicts
  std::map<std::string, std::uint64_t, std::less<>> types;  // pages by MIME type; bounded, what is rare is "other"
  RequestTimes times;
  RefreshCounts refresh;

  void AddType(std::string_view mime);
  void AddTo(CrawlStatus& status) const;
};

class ReportWriter {
 public:
  // `recipes`: those of the workers, in the same order; must outlive the writer.
  ReportWriter(Frontier& frontier, Store& store, std::uint32_t retries,
               const std::vector<std::shared_ptr<const Recipe>>& recipes);

  // Whether the attempt will be repeated instead of becoming a verdict.
  bool WillRetry(const PageReport& report) const;
  void Write(PageReport report, Host& host, std::uint32_t worker);
  // Of a page that brought its workers down; its attempt's number is filled in.
  void WritePoison(PoisonPage page, Host& host);
  void Write(RobotsReport report);
  void Write(const SitemapReport& report);
  const ReportCounts& counts() const { return counts_; }

 private:
  void AddFetch(const PageReport& report);
  // Of a revisit: whether what is stored of the URL stands; its visit has ended then.
  bool LeavesAsItIs(const PageReport& report, Host& host);
  // Before a verdict: takes away that of an earlier visit, and counts what the two make of it.
  void MakeRoom(UrlHandle url, std::int64_t at_ms, const VisitAnswer& answer);
  void AddPage(UrlHandle url, const PageDetails& page);

  Frontier& frontier_;
  Store& store_;
  const std::uint32_t retries_;
  const std::vector<std::shared_ptr<const Recipe>>& recipes_;
  ReportCounts counts_;
  std::vector<LinkRow> link_rows_;  // scratch
};

}  // namespace spinneret
