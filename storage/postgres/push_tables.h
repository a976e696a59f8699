// Which columns a pushed crawl's tables get on PostgreSQL, and from which of the file's they come (push.cc).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace spinneret {

// What a column holds, and how it is sent.
enum class PushKind : std::uint8_t {
  kUrl,    // an id of `urls` here, a URL's name there; or none
  kHost,   // an id of `hosts` here, the host's key there
  kSmall,  // integers of 2, 4 and 8 bytes
  kInteger,
  kBig,
  kReal,
  kBool,  // none: false
  kText,
  kBytes,
  kPosition,   // of a URL: the rows of it so far, and one
  kSeedChain,  // of a URL: whether it is a seed, or reached from one by redirects alone
};

struct PushColumn {
  std::string_view name;
  PushKind kind;
  std::string_view source = {};  // an expression of the file's; empty: the column of that name
};

struct PushTable {
  std::string_view name;
  std::span<const PushColumn> columns;
  std::string_view order = "rowid";
};

namespace push {

using enum PushKind;

constexpr std::string_view kLastRun = "(SELECT max(id) FROM runs)";
constexpr std::string_view kRunOrLast = "coalesce(run_id, (SELECT max(id) FROM runs))";

// Leased once: nobody takes them for hosts that were never asked, and who leases them first waits for their delay.
constexpr PushColumn kHosts[] = {{"key", kBig}, {"name", kText}, {"leases", kInteger, "1"}};
constexpr PushColumn kUrls[] = {{"id", kUrl},
                                {"host_key", kHost, "host_id"},
                                {"admission", kSmall},
                                {"depth", kInteger},
                                {"hops_left", kSmall},
                                {"parent_id", kUrl},
                                {"via", kSmall},
                                {"redirect_hops", kSmall},
                                {"seed_chain", kSeedChain, "id"},
                                {"url", kText},
                                {"detail", kText},
                                {"tag", kText}};
constexpr PushColumn kFetches[] = {{"url_id", kUrl},
                                   {"attempt", kInteger},
                                   {"at_ms", kBig},
                                   {"status", kInteger},
                                   {"error", kText},
                                   {"ip", kText},
                                   {"http_version", kText},
                                   {"dns_ms", kReal},
                                   {"connect_ms", kReal},
                                   {"tls_ms", kReal},
                                   {"ttfb_ms", kReal},
                                   {"total_ms", kReal},
                                   {"bytes_wire", kBig},
                                   {"bytes_body", kBig},
                                   {"mime", kText},
                                   {"charset", kText},
                                   {"digest", kBytes},
                                   {"truncated", kText},
                                   {"content_encoding", kText},
                                   {"etag", kText},
                                   {"last_modified", kText},
                                   {"error_detail", kText},
                                   {"headers", kBytes}};
constexpr PushColumn kOutcomes[] = {{"url_id", kUrl},
                                    {"kind", kSmall},
                                    {"attempt", kInteger, "(SELECT attempt FROM fetches WHERE id = fetch_id)"},
                                    {"redirect_to", kUrl},
                                    {"reason", kText},
                                    {"detail", kText}};
constexpr PushColumn kPages[] = {
    {"url_id", kUrl},  {"word_count", kInteger}, {"by_tree", kBool}, {"text_hash", kBig},
    {"simhash", kBig}, {"lang", kText},          {"robots", kText},  {"cut", kText},
    {"title", kText},  {"canonical", kText},     {"h1", kText},      {"description", kText}};
constexpr PushColumn kLinks[] = {{"from_id", kUrl}, {"position", kPosition, "from_id"},
                                 {"to_id", kUrl},   {"nofollow", kBool},
                                 {"tag", kText},    {"rel", kText},
                                 {"text", kText}};
constexpr PushColumn kBodies[] = {{"digest", kBytes}, {"size", kBig}, {"zstd", kBytes}};
constexpr PushColumn kRecords[] = {
    {"url_id", kUrl}, {"recipe", kText}, {"position", kPosition, "url_id"}, {"json", kText}};
constexpr PushColumn kExtracts[] = {
    {"url_id", kUrl}, {"kind", kText}, {"position", kPosition, "url_id"}, {"value", kText}};
// Before all that agents will write: the newest of an origin is the one with the highest run and number.
constexpr PushColumn kRobots[] = {
    {"host_key", kHost, "host_id"}, {"origin", kText},       {"fetched_at_ms", kBig}, {"run_id", kBig, kLastRun},
    {"number", kBig, "id"},         {"expires_at_ms", kBig}, {"status", kInteger},    {"state", kText},
    {"crawl_delay_ms", kBig},       {"error", kText},        {"body", kText}};
constexpr PushColumn kState[] = {{"key", kText}, {"value", kText}};
constexpr PushColumn kSamples[] = {{"run_id", kBig, kRunOrLast},
                                   {"at_ms", kBig},
                                   {"pages", kBig},
                                   {"fetches", kBig},
                                   {"failed", kBig},
                                   {"known", kBig},
                                   {"pending", kBig},
                                   {"in_flight", kBig},
                                   {"ready_hosts", kBig},
                                   {"bytes_wire", kBig},
                                   {"main_utilization", kReal},
                                   {"worker_utilization", kReal},
                                   {"transfers", kBig},
                                   {"commit_share", kReal},
                                   {"workers", kInteger},
                                   {"connections", kInteger},
                                   {"decision", kText}};
constexpr PushColumn kEvents[] = {{"run_id", kBig, kRunOrLast}, {"at_ms", kBig}, {"kind", kText}, {"detail", kText}};

// `runs` and what only PostgreSQL has are made by push.cc.
constexpr PushTable kTables[] = {{"hosts", kHosts},       {"urls", kUrls},          {"fetches", kFetches},
                                 {"outcomes", kOutcomes}, {"pages", kPages},        {"links", kLinks},
                                 {"bodies", kBodies},     {"records", kRecords},    {"extracts", kExtracts},
                                 {"robots", kRobots},     {"state", kState, "key"}, {"samples", kSamples},
                                 {"events", kEvents}};

}  // namespace push
}  // namespace spinneret
