// Progress of a running crawl on stderr, in one of a few forms.
//
// Forms    tty: a few live lines (cli/progress_view.h), redrawn in place at most five times a second and taken away at
//          the end; log lines pass above them. plain: one line every ten seconds. json: one object a second, and a last one with the reason of
//          the end.
// Thread   Update, Clear, Finish: the crawl's main thread. Log lines may come from any thread in between.
// Limits   time is read from CrawlStatus::elapsed, so that what is shown depends on the statuses alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread_annotations.h"
#include "cli/progress_parts.h"
#include "crawler/crawl_status.h"

namespace spinneret::cli {

enum class ProgressMode : std::uint8_t { kAuto, kTty, kPlain, kJson, kNone };

// One line of at most `width` columns. What is least needed is left out first where it is narrow; with room to spare, a
// bar for each worker shows its utilisation.
std::string RenderProgressLine(const CrawlStatus& status, int width, Glyphs glyphs = Glyphs::kUnicode);
// A JSON object on one line, without the line break; with "end" in the last one.
std::string RenderProgressJson(const CrawlStatus& status, std::optional<EndReason> end = {});

class Progress {
 public:
  // kAuto: tty where `stream` is a terminal, else plain. `stream` must outlive it.
  Progress(ProgressMode mode, std::FILE* stream);
  ~Progress();  // takes live lines away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(const CrawlStatus& status);
  // Takes the live lines away for good.
  void Clear();
  // The crawl has ended; `summary` may follow on `stream`.
  void Finish(const CrawlSummary& summary);

 private:
  void AroundLogLine(bool before);
  void Draw() REQUIRES(mutex_);
  void Erase() REQUIRES(mutex_);
  std::string ToFirstLine() const REQUIRES(mutex_);

  std::FILE* const stream_;
  ProgressMode mode_;
  Glyphs glyphs_;
  std::optional<std::chrono::milliseconds> last_;  // elapsed at the last output

  // A worker's log line asks the live lines to step aside. Taken under the log's lock, so nothing logs while holding it.
  Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);  // tty: what stands there, or would
  std::size_t rows_shown_ GUARDED_BY(mutex_) = 0;
  bool aside_ GUARDED_BY(mutex_) = false;
};

}  // namespace spinneret::cli
