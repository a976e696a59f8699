// StoreStatements: what SqliteStore runs over and over, prepared once for each connection; and how a row becomes a
// statement's parameters.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "storage/rows.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/statement.h"

namespace spinneret {

// UrlRow::hops_left where there is no limit; NULL in the table.
inline constexpr std::int16_t kNoHopLimit = 0x7FFF;

struct StoreStatements {
  Statement begin, commit;
  Statement host, url, fetch, outcome, page, page_of_links, link, record, extract, body, robots, sitemap, sitemap_url,
      sample, event,
      run;  // INSERT
  Statement readmit, end_sitemap, end_run, set_state;
  Statement find_revisit, end_revisit, remove_revisit;
  Statement remove_outcome, remove_page, remove_links, remove_records, remove_extracts;
  Statement get_state, load_states, find_url, find_outcome, find_page, link_targets, redirect_target;

  Result<void> Prepare(Connection& connection);
};

// Each binds all parameters of the INSERT of its name; views must live until it has run. Ids are the table's.
void BindHopsLeft(Statement& statement, int index, std::int16_t hops_left);
void BindUrl(Statement& add, std::int64_t id, std::int64_t host_id, const UrlRow& row);
void BindFetch(Statement& add, std::int64_t id, const FetchRow& row);
void BindOutcome(Statement& add, std::int64_t fetch_id, const OutcomeRow& row);
void BindPage(Statement& add, std::int64_t first_link, std::int64_t link_count, const PageRow& row);
void BindLink(Statement& add, std::int64_t id, UrlHandle from, const LinkRow& row);
void BindRobots(Statement& add, std::int64_t host_id, const RobotsRow& row);
void BindSitemap(Statement& add, std::int64_t id, const SitemapRow& row);
void BindSitemapEnd(Statement& end, const SitemapEndRow& row);
void BindSitemapUrl(Statement& add, const SitemapUrlRow& row);
void BindRevisit(Statement& end, UrlHandle url, const Revisit& visited);
// Of find_revisit's row.
Revisit ReadRevisit(const Statement& row);
void BindSample(Statement& add, std::int64_t run_id, const SampleRow& row);

}  // namespace spinneret
