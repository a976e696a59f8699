#include "storage/lookup.h"

#include <algorithm>

#include "base/check.h"
#include "storage/embedded_sql.h"

namespace spinneret {

Result<void> LookUp(Reader& reader, std::string_view name, std::span<const Cell> parameters,
                    const std::function<bool(const RowView&)>& visit) {
  const auto found = std::ranges::find(kEmbeddedLookups, name, &NamedQuery::name);
  SPINNERET_CHECK(found != kEmbeddedLookups.end(), "look-ups are named by this room alone");
  return reader.Query(
      found->sql, parameters, [](const std::vector<std::string>&) {},
      [&visit](const std::vector<Cell>& cells) { return visit(RowView(cells)); });
}

}  // namespace spinneret
