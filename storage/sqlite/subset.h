// A part of a crawl as a database of its own: chosen pages with everything that belongs to them.
//
// What      URLs that the chosen pages link or redirect to are known there too, as `scope`, "not in this export": nothing
//           is pending. Views of recipes come along, the search index does not. Every query works on it; it cannot be
//           resumed.
// Birth     as `target`.new, renamed when it is whole; never over an existing file.
// Memory    constant: SQLite copies from file to file.
// Errors    kAlreadyExists, kInvalidArgument for a `where` that is no condition, storage.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret {

// `where`: a condition on the columns of v_pages; empty: every page. `on_table` is called before each table.
Result<void> CopySubset(const std::string& source, const std::string& target, const std::string& where,
                        const std::function<void(std::string_view table)>& on_table);

}  // namespace spinneret
