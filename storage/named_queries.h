// The queries that `spinneret query DB NAME` knows: one file each in storage/named_queries/, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace spinneret {

struct NamedQuery {
  std::string_view name;         // "broken-links"
  std::string_view description;  // the file's first comment line
  std::string_view sql;
};

// Sorted by name.
std::span<const NamedQuery> NamedQueries();
// Null when there is none.
const NamedQuery* FindNamedQuery(std::string_view name);

// The sections of `spinneret stats`, in their order; the description is the title. storage/statistics/.
std::span<const NamedQuery> Statistics();
// "statuses", "errors", "skipped" …; the name must be one of them.
const NamedQuery& GetStatistic(std::string_view name);

// Of `spinneret report` alone: "series", "response-times" …; the name must be one of them. storage/report/.
const NamedQuery& GetReportQuery(std::string_view name);

}  // namespace spinneret
