// The .sql files of this folder as the program carries them; cmake/embed_files.cmake makes the source.
#pragma once

#include <span>
#include <string_view>

#include "storage/named_queries.h"

namespace spinneret {

extern const std::string_view kSchemaSql;   // tables
extern const std::string_view kViewsSql;    // views
extern const std::string_view kIndexesSql;  // readers' indexes
extern const std::string_view kPostgresAsFileSql;
extern const std::string_view kPostgresSchemaSql;
extern const std::string_view kPostgresViewsSql;

// In the order of CMakeLists.txt.
extern const std::span<const NamedQuery> kEmbeddedQueries;  // by name
extern const std::span<const NamedQuery> kEmbeddedStatistics;
extern const std::span<const NamedQuery> kEmbeddedLookups;  // with parameters, for this program alone
extern const std::span<const NamedQuery> kEmbeddedDiffs;    // of two databases (crawl_diff.h)
extern const std::span<const NamedQuery> kEmbeddedReports;
extern const std::span<const NamedQuery> kEmbeddedExports;  // with :where, :all and :view (export_queries.h)

}  // namespace spinneret
