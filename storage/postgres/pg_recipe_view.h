// The view of a recipe's records on PostgreSQL: v_NAME(page_url, FIELD…), fields as text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "storage/postgres/pg_connection.h"

namespace spinneret {

// As it stands in a statement.
std::string PgRecipeViewName(const PgConnection& connection, std::string_view recipe);
std::string PgRecipeViewSql(const PgConnection& connection, std::string_view recipe,
                            std::span<const std::string> fields);

}  // namespace spinneret
