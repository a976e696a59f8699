// ExtractionStore: a finished (or stopped) crawl whose pages are read again: bodies out, records in.
//
// Writing   is one transaction: after Commit everything is there, before it nothing is, whatever happens to the process.
// Reading   sees the database as it was when Begin was called, by a connection of its own.
// Lock      held from Open to the object's end: kInUse while a crawl has it.
// Errors    values; the first failed write fails Commit too.
// Thread    one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/coverage_row.h"

namespace spinneret {

struct StoredPage {
  std::uint32_t url_id = 0;
  std::string url;
  std::string charset;  // that it was read in
  std::string title;
  std::uint64_t body_bytes = 0;
  std::string body_zstd;
};

struct StoredRecord {
  std::uint32_t url_id = 0;
  std::string url;
  std::string json;
};

struct StoredPageCount {
  std::uint64_t with_body = 0;
  std::uint64_t without_body = 0;
};

class ExtractionStore {
 public:
  // kNotFound, kInUse, kStorageCorrupt, kStorageVersion.
  static Result<std::unique_ptr<ExtractionStore>> Open(const std::string& path);
  virtual ~ExtractionStore() = default;

  // Before everything below.
  virtual Result<void> Begin() = 0;

  // HTML pages with a status of 2xx.
  virtual Result<StoredPageCount> CountPages() = 0;
  // Those with a body, in order of url_id. False after the last.
  virtual Result<bool> NextPage(StoredPage& page) = 0;

  // The records of one recipe, in order of url_id and, on a page, as they were added.
  class Records {
   public:
    virtual ~Records() = default;
    virtual Result<bool> Next(StoredRecord& record) = 0;
  };
  virtual Result<std::unique_ptr<Records>> ReadRecords(std::string_view recipe) = 0;
  // Of the last count of this recipe; none when there was none.
  virtual Result<std::vector<CoverageRow>> LastCoverage(std::string_view recipe) = 0;

  virtual void RemoveRecords(std::string_view recipe) = 0;
  virtual void AddRecord(std::uint32_t url_id, std::string_view recipe, std::string_view json) = 0;
  virtual void DefineRecipe(std::string_view recipe, const std::vector<std::string>& fields) = 0;
  virtual void RemoveExtracts(std::string_view kind) = 0;
  virtual void AddExtract(std::uint32_t url_id, std::string_view kind, std::string_view value) = 0;
  // Empties the search index, or makes it.
  virtual void ClearTextIndex() = 0;
  virtual void AddText(std::uint32_t url_id, std::string_view title, std::string_view text) = 0;
  // One count.
  virtual void AddCoverage(std::int64_t at_ms, const std::vector<CoverageRow>& rows) = 0;

  // Nothing else may be called after it.
  virtual Result<void> Commit() = 0;
};

}  // namespace spinneret
