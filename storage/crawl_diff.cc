#include "storage/crawl_diff.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/check.h"
#include "storage/embedded_sql.h"

namespace spinneret {
namespace {

// Of diffs/pages.sql.
enum Column : std::size_t {
  kChange,
  kUrl,
  kStatus,
  kNewStatus,
  kError,
  kNewError,
  kTitle,
  kNewTitle,
  kRedirect,
  kNewRedirect,
  kDigest,
  kNewDigest,
  kSimHash,
  kNewSimHash
};

std::string Text(const Cell& cell) {
  const auto* const text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> Number(const Cell& cell) {
  const auto* const number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::string BytesOf(const Cell& cell) {
  const auto* const blob = std::get_if<Blob>(&cell);
  return blob == nullptr ? std::string() : blob->bytes;
}

std::string SqlOf(std::string_view name) {
  const auto found = std::ranges::find(kEmbeddedDiffs, name, &NamedQuery::name);
  SPINNERET_CHECK(found != kEmbeddedDiffs.end(), "diffs are named by this file alone");
  return std::string(found->sql);
}

// A database of an older version has no SimHashes.
Result<std::string> SimHashColumn(Reader& reader, std::string_view schema) {
  std::string column = "NULL";
  const Result<void> asked = reader.Query(
      fmt::format("SELECT 1 FROM pragma_table_info('pages', '{}') WHERE name = 'simhash'", schema),
      [](const std::vector<std::string>&) {},
      [&column](const std::vector<Cell>&) {
        column = "p.simhash";
        return false;
      });
  return asked ? Result<std::string>(column) : asked.error();
}

PageChange ChangeOf(const std::vector<Cell>& row, int max_distance) {
  PageChange change;
  const std::string kind = Text(row[kChange]);
  change.kind = kind == "added" ? ChangeKind::kAdded : kind == "gone" ? ChangeKind::kGone : ChangeKind::kChanged;
  change.url = Text(row[kUrl]);
  change.before = {Number(row[kStatus]), Text(row[kError]), Text(row[kTitle]), Text(row[kRedirect])};
  change.after = {Number(row[kNewStatus]), Text(row[kNewError]), Text(row[kNewTitle]), Text(row[kNewRedirect])};
  if (change.kind != ChangeKind::kChanged) {
    return change;
  }
  change.status = change.before.status != change.after.status || change.before.error != change.after.error;
  change.title = change.before.title != change.after.title;
  change.redirect = change.before.redirect_to != change.after.redirect_to;
  if (BytesOf(row[kDigest]) != BytesOf(row[kNewDigest])) {
    const std::optional<std::int64_t> a = Number(row[kSimHash]);
    const std::optional<std::int64_t> b = Number(row[kNewSimHash]);
    if (a && b) {
      change.distance = std::popcount(static_cast<std::uint64_t>(*a) ^ static_cast<std::uint64_t>(*b));
    }
    change.content = !change.distance || *change.distance > max_distance;
  }
  return change;
}

}  // namespace

std::string_view ChangeName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded:
      return "added";
    case ChangeKind::kGone:
      return "gone";
    case ChangeKind::kChanged:
      return "changed";
  }
  return "";
}

Result<void> ForEachPageChange(Reader& reader, int max_distance, const std::function<bool(const PageChange&)>& visit) {
  std::string sql = SqlOf("pages");
  for (const auto& [mark, schema] : {std::pair(":old_simhash", "main"), std::pair(":new_simhash", "newer")}) {
    const Result<std::string> column = SimHashColumn(reader, schema);
    if (!column) {
      return column.error();
    }
    sql.replace(sql.find(mark), std::string_view(mark).size(), *column);
  }
  return reader.Query(
      sql, [](const std::vector<std::string>&) {},
      [&](const std::vector<Cell>& row) {
        const PageChange change = ChangeOf(row, max_distance);
        const bool shown =
            change.kind != ChangeKind::kChanged || change.status || change.title || change.redirect || change.content;
        return !shown || visit(change);
      });
}

Result<void> ForEachRecordChange(Reader& reader, const std::function<bool(const RecordChange&)>& visit) {
  return reader.Query(
      SqlOf("records"), [](const std::vector<std::string>&) {},
      [&](const std::vector<Cell>& row) {
        return visit({Text(row[0]), Text(row[1]), Text(row[2]), Text(row[3])});
      });
}

}  // namespace spinneret
