#include "cli/live_warc.h"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <utility>

#include "cli/warc_member.h"
#include "storage/export/warc_record.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInterval{500};  // a crawl commits about once a second
constexpr milliseconds kLook{200};
constexpr std::size_t kBatchBytes = std::size_t{4} << 20U;  // of bodies as stored

}  // namespace

Result<std::unique_ptr<LiveWarc>> LiveWarc::Open(Settings settings, const HashSecret& secret) {
  // Ids of records come from it, and are for everybody to see.
  std::string crawl = WarcCrawlName({reinterpret_cast<const char*>(secret.data()), secret.size()});
  Result<std::unique_ptr<WarcSeries>> series =
      WarcSeries::Open({.prefix = settings.prefix, .file_bytes = settings.file_bytes, .crawl = crawl});
  if (!series) {
    return std::move(series).error();
  }
  return std::unique_ptr<LiveWarc>(
      new LiveWarc(std::move(settings.database), std::move(crawl), std::move(series).value()));
}

LiveWarc::LiveWarc(std::string database, std::string crawl, std::unique_ptr<WarcSeries> series)
    : crawl_(std::move(crawl)), series_(std::move(series)), responses_(std::move(database), series_->last_fetch()) {}

LiveWarc::~LiveWarc() {
  {
    const MutexLock lock(mutex_);
    leaving_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void LiveWarc::Follow() {
  if (thread_.joinable() || failed()) {
    return;
  }
  // Signals are the main thread's.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    const MutexLock lock(mutex_);
    failure_ = Err(ErrorCode::kSystem, std::string("--warc: no thread can be started: ") + error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool LiveWarc::failed() const {
  const MutexLock lock(mutex_);
  return failure_.has_value();
}

Result<void> LiveWarc::Finish(const std::function<void(std::uint64_t)>& wait) {
  Follow();
  MutexLock lock(mutex_);
  finishing_ = true;
  changed_.NotifyAll();
  while (!ended_ && !failure_) {
    changed_.WaitUntil(mutex_, std::chrono::steady_clock::now() + kLook);
    wait(records_);
  }
  return failure_ ? Result<void>(*failure_) : Result<void>();
}

// --- The thread

void LiveWarc::Run() {
  pthread_setname_np(pthread_self(), "warc");
  const Result<void> done = WriteAll();
  const MutexLock lock(mutex_);
  ended_ = true;
  if (!done) {
    failure_ = done.error();
  }
  changed_.NotifyAll();
}

Result<void> LiveWarc::WriteAll() {
  while (true) {
    bool last = false;
    {
      const MutexLock lock(mutex_);
      if (leaving_) {
        return {};
      }
      last = finishing_;  // what there is now is all
    }
    const Result<bool> more = WriteSome();
    if (!more && more.error().code != ErrorCode::kStorageBusy) {
      return more.error();
    }
    if (more && !*more) {
      if (last) {
        return series_->Close();
      }
      Rest();
    }
  }
}

void LiveWarc::Rest() {
  const auto end = std::chrono::steady_clock::now() + kInterval;
  const MutexLock lock(mutex_);
  while (!finishing_ && !leaving_ && changed_.WaitUntil(mutex_, end)) {
  }
}

// Whether there may be more at once.
Result<bool> LiveWarc::WriteSome() {
  Result<StoredResponses::Batch> batch = responses_.Next(kBatchBytes);
  if (!batch) {
    return std::move(batch).error();
  }
  for (const StoredResponse& response : batch->responses) {
    const std::optional<WarcMember> member = MakeWarcMember(response, crawl_, body_);
    if (!member) {
      ++damaged_;
    } else if (Result<void> added = series_->Add(response.fetch, member->bytes, member->entry); !added) {
      return std::move(added).error();
    }
  }
  if (Result<void> committed = series_->Commit(); !committed) {
    return std::move(committed).error();
  }
  const MutexLock lock(mutex_);
  records_ = series_->records();
  return batch->more;
}

}  // namespace spinneret::cli
