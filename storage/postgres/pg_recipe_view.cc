#include "storage/postgres/pg_recipe_view.h"

#include <fmt/format.h>

namespace spinneret {

std::string PgRecipeViewName(const PgConnection& connection, std::string_view recipe) {
  return connection.Identifier("v_" + std::string(recipe));
}

std::string PgRecipeViewSql(const PgConnection& connection, std::string_view recipe,
                            std::span<const std::string> fields) {
  std::string sql = "CREATE VIEW " + PgRecipeViewName(connection, recipe) + " AS SELECT u.url AS page_url";
  for (const std::string& field : fields) {
    sql += fmt::format(", r.json::jsonb ->> {} AS {}", connection.Literal(field), connection.Identifier(field));
  }
  return sql + fmt::format(
                   " FROM records AS r JOIN urls AS u ON u.id = r.url_id WHERE r.recipe = {}"
                   " ORDER BY r.url_id, r.position",
                   connection.Literal(recipe));
}

}  // namespace spinneret
