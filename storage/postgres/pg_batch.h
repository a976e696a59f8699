// PgBatch: the rows of one transaction, gathered table by table and sent by COPY, so that a thousand pages cost a dozen
// round trips.
//
// Order      within a part: taken-back verdicts first, then new rows, then changes of rows. Where that is not the order
//            of the calls (a verdict taken back after another was written), a further part begins.
// Retry      nothing is lost by sending: a batch whose transaction failed is sent again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "storage/postgres/copy_buffer.h"
#include "storage/postgres/pg_connection.h"

namespace spinneret {

// In the order of sending.
enum class PgTable : std::uint8_t {
  kRemoved,
  kHosts,
  kUrls,
  kReadmitted,
  kSeedChains,
  kFetches,
  kOutcomes,
  kPages,
  kLinks,
  kRecords,
  kExtracts,
  kBodies,
  kRobots,
  kArrivals,
  kArrived,
  kWidened,
  kState,
  kSamples,
  kEvents,
  kCount
};

class PgBatch {
 public:
  // Makes the connection's temporary tables. After each connect.
  static Result<void> Prepare(PgConnection& connection);

  CopyBuffer& Rows(PgTable table) { return parts_.back()[static_cast<std::size_t>(table)]; }
  // Where the rows of taken-back verdicts go: after everything that was written before.
  CopyBuffer& Removals();

  // Ahead: what others are to have before what it came from is there: hosts, what is forwarded, bodies, what widens the
  // scope. All of it may be there twice, or already.
  enum class What : std::uint8_t { kAhead, kAll };
  // In the transaction that is open.
  Result<void> Send(PgConnection& connection, What what = What::kAll) const;
  bool empty() const;
  bool has_ahead() const;
  void Clear() { parts_.assign(1, {}); }
  void ClearAhead();

 private:
  using Part = std::array<CopyBuffer, static_cast<std::size_t>(PgTable::kCount)>;
  std::vector<Part> parts_{1};
};

}  // namespace spinneret
