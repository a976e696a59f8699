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
inline constexpr std::int64_t kSchemaVersion = 3;
inline constexpr std::int64_t kOldestSchemaVersion =
    1;  // that can be read, and is brought up to date when a crawl goes on

// Tables, views, numbers, secret and settings, in one transaction, into an empty file.
Result<void> CreateSchema(Connection& connection, const HashSecret& secret, std::string_view settings);

// kStorageCorrupt for a file of another kind, kStorageVersion for a database of a version that is not known.
Result<void> CheckIdentity(Connection& connection);
// Adds what an older version has not. In one transaction; nothing where there is nothing to do.
Result<void> UpgradeSchema(Connection& connection);

struct Identity {
  HashSecret secret{};
  std::string settings;
};
// `schema`: "main", or the name of a database that is attached.
Result<Identity> LoadIdentity(Connection& connection, std::string_view schema = "main");

// One transaction for each index, so that a WAL need not hold them all. Then the planner's statistics.
Result<void> CreateIndexes(Connection& connection);
// Of these, the one of that name alone.
Result<void> CreateIndex(Connection& connection, std::string_view name);
// Those of CreateIndexes; an index that a person has added stays.
Result<void> DropIndexes(Connection& connection);

// Moves everything into the one file and leaves WAL. `kBlocked` when another connection is in the way for longer than a
// few seconds: nothing is lost, but files stay beside the database until that connection closes.
enum class Settled : std::uint8_t { kOneFile, kBlocked };
Result<Settled> SettleIntoOneFile(Connection& connection);

}  // namespace spinneret
