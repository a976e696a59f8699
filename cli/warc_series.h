// WarcSeries: PREFIX-00000.warc.gz, PREFIX-00001.warc.gz …, each with its index PREFIX-NNNNN.cdxj, written while a crawl
// goes on and over any number of its runs.
//
// Whole      what Commit has returned for is on the disk, and read up to there a file is whole. What a process that was
//            killed had not committed is cut off by the next Open.
// Journal    PREFIX.journal says how far the files have come; a crawl that is to go on needs it. Its first line is
//            "spinneret-warc 1 CRAWL NUMBER FETCH", with the file that is next and the last fetches.id in those before it;
//            then a line for each record of the open file: "FETCH END CDXJ-LINE", END being where the record ends.
// Errors     kStorageFull, kStorage: with the file's name; nothing more is to be added then.
// Thread     one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/export/cdxj.h"

namespace spinneret::cli {

class WarcSeries {
 public:
  struct Settings {
    std::string prefix;
    std::uint64_t file_bytes = 0;  // a file that has as much is ended
    std::string crawl;             // a word that tells this crawl from all others
  };
  // kAlreadyExists when there is a series of that name, kInvalidArgument when there can be none.
  static Result<void> CheckUnused(const std::string& prefix);
  // kAlreadyExists when the files are another crawl's, or cannot be gone on with.
  static Result<std::unique_ptr<WarcSeries>> Open(Settings settings);
  ~WarcSeries();
  WarcSeries(const WarcSeries&) = delete;
  WarcSeries& operator=(const WarcSeries&) = delete;

  // The last fetches.id that is in the files.
  std::int64_t last_fetch() const { return last_fetch_; }
  // `member`: a record as gzip has it. Of `entry` the place is filled in.
  Result<void> Add(std::int64_t fetch, std::string_view member, CdxjEntry entry);
  Result<void> Commit();
  // Ends the open file, and writes its index.
  Result<void> Close();

  // By this object.
  std::uint64_t records() const { return records_; }
  std::uint64_t bytes() const { return bytes_written_; }
  std::uint64_t files() const { return files_; }

 private:
  explicit WarcSeries(Settings settings);
  std::string Path(std::string_view ending) const;
  std::string JournalPath() const { return settings_.prefix + ".journal"; }
  Result<void> Begin();
  Result<void> Mend(std::string_view lines);
  Result<void> OpenFile();
  Result<void> StartJournal();
  Result<void> WriteIndex(std::string_view lines) const;

  const Settings settings_;
  std::uint32_t number_ = 0;  // of the file that is open, or is next
  std::int64_t last_fetch_ = 0;
  int file_ = -1;
  int journal_ = -1;
  std::uint64_t end_ = 0;      // of the open file, as committed
  std::string name_;           // of the open file, without its folder
  std::string pending_;        // records that are not written yet
  std::string pending_lines_;  // and their lines
  std::string lines_;          // of the open file, committed
  std::uint64_t records_ = 0, bytes_written_ = 0, files_ = 0;
};

}  // namespace spinneret::cli
