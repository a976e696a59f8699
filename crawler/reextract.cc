#include "crawler/reextract.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "crawler/cpu_seconds.h"
#include "crawler/record_coverage.h"
#include "crawler/stored_body.h"
#include "crawler/worker_threads/worker_pool.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "storage/sqlite/extraction_store.h"

namespace spinneret {
namespace {

namespace wt = worker_threads;
using Json = nlohmann::ordered_json;

// A job is a stack of pages: enough to make up for the way to the worker and back.
constexpr std::size_t kPagesPerJob = 32;
constexpr std::size_t kBytesPerJob = std::size_t{1} << 20U;
constexpr std::size_t kJobsPerWorker = 4;  // under way

struct PageAnswer {
  std::uint32_t url_id = 0;
  std::string url, title;
  PageFinds finds;
  bool unreadable = false;
};

struct PagesJob {
  std::vector<StoredPage> pages;
};
struct PagesAnswer {
  std::vector<PageAnswer> pages;
};

// What one worker keeps between jobs.
class PageRereader {
 public:
  explicit PageRereader(const ScrapeSettings& settings) : scraper_(settings) {}

  PageAnswer Read(StoredPage page) {
    PageAnswer answer;
    answer.url_id = page.url_id;
    answer.url = std::move(page.url);
    answer.title = std::move(page.title);
    try {
      answer.unreadable = !Scrape(page, answer);
    } catch (const std::exception&) {
      answer.finds = {};
      answer.unreadable = true;
    }
    return answer;
  }

 private:
  bool Scrape(const StoredPage& page, PageAnswer& answer) {
    const std::optional<Url> url = Url::Parse(answer.url);
    if (!url) {
      return false;
    }
    if (!scraper_.Wants(*url)) {
      return true;
    }
    if (!UnpackBody(page.body_zstd, page.body_bytes, body_)) {
      return false;
    }
    // The crawl's own reading stored what encoding that was; a byte order mark still comes first.
    DecodeHtml(body_, "text/html; charset=" + page.charset, decoded_);
    scraper_.Read(*url, decoded_.text, contents_);
    answer.finds = scraper_.Scrape(*url, DocumentBase(contents_, *url));
    return true;
  }

  PageScraper scraper_;
  std::string body_;
  DecodedText decoded_;
  PageContents contents_;
};

// A reader for each job that runs at once.
class Rereaders {
 public:
  explicit Rereaders(ScrapeSettings settings) : settings_(std::move(settings)) {}

  PagesAnswer Read(PagesJob job) {
    std::unique_ptr<PageRereader> reader = Take();
    PagesAnswer answer;
    answer.pages.reserve(job.pages.size());
    for (StoredPage& page : job.pages) {
      answer.pages.push_back(reader->Read(std::move(page)));
    }
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(reader));
    return answer;
  }

 private:
  std::unique_ptr<PageRereader> Take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<PageRereader> reader = std::move(free_.back());
        free_.pop_back();
        return reader;
      }
    }
    return std::make_unique<PageRereader>(settings_);
  }

  const ScrapeSettings settings_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<PageRereader>> free_;
};

// The records of one recipe: those that were there beside those that come now, both in order of page.
class RecipeUpdate {
 public:
  RecipeUpdate(const Recipe& recipe, ExtractionStore& store)
      : store_(store), coverage_(recipe.name, recipe.FieldNames()) {
    change_.recipe = recipe.name;
  }

  Result<void> Begin() {
    Result<std::vector<CoverageRow>> before = store_.LastCoverage(change_.recipe);
    if (!before) {
      return std::move(before).error();
    }
    change_.coverage_before = std::move(*before);
    Result<std::unique_ptr<ExtractionStore::Records>> records = store_.ReadRecords(change_.recipe);
    if (!records) {
      return std::move(records).error();
    }
    old_ = std::move(*records);
    store_.RemoveRecords(change_.recipe);
    return Advance();
  }

  Result<void> Take(const PageAnswer& page, const ExtractedRecords& found) {
    if (Result<void> passed = PassUntil(page.url_id); !passed) {
      return passed;
    }
    change_.incomplete += found.incomplete;
    change_.records += found.records.size();
    for (const std::string& record : found.records) {
      store_.AddRecord(page.url_id, change_.recipe, record);
      const Json now = Json::parse(record, nullptr, false);
      coverage_.Add(page.url, now);
      if (!old_left_ || next_.url_id != page.url_id) {
        ++change_.added;
        continue;
      }
      if (next_.json == record) {
        ++change_.same;
      } else {
        ++change_.different;
        Compare(Json::parse(next_.json, nullptr, false), now);
      }
      if (Result<void> advanced = Advance(); !advanced) {
        return advanced;
      }
    }
    return {};
  }

  // No page follows.
  Result<void> Finish() {
    if (Result<void> passed = PassUntil(UINT64_MAX); !passed) {
      return passed;
    }
    change_.coverage = coverage_.Rows();
    return {};
  }
  RecipeChange TakeChange() { return std::move(change_); }

 private:
  Result<void> Advance() {
    Result<bool> more = old_->Next(next_);
    if (!more) {
      return std::move(more).error();
    }
    old_left_ = *more;
    change_.before += old_left_ ? 1 : 0;
    return {};
  }
  // What is left of the records before those of `url_id`.
  Result<void> PassUntil(std::uint64_t url_id) {
    while (old_left_ && next_.url_id < url_id) {
      ++change_.gone;
      if (Result<void> advanced = Advance(); !advanced) {
        return advanced;
      }
    }
    return {};
  }
  void Compare(const Json& before, const Json& now) {
    const auto differs = [](const Json& a, const Json& b, const std::string& name) {
      const auto there = b.find(name);
      return there == b.end() || *there != a.at(name);
    };
    for (const auto& [name, value] : now.items()) {
      change_.changed[name] += differs(now, before, name) ? 1 : 0;
    }
    if (before.is_object()) {
      for (const auto& [name, value] : before.items()) {
        change_.changed[name] += now.contains(name) ? 0 : 1;
      }
    }
  }

  ExtractionStore& store_;
  RecordCoverage coverage_;
  RecipeChange change_;
  std::unique_ptr<ExtractionStore::Records> old_;
  StoredRecord next_;
  bool old_left_ = false;
};

class Reextraction {
 public:
  Reextraction(const ReextractOptions& options, ExtractionStore& store)
      : options_(options), store_(store), rereaders_(options.scrape) {
    for (const std::shared_ptr<const Recipe>& recipe : options.scrape.recipes) {
      updates_.push_back(std::make_unique<RecipeUpdate>(*recipe, store));
    }
  }

  Result<ReextractReport> Run() {
    Result<StoredPageCount> count = store_.CountPages();
    if (!count) {
      return std::move(count).error();
    }
    if (count->with_body == 0) {
      return Err(ErrorCode::kInvalidArgument,
                 count->without_body == 0
                     ? options_.database + ": no pages of HTML in it, so there is nothing to extract from"
                     : options_.database + ": its crawl kept no bodies; crawl with --store-body zstd to extract later");
    }
    report_.without_body = count->without_body;
    all_ = count->with_body;
    if (Result<void> begun = BeginUpdates(); !begun) {
      return std::move(begun).error();
    }
    if (Result<void> done = Spread(); !done) {
      return std::move(done).error();
    }
    std::vector<CoverageRow> coverage;
    for (const std::unique_ptr<RecipeUpdate>& update : updates_) {
      if (Result<void> finished = update->Finish(); !finished) {
        return std::move(finished).error();
      }
      report_.recipes.push_back(update->TakeChange());
      const std::vector<CoverageRow>& rows = report_.recipes.back().coverage;
      coverage.insert(coverage.end(), rows.begin(), rows.end());
    }
    if (!coverage.empty()) {
      store_.AddCoverage(SystemClock().WallTimeMs(), coverage);
    }
    return std::move(report_);
  }

 private:
  using Pool = wt::WorkerPool<PagesJob, PagesAnswer>;

  Result<void> BeginUpdates() {
    for (std::size_t i = 0; i < updates_.size(); ++i) {
      const Recipe& recipe = *options_.scrape.recipes[i];
      store_.DefineRecipe(recipe.name, recipe.FieldNames());
      if (Result<void> begun = updates_[i]->Begin(); !begun) {
        return begun;
      }
    }
    for (std::size_t i = 0; i < options_.scrape.extracts.size(); ++i) {
      if (options_.scrape.extracts.test(i)) {
        store_.RemoveExtracts(kExtractNames[i]);
      }
    }
    if (options_.scrape.index_text) {
      store_.ClearTextIndex();
    }
    return {};
  }

  // Answers are taken in the order of their jobs, so that the database does not depend on which worker was faster.
  Result<void> Spread() {
    wt::WorkerPoolOptions pool_options;
    pool_options.min_threads = options_.workers;
    pool_options.max_threads = options_.workers;
    Pool pool([this](PagesJob job) { return rereaders_.Read(std::move(job)); }, pool_options);
    const std::size_t most = kJobsPerWorker * options_.workers;
    bool more = true;
    while (more || taken_ < submitted_) {
      while (more && submitted_ - taken_ < most) {
        Result<PagesJob> job = NextJob();
        if (!job) {
          return std::move(job).error();
        }
        more = !job->pages.empty();
        if (more) {
          pool.Submit(std::move(*job), [this, number = submitted_](Pool::Result result) {
            answers_.emplace(number, std::move(result));
          });
          ++submitted_;
        }
      }
      if (taken_ < submitted_ && !answers_.contains(taken_)) {
        wt::EventLoop::Current().RunOnce(wt::EventLoop::Wait::kYes);
      }
      if (Result<void> taken = TakeAnswers(); !taken) {
        return taken;
      }
      ShowProgress(false);
    }
    ShowProgress(true);
    return {};
  }

  Result<PagesJob> NextJob() {
    PagesJob job;
    std::size_t bytes = 0;
    while (job.pages.size() < kPagesPerJob && bytes < kBytesPerJob) {
      StoredPage page;
      Result<bool> more = store_.NextPage(page);
      if (!more) {
        return std::move(more).error();
      }
      if (!*more) {
        break;
      }
      bytes += page.body_bytes;
      job.pages.push_back(std::move(page));
    }
    return job;
  }

  Result<void> TakeAnswers() {
    for (auto next = answers_.find(taken_); next != answers_.end(); next = answers_.find(taken_)) {
      if (const auto* const failure = std::get_if<wt::JobFailure>(&next->second)) {
        return Err(ErrorCode::kInternal, "reading pages again failed: " + failure->message);
      }
      for (const PageAnswer& page : std::get<PagesAnswer>(next->second).pages) {
        if (Result<void> taken = Take(page); !taken) {
          return taken;
        }
      }
      answers_.erase(next);
      ++taken_;
    }
    return {};
  }

  Result<void> Take(const PageAnswer& page) {
    ++report_.pages;
    report_.unreadable += page.unreadable ? 1 : 0;
    for (const RecipeFinds& finds : page.finds.recipes) {
      if (Result<void> taken = updates_[finds.recipe]->Take(page, finds.found); !taken) {
        return taken;
      }
    }
    for (const auto& [kind, value] : page.finds.extracts) {
      store_.AddExtract(page.url_id, ExtractName(kind), value);
      ++report_.extracts;
    }
    if (page.finds.text) {
      store_.AddText(page.url_id, page.title, *page.finds.text);
    }
    return {};
  }

  void ShowProgress(bool last) {
    const SteadyTime now = clock_.Now();
    if (options_.on_progress && (last || now >= next_progress_)) {
      next_progress_ = now + options_.interval;
      options_.on_progress(report_.pages, all_);
    }
  }

  const ReextractOptions& options_;
  ExtractionStore& store_;
  const Clock& clock_ = SystemClock();
  Rereaders rereaders_;
  std::vector<std::unique_ptr<RecipeUpdate>> updates_;
  std::map<std::uint64_t, Pool::Result> answers_;
  std::uint64_t submitted_ = 0, taken_ = 0;  // jobs
  std::uint64_t all_ = 0;
  SteadyTime next_progress_{};
  ReextractReport report_;
};

Result<std::unique_ptr<ExtractionStore>> OpenAndBegin(const std::string& database) {
  Result<std::unique_ptr<ExtractionStore>> store = ExtractionStore::Open(database);
  if (store) {
    if (Result<void> begun = (*store)->Begin(); !begun) {
      return std::move(begun).error();
    }
  }
  return store;
}

}  // namespace

Result<ReextractReport> Reextract(const ReextractOptions& options) {
  const Clock& clock = SystemClock();
  const SteadyTime started = clock.Now();
  const double cpu = CpuSeconds();
  Result<std::unique_ptr<ExtractionStore>> store = OpenAndBegin(options.database);
  if (!store) {
    return std::move(store).error();
  }
  Result<ReextractReport> report = Reextraction(options, **store).Run();
  if (!report) {
    return report;
  }
  if (Result<void> committed = (*store)->Commit(); !committed) {
    return std::move(committed).error();
  }
  report->elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now() - started);
  report->cpu_seconds = CpuSeconds() - cpu;
  return report;
}

Result<std::vector<RecipeChange>> MeasureCoverage(const std::string& database,
                                                  const std::vector<std::shared_ptr<const Recipe>>& recipes) {
  Result<std::unique_ptr<ExtractionStore>> store = OpenAndBegin(database);
  if (!store) {
    return std::move(store).error();
  }
  std::vector<RecipeChange> changes;
  std::vector<CoverageRow> all;
  for (const std::shared_ptr<const Recipe>& recipe : recipes) {
    RecipeChange change;
    change.recipe = recipe->name;
    Result<std::vector<CoverageRow>> before = (*store)->LastCoverage(recipe->name);
    if (!before) {
      return std::move(before).error();
    }
    change.coverage_before = std::move(*before);
    Result<std::unique_ptr<ExtractionStore::Records>> records = (*store)->ReadRecords(recipe->name);
    if (!records) {
      return std::move(records).error();
    }
    RecordCoverage coverage(recipe->name, recipe->FieldNames());
    StoredRecord record;
    Result<bool> more = (*records)->Next(record);
    for (; more && *more; more = (*records)->Next(record)) {
      coverage.Add(record.url, Json::parse(record.json, nullptr, false));
      ++change.records;
    }
    if (!more) {
      return std::move(more).error();
    }
    change.coverage = coverage.Rows();
    all.insert(all.end(), change.coverage.begin(), change.coverage.end());
    changes.push_back(std::move(change));
  }
  (*store)->AddCoverage(SystemClock().WallTimeMs(), all);
  if (Result<void> committed = (*store)->Commit(); !committed) {
    return std::move(committed).error();
  }
  return changes;
}

}  // namespace spinneret
