#include "storage/named_queries.h"

#include <algorithm>

#include "base/check.h"
#include "storage/embedded_sql.h"

namespace spinneret {

std::span<const NamedQuery> NamedQueries() {
  return kEmbeddedQueries;
}

const NamedQuery* FindNamedQuery(std::string_view name) {
  const auto found = std::ranges::find(kEmbeddedQueries, name, &NamedQuery::name);
  return found == kEmbeddedQueries.end() ? nullptr : &*found;
}

std::span<const NamedQuery> Statistics() {
  return kEmbeddedStatistics;
}

const NamedQuery& GetStatistic(std::string_view name) {
  const auto found = std::ranges::find(kEmbeddedStatistics, name, &NamedQuery::name);
  SPINNERET_CHECK(found != kEmbeddedStatistics.end(), "statistics are named by this program alone");
  return *found;
}

const NamedQuery& GetReportQuery(std::string_view name) {
  const auto found = std::ranges::find(kEmbeddedReports, name, &NamedQuery::name);
  SPINNERET_CHECK(found != kEmbeddedReports.end(), "the report's queries are named by this program alone");
  return *found;
}

}  // namespace spinneret
