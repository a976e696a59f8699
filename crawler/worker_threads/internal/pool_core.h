// PoolCore: what a WorkerPool is but for the types of its jobs: the queue, the seats, and the workers on them.
//
// Workers take jobs from the queue themselves, so that between two jobs nobody waits for the owner's loop. The owner
// starts workers and wakes idle ones.
//
// Thread  PoolCore: the owner's. PoolShared and PoolJob: any.
// Locks   PoolShared's mutex is taken with no other held, and nothing is called or destroyed under it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "crawler/worker_threads/message_channel.h"
#include "crawler/worker_threads/worker.h"

namespace spinneret::worker_threads {

struct WorkerPoolOptions {
  std::size_t min_threads = 1;
  std::size_t max_threads = 0;                            // 0: as many as the machine has processors
  std::size_t max_queue = 4096;                           // jobs that wait; more are refused
  std::optional<std::chrono::milliseconds> idle_timeout;  // after which a worker beyond min_threads ends
  WorkerOptions worker{
      .name = "pool", .stack_size_bytes = 0, .memory_limit_bytes = 0};  // workers are named name-1, name-2, …
};

enum class JobError {
  kQueueFull,   // max_queue jobs wait already
  kCancelled,   // its stop token asked for it
  kThrew,       // the job's function threw
  kWorkerDied,  // its worker ended under it, or none could be started
  kClosed,      // the pool takes no jobs any more
};

struct JobFailure {
  JobError code = JobError::kClosed;
  std::string message;
  std::exception_ptr exception = nullptr;  // of kThrew
};

// Counts since the pool was made, and what is so now.
struct WorkerPoolReading {
  std::size_t threads = 0;
  std::size_t idle = 0;
  std::size_t queued = 0;
  std::uint64_t submitted = 0;
  std::uint64_t completed = 0;            // answered
  std::uint64_t failed = 0;               // not answered, for whatever reason
  std::uint64_t replaced = 0;             // workers that died and for which another was started
  std::chrono::nanoseconds busy{0};       // that workers spent in jobs
  std::chrono::nanoseconds available{0};  // that workers were there
};

// The share, 0 to 1, of the workers' time between two readings that went into jobs.
double Utilization(const WorkerPoolReading& earlier, const WorkerPoolReading& later);

namespace internal {

class PoolShared;

class PoolJob : public std::enable_shared_from_this<PoolJob> {
 public:
  PoolJob() = default;
  PoolJob(const PoolJob&) = delete;
  PoolJob& operator=(const PoolJob&) = delete;
  virtual ~PoolJob() = default;

  // Cancel is called when `token` is set, now or later.
  void CancelWith(const std::shared_ptr<PoolShared>& shared, const std::stop_token& token);

  // On a worker. Throws only what ends the worker.
  virtual void Run() = 0;
  // Whoever is first gives the result; true for the first.
  virtual bool Fail(JobFailure failure) = 0;

  std::stop_source stop;  // of the running job

 private:
  std::optional<std::stop_callback<std::function<void()>>> on_cancel_;
};

// What is told to the owner's loop: a callback to be called there, or nothing.
using PoolNotice = std::function<void()>;

class PoolShared {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Admission { kTaken, kFull, kClosed };

  PoolShared(const WorkerPoolOptions& options, MessagePort<int, PoolNotice> notices)
      : options_(options), notices_(std::move(notices)) {}

  // The owner.
  Admission Add(std::shared_ptr<PoolJob> job) EXCLUDES(mutex_);
  // A seat to wake for what was added, if one idles; it idles no more.
  std::optional<std::uint32_t> TakeIdleSeat() EXCLUDES(mutex_);
  // There is room for another worker, and something for it to do.
  bool WantsWorker() EXCLUDES(mutex_);
  void AddSeat(std::uint32_t seat) EXCLUDES(mutex_);
  // True when it had not been asked to end.
  bool RemoveSeat(std::uint32_t seat, const std::string& why) EXCLUDES(mutex_);
  // What waits is failed with `failure`.
  void FailQueued(const JobFailure& failure) EXCLUDES(mutex_);
  // No more jobs are added.
  void Close() EXCLUDES(mutex_);
  // Running jobs are asked to stop.
  void StopRunning() EXCLUDES(mutex_);
  void CountReplaced() EXCLUDES(mutex_);
  bool closed() EXCLUDES(mutex_);
  WorkerPoolReading Read() EXCLUDES(mutex_);

  // A worker.
  // The next job, which is then the seat's; null makes the seat idle.
  std::shared_ptr<PoolJob> Take(std::uint32_t seat) EXCLUDES(mutex_);
  void Finished(std::uint32_t seat) EXCLUDES(mutex_);
  // True when the idle seat is to end now.
  bool Retire(std::uint32_t seat) EXCLUDES(mutex_);
  const std::optional<std::chrono::milliseconds>& idle_timeout() const { return options_.idle_timeout; }

  // Any thread.
  void Cancel(const std::shared_ptr<PoolJob>& job) EXCLUDES(mutex_);
  void Settled(bool answered, PoolNotice notice) EXCLUDES(mutex_);

 private:
  struct Seat {
    Clock::time_point since = Clock::now();
    Clock::time_point job_since{};
    std::shared_ptr<PoolJob> job;
    bool retired = false;
  };

  const WorkerPoolOptions options_;
  MessagePort<int, PoolNotice> notices_;  // posted to alone, from any thread

  Mutex mutex_;
  std::deque<std::shared_ptr<PoolJob>> queue_ GUARDED_BY(mutex_);
  std::map<std::uint32_t, Seat> seats_ GUARDED_BY(mutex_);
  std::vector<std::uint32_t> idle_ GUARDED_BY(mutex_);  // the last one to become idle is woken first
  WorkerPoolReading counts_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

class PoolCore {
 public:
  explicit PoolCore(WorkerPoolOptions options);
  ~PoolCore();
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;

  // A job that is not taken is failed.
  void Submit(const std::shared_ptr<PoolJob>& job);
  void Close();
  void OnDrain(std::function<void()> handler) { on_drain_ = std::move(handler); }
  void OnWorkerError(std::function<void(const WorkerError&)> handler) { on_worker_error_ = std::move(handler); }
  WorkerPoolReading Read() const { return shared_->Read(); }
  const std::shared_ptr<PoolShared>& shared() const { return shared_; }

 private:
  struct SeatWorker;

  void StartWorkers();
  void StartWorker();
  void SeatEnded(std::uint32_t seat);
  void Noticed(const PoolNotice& notice);
  void EndWorkersWhenDone();

  const WorkerPoolOptions options_;
  const std::shared_ptr<LoopLink> link_ = EventLoop::Current().link();
  MessageChannel<PoolNotice, int> notices_;
  std::shared_ptr<PoolShared> shared_;
  std::map<std::uint32_t, std::unique_ptr<SeatWorker>> workers_;
  std::uint32_t last_seat_ = 0;
  std::size_t outstanding_ = 0;  // submitted, and not yet noticed to be settled
  bool waited_ = false;          // the queue was not empty since the last drain
  std::function<void()> on_drain_;
  std::function<void(const WorkerError&)> on_worker_error_;
  // Told apart from `this` by handlers that may outlive the pool's destruction from within one of them.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace internal

}  // namespace spinneret::worker_threads
