// Reading a crawl on PostgreSQL as a user does.
//
// Safety   the session's transactions are read-only, and one statement is taken at a time; beyond that the server's own
//          rights hold.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

// kNotFound where the database holds no crawl.
Result<std::unique_ptr<Reader>> OpenPostgresReader(const std::string& url);

}  // namespace spinneret
