// TextIndex: the full-text index of a crawl's pages, table page_text(title, text) with urls.id as its rowid.
//
// Source   SQLite's FTS5, tokenizer unicode61 without diacritics.
// Errors   as Statement's: a failed call leaves its code in code().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/statement.h"

namespace spinneret {

class TextIndex {
 public:
  // Makes the table where it is not there. Part of the transaction that is open.
  static Result<TextIndex> Make(Connection& connection);
  // None when the database has no such index.
  static Result<std::optional<TextIndex>> Find(Connection& connection);

  // Puts a page in, which must not be there.
  bool Add(std::int64_t url, std::string_view title, std::string_view text);
  bool Remove(std::int64_t url);
  int code() const { return add_.failed() ? add_.code() : remove_.code(); }

 private:
  static Result<TextIndex> Open(Connection& connection);

  Statement add_, remove_;
};

}  // namespace spinneret
