// LiveWarc: --warc, what a crawl has stored written as WARC files (warc_series.h) while it goes on.
//
// Follows  the database, by a thread of its own: a response is written once it is committed, so that the files never have
//          a page that the crawl does not know. After a kill the next run goes on where the files end.
// Thread   the crawl's main thread, which waits for nothing but in Finish.
// Errors   the first ends the writing; the crawl is to be stopped then, and Finish says it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_annotations.h"
#include "base/url_identity.h"
#include "cli/warc_series.h"
#include "storage/stored_responses.h"

namespace spinneret::cli {

class LiveWarc {
 public:
  struct Settings {
    std::string prefix;
    std::uint64_t file_bytes = 0;
    std::string database;
  };
  // `secret`: the database's, which tells its files from those of another.
  static Result<std::unique_ptr<LiveWarc>> Open(Settings settings, const HashSecret& secret);
  ~LiveWarc();  // what is not written yet is left to the next run
  LiveWarc(const LiveWarc&) = delete;
  LiveWarc& operator=(const LiveWarc&) = delete;

  // The first call starts the thread: before it a crawl may fork, and the database need not have its name.
  void Follow();
  bool failed() const;

  // The database is finished: writes what is left and ends the last file. `wait` is called several times a second with the
  // number of records written by this run.
  Result<void> Finish(const std::function<void(std::uint64_t)>& wait);

  // After Finish.
  const WarcSeries& series() const { return *series_; }
  std::uint64_t without_body() const { return responses_.without_body(); }
  std::uint64_t damaged() const { return damaged_; }

 private:
  LiveWarc(std::string database, std::string crawl, std::unique_ptr<WarcSeries> series);
  void Run();
  Result<void> WriteAll();
  Result<bool> WriteSome();
  // Until it is time to look again.
  void Rest();

  // --- Of the thread, until it has ended
  const std::string crawl_;
  const std::unique_ptr<WarcSeries> series_;
  StoredResponses responses_;
  std::string body_;
  std::uint64_t damaged_ = 0;

  std::thread thread_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool finishing_ GUARDED_BY(mutex_) = false;
  bool leaving_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  std::uint64_t records_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

}  // namespace spinneret::cli
