#include "storage/export_queries.h"

#include <algorithm>

#include "base/check.h"
#include "storage/embedded_sql.h"

namespace spinneret {
namespace {

void ReplaceAll(std::string& text, std::string_view mark, std::string_view value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

std::string ExportSql(std::string_view name, std::string_view where, std::string_view view) {
  const auto found = std::ranges::find(kEmbeddedExports, name, &NamedQuery::name);
  SPINNERET_CHECK(found != kEmbeddedExports.end(), "exports are named by this program alone");
  std::string sql(found->sql);
  // The condition last: it may hold anything. A line end closes a comment that it may end with.
  ReplaceAll(sql, ":all", where.empty() ? "1" : "0");
  ReplaceAll(sql, ":view", QuoteIdentifier(view));
  ReplaceAll(sql, ":where", where.empty() ? "1" : "(" + std::string(where) + "\n)");
  return sql;
}

}  // namespace spinneret
