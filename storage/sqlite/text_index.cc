#include "storage/sqlite/text_index.h"

#include <utility>

namespace spinneret {

Result<TextIndex> TextIndex::Make(Connection& connection) {
  Result<void> made = connection.Execute(
      "CREATE VIRTUAL TABLE IF NOT EXISTS page_text USING fts5(title, text, tokenize = 'unicode61 remove_diacritics "
      "2')");
  if (!made) {
    return std::move(made).error();
  }
  return Open(connection);
}

Result<std::optional<TextIndex>> TextIndex::Find(Connection& connection) {
  const Result<std::int64_t> there =
      connection.QueryInteger("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'page_text'");
  if (!there) {
    return there.error();
  }
  if (*there == 0) {
    return std::optional<TextIndex>();
  }
  Result<TextIndex> index = Open(connection);
  if (!index) {
    return std::move(index).error();
  }
  return std::optional<TextIndex>(std::move(*index));
}

Result<TextIndex> TextIndex::Open(Connection& connection) {
  Result<Statement> add = connection.Prepare("INSERT INTO page_text(rowid, title, text) VALUES(?, ?, ?)");
  if (!add) {
    return std::move(add).error();
  }
  Result<Statement> remove = connection.Prepare("DELETE FROM page_text WHERE rowid = ?");
  if (!remove) {
    return std::move(remove).error();
  }
  TextIndex index;
  index.add_ = std::move(*add);
  index.remove_ = std::move(*remove);
  return index;
}

bool TextIndex::Add(std::int64_t url, std::string_view title, std::string_view text) {
  add_.Bind(1, url);
  add_.BindText(2, title);
  add_.BindText(3, text);
  return add_.Run();
}

bool TextIndex::Remove(std::int64_t url) {
  remove_.Bind(1, url);
  return remove_.Run();
}

}  // namespace spinneret
