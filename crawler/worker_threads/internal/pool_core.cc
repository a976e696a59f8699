#include "crawler/worker_threads/internal/pool_core.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <uv.h>

#include "base/check.h"
#include "crawler/worker_threads/event_loop.h"

namespace spinneret::worker_threads {
namespace internal {
namespace {

// A worker goes back to its loop after this long, for what else waits there.
constexpr std::chrono::milliseconds kLongestTurn{1};

WorkerPoolOptions Completed(WorkerPoolOptions options) {
  if (options.max_threads == 0) {
    options.max_threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  }
  options.max_threads = std::max(options.max_threads, std::max<std::size_t>(1, options.min_threads));
  return options;
}

struct PoolSeat {
  std::shared_ptr<PoolShared> shared;
  std::uint32_t seat = 0;
  std::unique_ptr<uv_timer_t> idle_timer;  // made on the worker; goes after its loop
};

struct Wake {};

struct PoolProtocol {
  using Data = PoolSeat;
  using ToWorker = Wake;
  using ToParent = int;
};

void BecomeIdle(PoolSeat& seat) {
  if (seat.idle_timer == nullptr) {
    return;
  }
  seat.idle_timer->data = &seat;
  uv_timer_start(
      seat.idle_timer.get(),
      [](uv_timer_t* timer) {
        RunGuarded([timer] {
          const auto& idle = *static_cast<PoolSeat*>(timer->data);
          if (idle.shared->Retire(idle.seat)) {
            Exit(0);
          }
        });
      },
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, seat.shared->idle_timeout()->count())), 0);
}

void RunJobs(PoolSeat& seat, MessagePort<Wake, Wake>& to_self) {
  if (seat.idle_timer != nullptr) {
    uv_timer_stop(seat.idle_timer.get());
  }
  const auto turn_ends = PoolShared::Clock::now() + kLongestTurn;
  while (!EventLoop::Current().stopping()) {
    const std::shared_ptr<PoolJob> job = seat.shared->Take(seat.seat);
    if (job == nullptr) {
      BecomeIdle(seat);
      return;
    }
    // The seat keeps a job that is left by an exception that ends the worker; RemoveSeat fails it.
    job->Run();
    seat.shared->Finished(seat.seat);
    if (PoolShared::Clock::now() >= turn_ends) {
      to_self.PostMessage(Wake{});
      return;
    }
  }
}

void RunSeat() {
  auto& seat = WorkerData<PoolSeat>();
  if (seat.shared->idle_timeout()) {
    seat.idle_timer = std::make_unique<uv_timer_t>();
    SPINNERET_CHECK(uv_timer_init(EventLoop::Current().uv(), seat.idle_timer.get()) == 0, "timers cannot fail");
  }
  auto self = std::make_shared<MessageChannel<Wake, Wake>>();
  self->port1.OnMessage([&seat, self](Wake) { RunJobs(seat, self->port2); });
  self->port1.Unref();
  ParentPort<PoolProtocol>()->OnMessage([&seat, self](Wake) { RunJobs(seat, self->port2); });
  RunJobs(seat, self->port2);
}

}  // namespace

void PoolJob::CancelWith(const std::shared_ptr<PoolShared>& shared, const std::stop_token& token) {
  on_cancel_.emplace(token, [job = weak_from_this(), shared] {
    if (const std::shared_ptr<PoolJob> cancelled = job.lock()) {
      shared->Cancel(cancelled);
    }
  });
}

PoolShared::Admission PoolShared::Add(std::shared_ptr<PoolJob> job) {
  MutexLock lock(mutex_);
  if (closed_) {
    return Admission::kClosed;
  }
  // What a free worker, or one still to be started, is about to take does not wait.
  const auto running = static_cast<std::size_t>(
      std::count_if(seats_.begin(), seats_.end(), [](const auto& seat) { return seat.second.job != nullptr; }));
  const std::size_t free = options_.max_threads - std::min(running, options_.max_threads);
  if (queue_.size() >= free && queue_.size() - free >= options_.max_queue) {
    return Admission::kFull;
  }
  queue_.push_back(std::move(job));
  ++counts_.submitted;
  return Admission::kTaken;
}

std::optional<std::uint32_t> PoolShared::TakeIdleSeat() {
  MutexLock lock(mutex_);
  if (idle_.empty() || queue_.empty()) {
    return std::nullopt;
  }
  const std::uint32_t seat = idle_.back();
  idle_.pop_back();
  return seat;
}

bool PoolShared::WantsWorker() {
  MutexLock lock(mutex_);
  std::size_t live = 0;
  std::size_t free = 0;
  for (const auto& [id, seat] : seats_) {
    live += seat.retired ? 0 : 1;
    free += !seat.retired && seat.job == nullptr ? 1 : 0;
  }
  return live < options_.min_threads || (queue_.size() > free && live < options_.max_threads);
}

void PoolShared::AddSeat(std::uint32_t seat) {
  MutexLock lock(mutex_);
  seats_.try_emplace(seat);
}

bool PoolShared::RemoveSeat(std::uint32_t seat, const std::string& why) {
  std::shared_ptr<PoolJob> job;
  bool retired = false;
  {
    MutexLock lock(mutex_);
    const auto it = seats_.find(seat);
    if (it == seats_.end()) {
      return false;
    }
    const auto now = Clock::now();
    counts_.available += now - it->second.since;
    job = std::move(it->second.job);
    if (job != nullptr) {
      counts_.busy += now - it->second.job_since;
    }
    retired = it->second.retired;
    seats_.erase(it);
    std::erase(idle_, seat);
  }
  if (job != nullptr) {
    job->Fail({JobError::kWorkerDied, why});
  }
  return !retired;
}

void PoolShared::FailQueued(const JobFailure& failure) {
  std::deque<std::shared_ptr<PoolJob>> failed;
  {
    MutexLock lock(mutex_);
    failed.swap(queue_);
  }
  for (const std::shared_ptr<PoolJob>& job : failed) {
    job->Fail(failure);
  }
}

void PoolShared::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
}

void PoolShared::StopRunning() {
  std::vector<std::shared_ptr<PoolJob>> running;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, seat] : seats_) {
      if (seat.job != nullptr) {
        running.push_back(seat.job);
      }
    }
  }
  for (const std::shared_ptr<PoolJob>& job : running) {
    job->stop.request_stop();
  }
}

void PoolShared::CountReplaced() {
  MutexLock lock(mutex_);
  ++counts_.replaced;
}

bool PoolShared::closed() {
  MutexLock lock(mutex_);
  return closed_;
}

WorkerPoolReading PoolShared::Read() {
  MutexLock lock(mutex_);
  WorkerPoolReading reading = counts_;
  const auto now = Clock::now();
  for (const auto& [id, seat] : seats_) {
    reading.available += now - seat.since;
    if (seat.job != nullptr) {
      reading.busy += now - seat.job_since;
    }
  }
  reading.threads = seats_.size();
  reading.idle = idle_.size();
  reading.queued = queue_.size();
  return reading;
}

std::shared_ptr<PoolJob> PoolShared::Take(std::uint32_t seat) {
  MutexLock lock(mutex_);
  if (queue_.empty()) {
    if (std::find(idle_.begin(), idle_.end(), seat) == idle_.end()) {
      idle_.push_back(seat);
    }
    return nullptr;
  }
  std::erase(idle_, seat);
  std::shared_ptr<PoolJob> job = std::move(queue_.front());
  queue_.pop_front();
  Seat& taken = seats_.at(seat);
  taken.job = job;
  taken.job_since = Clock::now();
  return job;
}

void PoolShared::Finished(std::uint32_t seat) {
  std::shared_ptr<PoolJob> finished;
  MutexLock lock(mutex_);
  Seat& done = seats_.at(seat);
  counts_.busy += Clock::now() - done.job_since;
  finished.swap(done.job);
}

bool PoolShared::Retire(std::uint32_t seat) {
  MutexLock lock(mutex_);
  const auto it = std::find(idle_.begin(), idle_.end(), seat);
  const auto live = static_cast<std::size_t>(
      std::count_if(seats_.begin(), seats_.end(), [](const auto& each) { return !each.second.retired; }));
  if (it == idle_.end() || live <= options_.min_threads) {
    return false;
  }
  idle_.erase(it);
  seats_.at(seat).retired = true;
  return true;
}

void PoolShared::Cancel(const std::shared_ptr<PoolJob>& job) {
  {
    MutexLock lock(mutex_);
    std::erase(queue_, job);  // `job` keeps it alive
  }
  // Before the job hears of it: one that returns at once would else still answer.
  job->Fail({JobError::kCancelled, "the job was cancelled"});
  job->stop.request_stop();
}

void PoolShared::Settled(bool answered, PoolNotice notice) {
  {
    MutexLock lock(mutex_);
    ++(answered ? counts_.completed : counts_.failed);
  }
  notices_.PostMessage(std::move(notice));
}

struct PoolCore::SeatWorker {
  SeatWorker(std::uint32_t seat, const std::shared_ptr<PoolShared>& shared, WorkerOptions options)
      : worker(RunSeat, PoolSeat{shared, seat, nullptr}, std::move(options)) {}
  bool online = false;
  std::string error;
  Worker<PoolProtocol> worker;
};

PoolCore::PoolCore(WorkerPoolOptions options)
    : options_(Completed(std::move(options))),
      shared_(std::make_shared<PoolShared>(options_, std::move(notices_.port2))) {
  notices_.port1.OnMessage([this](const PoolNotice& notice) { Noticed(notice); });
  notices_.port1.Unref();
  StartWorkers();
}

PoolCore::~PoolCore() {
  *alive_ = false;
  shared_->Close();
  shared_->FailQueued({JobError::kClosed, "the pool was destroyed"});
  shared_->StopRunning();
  for (const auto& [seat, worker] : workers_) {
    worker->worker.Terminate();
  }
  workers_.clear();
  if (EventLoop* const loop = link_->loop(); loop != nullptr && outstanding_ > 0) {
    loop->Release();
  }
}

void PoolCore::StartWorkers() {
  while (!shared_->closed() && shared_->WantsWorker()) {
    StartWorker();
  }
}

void PoolCore::StartWorker() {
  const std::uint32_t seat = ++last_seat_;
  shared_->AddSeat(seat);
  WorkerOptions options = options_.worker;
  options.name += "-" + std::to_string(seat);
  auto started = std::make_unique<SeatWorker>(seat, shared_, std::move(options));
  SeatWorker& made = *started;
  made.worker.Unref();  // what holds the loop is jobs
  made.worker.OnOnline([&made] { made.online = true; });
  made.worker.OnError([this, &made](const WorkerError& error) {
    made.error = error.message;
    if (const auto handler = on_worker_error_) {
      handler(error);
    }
  });
  made.worker.OnExit([this, seat](int) { SeatEnded(seat); });
  workers_.emplace(seat, std::move(started));
}

void PoolCore::SeatEnded(std::uint32_t seat) {
  const auto it = workers_.find(seat);
  const std::unique_ptr<SeatWorker> ended = std::move(it->second);
  workers_.erase(it);
  const bool died = shared_->RemoveSeat(seat, ended->error.empty() ? "the job's worker ended under it" : ended->error);
  if (shared_->closed()) {
    return;
  }
  if (died && !ended->online) {
    // Another would fail likewise; who waits is told when nobody is left to serve.
    if (workers_.empty()) {
      shared_->FailQueued({JobError::kWorkerDied, ended->error});
    }
    return;
  }
  if (died && shared_->WantsWorker()) {
    shared_->CountReplaced();
  }
  StartWorkers();
}

void PoolCore::Submit(const std::shared_ptr<PoolJob>& job) {
  switch (shared_->Add(job)) {
    case PoolShared::Admission::kClosed:
      job->Fail({JobError::kClosed, "the pool is closed"});
      break;
    case PoolShared::Admission::kFull:
      job->Fail({JobError::kQueueFull, std::to_string(options_.max_queue) + " jobs wait already"});
      break;
    case PoolShared::Admission::kTaken:
      if (const auto seat = shared_->TakeIdleSeat()) {
        workers_.at(*seat)->worker.PostMessage(Wake{});
      }
      StartWorkers();
      break;
  }
  // Also for a refused job: its callback comes on the loop like any other.
  if (EventLoop* const loop = link_->loop(); loop != nullptr && outstanding_++ == 0) {
    loop->Hold();
  }
  waited_ = waited_ || shared_->Read().queued > 0;
}

void PoolCore::Noticed(const PoolNotice& notice) {
  const std::shared_ptr<bool> alive = alive_;
  if (outstanding_ > 0 && --outstanding_ == 0) {
    link_->loop()->Release();
  }
  EndWorkersWhenDone();
  if (notice) {
    notice();
  }
  if (*alive && waited_ && shared_->Read().queued == 0) {
    waited_ = false;
    if (const auto handler = on_drain_) {
      handler();
    }
  }
}

void PoolCore::Close() {
  shared_->Close();
  EndWorkersWhenDone();
}

void PoolCore::EndWorkersWhenDone() {
  if (outstanding_ == 0 && shared_->closed()) {
    for (const auto& [seat, worker] : workers_) {
      worker->worker.Terminate();
    }
  }
}

}  // namespace internal

double Utilization(const WorkerPoolReading& earlier, const WorkerPoolReading& later) {
  const auto available = later.available - earlier.available;
  if (available.count() <= 0) {
    return 0;
  }
  return std::clamp(static_cast<double>((later.busy - earlier.busy).count()) / static_cast<double>(available.count()),
                    0.0, 1.0);
}

}  // namespace spinneret::worker_threads
