// The reads that go over a whole table: what a resume and a summary need. Each table is read once and in the order it
// lies in, which needs no index; what has to be put together is put together in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "base/url_identity.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace spinneret {

// Steps `sql` to its end. A visitor that gives false says that the row makes no sense: kStorageCorrupt.
Result<void> ScanRows(Connection& connection, std::string_view sql, const std::function<bool(const Statement&)>& visit);

// What is known of the attempts at a URL that has no outcome yet.
struct OpenAttempts {
  std::int64_t last_fetch = 0;  // fetches.id
  std::uint32_t attempts = 0;
  std::uint32_t earlier = 0;  // of these, before the last refresh
};
using OpenAttemptsMap = boost::unordered_flat_map<std::uint32_t, OpenAttempts>;

// One bit for each URL, by its id.
using UrlBits = std::vector<bool>;
// It has an outcome.
Result<UrlBits> LoadDecided(Connection& connection, std::uint32_t url_count);
// It is asked again.
Result<UrlBits> LoadOpenRevisits(Connection& connection, std::uint32_t url_count);
// `refreshed_after`: the last fetches.id before the last refresh.
Result<OpenAttemptsMap> LoadOpenAttempts(Connection& connection, const UrlBits& decided, const UrlBits& revisits,
                                         std::int64_t refreshed_after);

// hosts.id → key: ids are dense from 1, so an array will do. [0] is unused.
Result<std::vector<HostKey>> LoadHostKeys(Connection& connection);

// Store::BeginRefresh. `last_fetch`: the last fetches.id, which the state keeps for `refreshed_after`.
Result<void> MarkDue(Connection& connection, const RefreshRow& refresh, std::int64_t last_fetch);

Result<void> ScanHosts(Connection& connection, const Store::HostVisitor& visit);
Result<void> ScanUrls(Connection& connection, std::span<const HostKey> hosts, std::uint32_t url_count,
                      const OpenAttemptsMap& attempts, const UrlBits& revisits, const Store::UrlVisitor& visit);
Result<void> ScanRobots(Connection& connection, std::span<const HostKey> hosts, const Store::RobotsVisitor& visit);
Result<void> ScanSitemaps(Connection& connection, const Store::SitemapVisitor& visit);
Result<void> ScanPriorities(Connection& connection, const std::function<void(UrlHandle, std::uint8_t)>& visit);
Result<std::vector<UrlHandle>> ScanRetryable(Connection& connection);
Result<void> ScanContents(Connection& connection, const Store::ContentVisitor& visit);
Result<void> ScanSkipped(Connection& connection, std::string_view reason, const Store::SkipVisitor& visit);
// Without those that are asked again: they count once they have been.
Result<Store::Totals> ScanTotals(Connection& connection);
Result<void> ScanHostPages(Connection& connection, std::span<const HostKey> hosts,
                           const std::function<void(HostKey, std::uint64_t pages)>& visit);

}  // namespace spinneret
