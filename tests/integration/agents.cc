#include "tests/integration/agents.h"

#include <map>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "storage/postgres/pg_reader.h"
#include "storage/postgres/postgres_url.h"

namespace spinneret::testing {

bool SkipPostgres() {
  if (PostgresServer::Installed()) {
    return false;
  }
  MESSAGE("skipped: PostgreSQL is not installed");
  return true;
}

std::unique_ptr<simweb::PageServer> StartPages(std::uint64_t pages, std::uint32_t hosts,
                                               std::chrono::milliseconds latency) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.hosts = hosts;
  options.site.links = 12;
  options.site.page_size = 2048;
  options.latency = latency;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

Process& Agents::Start(const Words& more) {
  Words argv = {SPINNERET_PROGRAM};
  if (arguments_.empty()) {
    argv.insert(argv.end(), {"resume", store_, "--progress", "none", "-w", "2"});
  } else {
    argv.insert(argv.end(), {"crawl", "--allow-private", "--progress", "none", "--store", store_, "-w", "2"});
    argv.insert(argv.end(), arguments_.begin(), arguments_.end());
  }
  argv.insert(argv.end(), more.begin(), more.end());
  running_.push_back(std::make_unique<Process>(argv));
  return *running_.back();
}

std::string Agents::Ends() {
  std::string ends;
  for (const auto& agent : running_) {
    const ProcessResult end = agent->Wait(std::chrono::minutes(2));
    CHECK_MESSAGE(!end.timed_out, end.err);
    said_ += end.err;
    ends += (ends.empty() ? "" : " ") + (end.signal != 0 ? std::string("killed") : std::to_string(end.exit_code));
  }
  return ends;
}

long long Agents::Sum(const std::string& sql) const {
  long long sum = 0;
  for (std::size_t server = 0; server < PostgresUrls(store_).size(); ++server) {
    for (const std::string& value : Column(server, sql)) {
      sum += std::stoll(value);
    }
  }
  return sum;
}

std::set<std::string> Agents::Column(std::size_t server, const std::string& sql) const {
  const Result<std::vector<std::unique_ptr<Reader>>> readers = OpenPostgresReaders(store_);
  REQUIRE_MESSAGE(readers.has_value(), (readers ? std::string() : readers.error().message));
  std::set<std::string> values;
  const Result<void> ran = readers->at(server)->Query(
      sql, [](const std::vector<std::string>&) {},
      [&values](const std::vector<Cell>& cells) {
        const auto* number = std::get_if<std::int64_t>(&cells.at(0));
        values.insert(number != nullptr ? std::to_string(*number) : std::get<std::string>(cells.at(0)));
        return true;
      });
  REQUIRE_MESSAGE(ran.has_value(), (ran ? std::string() : ran.error().message));
  return values;
}

void CheckWhole(const Agents& agents) {
  CHECK(agents.Number("SELECT count(*) - count(DISTINCT url) FROM v_pages") == 0);
  CHECK(agents.Number("SELECT count(*) FROM v_pages WHERE url IN (SELECT url FROM v_skipped)") == 0);
  CHECK(agents.Number(
            "SELECT count(*) FROM links AS l WHERE NOT EXISTS (SELECT 1 FROM urls AS u WHERE u.id = l.to_id)") == 0);
  CHECK(agents.Number("SELECT count(*) FROM urls AS u WHERE admission = 0"
                      " AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.url_id = u.id)") == 0);
  CHECK(agents.Number("SELECT count(*) FROM public.arrivals") == 0);
  CHECK(agents.Number("SELECT count(*) FROM public.hosts WHERE owner IS NOT NULL") == 0);
}

std::string AskedEarly(const simweb::AccessLog& log, std::chrono::milliseconds latency, std::chrono::milliseconds delay,
                       int& asked) {
  std::map<std::string, simweb::AccessEntry> last;
  std::string early;
  asked = 0;
  for (const simweb::AccessEntry& entry : log.Snapshot()) {
    if (const auto before = last.find(entry.host); before != last.end()) {
      ++asked;
      const auto after = entry.arrived - before->second.arrived;
      if (after < latency + delay) {
        early += fmt::format("{}{} came {:.1f} ms after {}\n", entry.host, entry.target,
                             std::chrono::duration<double, std::milli>(after).count(), before->second.target);
      }
    }
    last.insert_or_assign(entry.host, entry);
  }
  return early;
}

}  // namespace spinneret::testing
