#include "storage/sqlite/recipe_view.h"

namespace spinneret {
namespace {

// `text` between two of `quote`, those in it doubled.
std::string Quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out.append(c == quote ? 2 : 1, c);
  }
  return out + quote;
}

}  // namespace

Result<void> MakeRecipeView(Connection& connection, std::string_view recipe, std::span<const std::string> fields) {
  const std::string view = Quoted("v_" + std::string(recipe), '"');
  std::string sql = "CREATE VIEW " + view + " AS SELECT u.url AS page_url";
  // Not json_extract(): SQLite 3.38 to 3.40 mark their JSON functions as unsafe in views, so that a reader who does not
  // trust the schema, as `spinneret query` does not, could not ask. Table functions are fine. 2.3 us a value and row.
  for (const std::string& field : fields) {
    sql +=
        ",\n  (SELECT value FROM json_each(r.json) WHERE key = " + Quoted(field, '\'') + ") AS " + Quoted(field, '"');
  }
  sql += "\nFROM records AS r JOIN urls AS u ON u.id = r.url_id\nWHERE r.recipe = " + Quoted(recipe, '\'') +
         "\nORDER BY r.id";
  if (Result<void> dropped = connection.Execute("DROP VIEW IF EXISTS " + view); !dropped) {
    return dropped;
  }
  return connection.Execute(sql);
}

}  // namespace spinneret
