#include "storage/postgres/pg_batch.h"

#include <algorithm>
#include <string>

namespace spinneret {
namespace {

struct Target {
  const char* table;  // that takes the rows
  const char* apply;  // what is done with a staged table's rows; null: the rows are where they belong
  bool ahead = false;
};

// What may meet a row of another agent, and what changes rows, goes by a temporary table. Sorted, so that two agents
// that insert the same rows wait for each other and never both.
constexpr Target kTargets[] = {
    {"staged_removed",
     "DELETE FROM outcomes WHERE url_id IN (SELECT id FROM staged_removed);"
     "DELETE FROM pages WHERE url_id IN (SELECT id FROM staged_removed);"
     "DELETE FROM links WHERE from_id IN (SELECT id FROM staged_removed);"
     "DELETE FROM records WHERE url_id IN (SELECT id FROM staged_removed);"
     "DELETE FROM extracts WHERE url_id IN (SELECT id FROM staged_removed);"
     "DELETE FROM staged_removed"},
    {"staged_hosts",
     "INSERT INTO hosts(key, name) SELECT key, name FROM staged_hosts ORDER BY key ON CONFLICT DO NOTHING;"
     "DELETE FROM staged_hosts",
     true},
    {"urls", nullptr},
    {"staged_readmitted",
     "UPDATE urls AS u SET depth = s.depth, hops_left = s.hops_left, admission = s.admission, detail = s.detail"
     " FROM (SELECT DISTINCT ON (id) * FROM staged_readmitted ORDER BY id, number DESC) AS s WHERE u.id = s.id;"
     "DELETE FROM staged_readmitted"},
    {"staged_seed_chains",
     "UPDATE urls SET seed_chain = true WHERE id IN (SELECT id FROM staged_seed_chains);"
     "DELETE FROM staged_seed_chains"},
    {"fetches", nullptr},
    {"outcomes", nullptr},
    {"pages", nullptr},
    {"links", nullptr},
    {"records", nullptr},
    {"extracts", nullptr},
    {"staged_bodies",
     "INSERT INTO bodies(digest, size, zstd) SELECT digest, size, zstd FROM staged_bodies ORDER BY digest"
     " ON CONFLICT DO NOTHING;"
     "DELETE FROM staged_bodies",
     true},
    {"robots", nullptr},
    {"arrivals", nullptr, true},
    {"staged_arrived",
     "DELETE FROM arrivals AS a USING staged_arrived AS s"
     " WHERE a.host_key = s.host_key AND a.run_id = s.run_id AND a.number = s.number;"
     "DELETE FROM staged_arrived"},
    {"staged_widened",
     "INSERT INTO widened(url) SELECT DISTINCT url FROM staged_widened ORDER BY url ON CONFLICT DO NOTHING;"
     "DELETE FROM staged_widened",
     true},
    {"staged_state",
     "INSERT INTO state(key, value) SELECT DISTINCT ON (key) key, value FROM staged_state ORDER BY key, number DESC"
     " ON CONFLICT (key) DO UPDATE SET value = excluded.value;"
     "DELETE FROM staged_state"},
    {"samples", nullptr},
    {"events", nullptr},
};
static_assert(std::size(kTargets) == static_cast<std::size_t>(PgTable::kCount));

constexpr char kTemporaryTables[] =
    "CREATE TEMP TABLE staged_removed (id bytea) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_hosts (key bigint, name text) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_readmitted (id bytea, number bigint, depth integer, hops_left smallint,"
    " admission smallint, detail text) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_seed_chains (id bytea) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_bodies (digest bytea, size bigint, zstd bytea) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_arrived (host_key bigint, run_id bigint, number bigint) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_widened (url text) ON COMMIT DELETE ROWS;"
    "CREATE TEMP TABLE staged_state (key text, number bigint, value text) ON COMMIT DELETE ROWS";

}  // namespace

Result<void> PgBatch::Prepare(PgConnection& connection) {
  return connection.Execute(kTemporaryTables);
}

CopyBuffer& PgBatch::Removals() {
  const Part& part = parts_.back();
  const bool only_removals =
      std::all_of(part.begin() + 1, part.end(), [](const CopyBuffer& rows) { return rows.empty(); });
  if (!only_removals) {
    parts_.emplace_back();
  }
  return Rows(PgTable::kRemoved);
}

bool PgBatch::empty() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) {
    return std::all_of(part.begin(), part.end(), [](const CopyBuffer& rows) { return rows.empty(); });
  });
}

bool PgBatch::has_ahead() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (kTargets[i].ahead && !part[i].empty()) {
        return true;
      }
    }
    return false;
  });
}

void PgBatch::ClearAhead() {
  for (Part& part : parts_) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (kTargets[i].ahead) {
        part[i] = {};
      }
    }
  }
}

Result<void> PgBatch::Send(PgConnection& connection, What what) const {
  for (const Part& part : parts_) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const Target& target = kTargets[i];
      if (part[i].empty() || (what == What::kAhead && !target.ahead)) {
        continue;
      }
      if (Result<void> done =
              connection.Copy(std::string("COPY ") + target.table + " FROM STDIN (FORMAT binary)", part[i]);
          !done) {
        return done;
      }
      if (target.apply != nullptr) {
        if (Result<void> done = connection.Execute(target.apply); !done) {
          return done;
        }
      }
    }
  }
  return {};
}

}  // namespace spinneret
