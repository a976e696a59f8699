#include "storage/named_queries.h"

#include <algorithm>

#include "storage/embedded_sql.h"

namespace spinneret {

std::span<const NamedQuery> NamedQueries() {
  return kEmbeddedQueries;
}

const NamedQuery* FindNamedQuery(std::string_view name) {
  const auto found = std::ranges::find(kEmbeddedQueries, name, &NamedQuery::name);
  return found == kEmbeddedQueries.end() ? nullptr : &*found;
}

}  // namespace spinneret
