// What differs between two crawls: pages that only one has, pages whose answer, title or content changed, and records.
//
// Content  changed where the bodies' digests differ and the SimHashes of their texts differ in more than `max_distance`
//          of 64 bits, or there is no SimHash to tell. What is below is noise: a date, a counter, a token.
// Memory   constant: rows are visited as they are read, in the order of their URLs.
// Thread   the reader's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

enum class ChangeKind : std::uint8_t { kAdded, kGone, kChanged };
std::string_view ChangeName(ChangeKind kind);  // "added" "gone" "changed"

// Of one of the two crawls.
struct PageState {
  std::optional<std::int64_t> status;
  std::string error, title, redirect_to;  // empty: none
};

struct PageChange {
  ChangeKind kind = ChangeKind::kChanged;
  std::string url;
  PageState before, after;  // of an added page the second alone, of one that is gone the first
  // Of a changed one.
  bool status = false, title = false, redirect = false, content = false;
  std::optional<int> distance;  // bits in which the SimHashes differ, where the bodies do
};

struct RecordChange {
  std::string url, recipe;
  std::string before, after;  // JSON arrays of the page's records; empty: none
};

// `reader` is of Reader::OpenPair. False from `visit` stops.
Result<void> ForEachPageChange(Reader& reader, int max_distance, const std::function<bool(const PageChange&)>& visit);
Result<void> ForEachRecordChange(Reader& reader, const std::function<bool(const RecordChange&)>& visit);

}  // namespace spinneret
