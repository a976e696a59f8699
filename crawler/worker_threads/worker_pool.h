// WorkerPool: jobs over workers that it starts, replaces and ends. A job goes in by value, its answer comes out as one.
//
//   WorkerPool<std::string, Digest> pool([](std::string path) { return HashFile(path); }, {.max_threads = 4});
//   auto digest = pool.Submit("a.txt");                             // a future
//   pool.Submit("b.txt", [](JobResult<Digest> result) { … });       // or a callback on this loop
//   JobResult<Digest> first = pool.Await(digest);                   // runs this loop until it is there
//
// Function   is called on any of the workers, on several at once: what it shares it guards. It takes the job, or the
//            job and a stop token that is set when the job is cancelled. What it throws fails the job (kThrew), not the
//            worker.
// Thread     all members: the thread that made the pool; its futures and stop tokens: any. Workers take the next job
//            themselves, so answers do not need the owner's loop; but only there are callbacks called, dead workers
//            replaced and needed ones added. Who blocks in a future's get() does without these; Await does not.
// Size       min_threads are kept. Another is started, up to max_threads, when a job finds none free; it ends after
//            idle_timeout without a job, if one is set.
// Queue      first in, first out, at most max_queue jobs that wait; more are refused at once with kQueueFull.
// Cancel     by a stop token given with the job. The result is kCancelled at once. A job that waits is taken out; one
//            that runs is told by its own token, and its answer is dropped. Departure from Piscina: a job that never
//            looks is not stopped, as C++ has no way to; it keeps its worker until it returns.
// Death      A job that ends its worker (Exit, its memory limit) fails with kWorkerDied, and another worker is started.
//            One that cannot be started is not tried again until the next job; if none is left, what waits fails.
// Loop       is held while jobs are under way, and not by idle workers.
// End        Close takes no more jobs and ends the workers when the last is done. The destructor fails what waits
//            (kClosed), asks what runs to stop, and waits for it; callbacks of those are not called.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <variant>

#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/internal/pool_core.h"
#include "crawler/worker_threads/message.h"

namespace spinneret::worker_threads {

template <class Answer>
using JobResult = std::variant<Answer, JobFailure>;

namespace internal {

template <class Job, class Answer>
class TypedPoolJob final : public PoolJob {
 public:
  using Function = std::function<Answer(Job, std::stop_token)>;
  using Done = std::function<void(JobResult<Answer>)>;

  TypedPoolJob(Job job, std::shared_ptr<const Function> function, std::shared_ptr<PoolShared> shared, Done done)
      : job_(std::move(job)), function_(std::move(function)), shared_(std::move(shared)), done_(std::move(done)) {}

  std::future<JobResult<Answer>> result() { return promise_.get_future(); }

  void Run() override {
    if (settled_.load()) {
      return;  // cancelled on its way to the worker
    }
    std::optional<Answer> answer;
    try {
      answer.emplace((*function_)(std::move(job_), stop.get_token()));
    } catch (const ExitRequest&) {
      Fail({JobError::kWorkerDied, "the job called Exit"});
      throw;
    } catch (const std::exception& e) {
      Fail({JobError::kThrew, e.what(), std::current_exception()});
      return;
    } catch (...) {
      Fail({JobError::kThrew, "unknown exception", std::current_exception()});
      return;
    }
    Settle(JobResult<Answer>(std::in_place_index<0>, std::move(*answer)));
  }
  bool Fail(JobFailure failure) override {
    return Settle(JobResult<Answer>(std::in_place_index<1>, std::move(failure)));
  }

 private:
  bool Settle(JobResult<Answer> result) {
    if (settled_.exchange(true)) {
      return false;
    }
    const bool answered = result.index() == 0;
    PoolNotice notice;
    if (done_) {
      notice = [done = std::move(done_), shared = std::make_shared<JobResult<Answer>>(std::move(result))] {
        done(std::move(*shared));
      };
    } else {
      promise_.set_value(std::move(result));
    }
    shared_->Settled(answered, std::move(notice));
    return true;
  }

  Job job_;
  const std::shared_ptr<const Function> function_;
  const std::shared_ptr<PoolShared> shared_;
  Done done_;  // or the promise
  std::promise<JobResult<Answer>> promise_;
  std::atomic<bool> settled_{false};
};

}  // namespace internal

template <Message Job, Message Answer>
class WorkerPool {
  using PoolJob = internal::TypedPoolJob<Job, Answer>;

 public:
  using Result = JobResult<Answer>;
  using Future = std::future<Result>;

  template <class F>
  requires std::is_invocable_r_v<Answer, F&, Job> || std::is_invocable_r_v<Answer, F&, Job, std::stop_token>
  explicit WorkerPool(F function, WorkerPoolOptions options = {})
      : function_(std::make_shared<const typename PoolJob::Function>(Adapt(std::move(function)))),
        core_(std::move(options)) {}

  // The result comes in any case, and once. `cancel` gives the job up when it is set.
  Future Submit(Job job, std::stop_token cancel = {}) { return Start(std::move(job), nullptr, cancel)->result(); }
  // `done` is called on this thread's loop, never from within a call.
  void Submit(Job job, std::function<void(Result)> done, std::stop_token cancel = {}) {
    Start(std::move(job), std::move(done), cancel);
  }

  // Runs this thread's loop until `future` has its result; not from within one of the loop's callbacks. What handlers
  // throw meanwhile is thrown on.
  Result Await(Future& future) {
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      EventLoop::Current().RunOnce(EventLoop::Wait::kYes);
    }
    return future.get();
  }

  // Called when nothing waits any more after something did: the time to submit more.
  void OnDrain(std::function<void()> handler) { core_.OnDrain(std::move(handler)); }
  // Of workers that ended by an error, or could not be started. Without a handler nothing is logged; jobs tell.
  void OnWorkerError(std::function<void(const WorkerError&)> handler) { core_.OnWorkerError(std::move(handler)); }

  void Close() { core_.Close(); }

  // What is so now, and counts; two of them give the Utilization of the time between.
  WorkerPoolReading Read() const { return core_.Read(); }

 private:
  template <class F>
  static typename PoolJob::Function Adapt(F function) {
    if constexpr (std::is_invocable_r_v<Answer, F&, Job, std::stop_token>) {
      return typename PoolJob::Function(std::move(function));
    } else {
      return [function = std::move(function)](Job job, const std::stop_token& /*cancelled*/) mutable -> Answer {
        return function(std::move(job));
      };
    }
  }

  std::shared_ptr<PoolJob> Start(Job job, std::function<void(Result)> done, const std::stop_token& cancel) {
    auto started = std::make_shared<PoolJob>(std::move(job), function_, core_.shared(), std::move(done));
    core_.Submit(started);
    if (cancel.stop_possible()) {
      started->CancelWith(core_.shared(), cancel);
    }
    return started;
  }

  const std::shared_ptr<const typename PoolJob::Function> function_;
  internal::PoolCore core_;
};

}  // namespace spinneret::worker_threads
