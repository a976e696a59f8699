// The .sql files of this folder as the program carries them; cmake/embed_files.cmake makes the source.
#pragma once

#include <span>
#include <string_view>

#include "storage/named_queries.h"

namespace spinneret {

extern const std::string_view kSchemaSql;   // tables
extern const std::string_view kViewsSql;    // views
extern const std::string_view kIndexesSql;  // readers' indexes

extern const std::span<const NamedQuery> kEmbeddedQueries;  // in the order of CMakeLists.txt, which is by name

}  // namespace spinneret
