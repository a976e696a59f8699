// What makes a file a crawl database: its numbers in the header, its tables and views, its secret; and the readers'
// indexes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url_identity.h"
#include "storage/sqlite/connection.h"

namespace spinneret {

inline constexpr std::int64_t kApplicationId = 0x53504E52;  // "SPNR", as file(1) shows it
inline constexpr std::int64_t kSchemaVersion = 1;

// Tables, views, numbers, secret and settings, in one transaction, into an empty file.
Result<void> CreateSchema(Connection& connection, const HashSecret& secret, std::string_view settings);

// kStorageCorrupt for a file of another kind, kStorageVersion for a database of another version.
Result<void> CheckIdentity(Connection& connection);

struct Identity {
  HashSecret secret{};
  std::string settings;
};
Result<Identity> LoadIdentity(Connection& connection);

// One transaction for each index, so that a WAL need not hold them all. Then the planner's statistics.
Result<void> CreateIndexes(Connection& connection);
// Those of CreateIndexes; an index that a person has added stays.
Result<void> DropIndexes(Connection& connection);

// Moves everything into the one file and leaves WAL. `kBlocked` when another connection is in the way for longer than a
// few seconds: nothing is lost, but files stay beside the database until that connection closes.
enum class Settled : std::uint8_t { kOneFile, kBlocked };
Result<Settled> SettleIntoOneFile(Connection& connection);

}  // namespace spinneret
