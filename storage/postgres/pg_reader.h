// Reading a crawl on PostgreSQL as a user does.
//
// Safety   the session's transactions are read-only, and one statement is taken at a time; beyond that the server's own
//          rights hold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

// Of a crawl on one server. kNotFound where the database holds no crawl; kInvalidArgument where it lies on several.
Result<std::unique_ptr<Reader>> OpenPostgresReader(const std::string& url);
// Of each of a crawl's servers (postgres_url.h), in order. What lies on one is all that its reader sees.
Result<std::vector<std::unique_ptr<Reader>>> OpenPostgresReaders(const std::string& urls);

}  // namespace spinneret
