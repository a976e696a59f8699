// A small language for the tests of a store: a real file in a folder of its own, rows by short calls, and answers as
// text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/reader.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/support/temp_dir.h"

// How a failed comparison shows rows.
template <>
struct doctest::StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& rows) {
    std::string text;
    for (const std::string& row : rows) {
      text += "\n  " + row;
    }
    return {text.c_str(), static_cast<unsigned>(text.size())};
  }
};

namespace spinneret::testing {

inline constexpr HostKey kShop{0xFEDCBA9876543210U};
inline constexpr std::int64_t kNewYear = 1767323045678;  // 2026-01-02T03:04:05.678Z

inline std::string CellAsText(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    std::string text = std::to_string(*real);
    return text.substr(0, text.find('.') + 2);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  return std::holds_alternative<Blob>(cell) ? "blob" : "NULL";
}

// Rows as "a|b", by the program's reader; an error as "error: …".
inline std::vector<std::string> Ask(Reader& reader, std::string_view sql) {
  std::vector<std::string> rows;
  const Result<void> done = reader.Query(
      sql, [](const std::vector<std::string>&) {},
      [&rows](const std::vector<Cell>& cells) {
        std::string& row = rows.emplace_back();
        for (const Cell& cell : cells) {
          row += (&cell == cells.data() ? "" : "|") + CellAsText(cell);
        }
        return true;
      });
  if (!done) {
    rows.push_back("error: " + done.error().message);
  }
  return rows;
}

inline std::vector<std::string> Ask(const std::string& path, std::string_view sql) {
  Result<std::unique_ptr<Reader>> reader = Reader::Open(path);
  return reader ? Ask(**reader, sql) : std::vector<std::string>{"error: " + reader.error().message};
}

// What a stranger's program gets: one value, by SQLite itself, from a connection that may write.
inline std::string Plain(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  std::string answer = "nothing";
  const auto first = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) = values[0] == nullptr ? "NULL" : values[0];
    return 0;
  };
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK ||
      sqlite3_exec(db, sql, first, &answer, nullptr) != SQLITE_OK) {
    answer = std::string("error: ") + sqlite3_errmsg(db);
  }
  sqlite3_close(db);
  return answer;
}

using Lines = std::vector<std::string>;

// A crawl being stored. Every call that must succeed is required to.
class Crawl {
 public:
  // A database that is there is opened, else one is made and published.
  explicit Crawl(const std::string& path) {
    if (Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::Open(path); opened) {
      store_ = std::move(opened).value();
      store_->BeginRun("{}", kNewYear);
      return;
    }
    Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(path, R"({"depth":3})");
    REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
    store_ = std::move(made).value();
    store_->BeginRun("{}", kNewYear);
    store_->AddHost(kShop, "shop.example");
    const Result<void> published = store_->Publish();
    REQUIRE_MESSAGE(published.has_value(), (published ? "" : published.error().message));
  }

  SqliteStore* operator->() { return store_.get(); }
  SqliteStore& store() { return *store_; }
  void Drop() { store_.reset(); }

  UrlHandle Url(std::string_view url, UrlRow row = {}) {
    row.host = row.host.value == 0 ? kShop : row.host;
    row.url = url;
    return store_->AddUrl(row);
  }
  void Fetched(UrlHandle url, FetchRow fetch = {.status = 200}) {
    fetch.url = url;
    fetch.at_ms = fetch.at_ms == 0 ? kNewYear : fetch.at_ms;
    store_->AddFetch(fetch);
    store_->AddOutcome({.url = url, .kind = OutcomeKind::kFetched, .has_fetch = true});
  }
  void Redirected(UrlHandle url, UrlHandle to, std::string_view reason = {}) {
    store_->AddFetch({.url = url, .at_ms = kNewYear, .status = 301});
    store_->AddOutcome(
        {.url = url, .kind = OutcomeKind::kRedirected, .has_fetch = true, .reason = reason, .redirect_to = to});
  }
  void Failed(UrlHandle url, std::string_view error) {
    store_->AddFetch({.url = url, .at_ms = kNewYear, .error = error});
    store_->AddOutcome({.url = url, .kind = OutcomeKind::kFailed, .has_fetch = true, .reason = error});
  }
  void Skipped(UrlHandle url, std::string_view reason, std::string_view detail) {
    store_->AddOutcome({.url = url, .kind = OutcomeKind::kSkipped, .reason = reason, .detail = detail});
  }

  Result<void> TryCommit() {
    Result<void> result = Err(ErrorCode::kInternal, "Commit did not call back");
    store_->Commit([&result](Result<void> done) { result = std::move(done); });
    return result;
  }
  void Commit() {
    const Result<void> done = TryCommit();
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }
  void Finish(std::string_view reason = "done", Store::Indexes indexes = Store::Indexes::kBuild) {
    const Result<void> done = store_->Finish(reason, kNewYear + 1000, indexes);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }

  std::vector<std::uint32_t> Targets(UrlHandle page) {
    std::vector<std::uint32_t> ids;
    store_->ReadTargets(page, [&ids](Result<std::vector<UrlHandle>> targets) {
      REQUIRE(targets.has_value());
      for (const UrlHandle target : *targets) {
        ids.push_back(target.value);
      }
    });
    return ids;
  }

 private:
  std::unique_ptr<SqliteStore> store_;
};

// The names in a folder, sorted.
inline Lines FilesIn(const TempDir& folder) {
  Lines names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace spinneret::testing
