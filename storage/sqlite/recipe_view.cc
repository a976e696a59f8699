#include "storage/sqlite/recipe_view.h"

#include <utility>

#include <fmt/core.h>

#include "storage/sqlite/scans.h"

namespace spinneret {
namespace {

// What every such view begins with after its name.
constexpr std::string_view kBegin = " AS SELECT u.url AS page_url";

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
  std::string sql = "CREATE VIEW " + view + std::string(kBegin);
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

Result<std::vector<RecipeView>> FindRecipeViews(Connection& connection) {
  std::vector<RecipeView> views;
  Result<void> found =
      ScanRows(connection,
               fmt::format("SELECT substr(name, 3) FROM sqlite_schema WHERE type = 'view' AND name GLOB 'v_*'"
                           " AND instr(sql, 'CREATE VIEW \"' || name || '\"{}') = 1 ORDER BY rowid",
                           kBegin),
               [&views](const Statement& row) {
                 views.push_back({std::string(row.Text(0)), {}});
                 return true;
               });
  for (RecipeView& view : views) {
    if (!found) {
      break;
    }
    found =
        ScanRows(connection,
                 fmt::format("SELECT name FROM pragma_table_info({}) WHERE cid > 0", Quoted("v_" + view.recipe, '\'')),
                 [&view](const Statement& row) {
                   view.fields.emplace_back(row.Text(0));
                   return true;
                 });
  }
  if (!found) {
    return std::move(found).error();
  }
  return views;
}

}  // namespace spinneret
