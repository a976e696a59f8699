// WorkerCore and WorkerStart: what a Worker is but for its protocol's types.
//
// Thread     WorkerCore: the creating thread, whose loop it is a task of, but for what is marked. WorkerStart: made on
//            the creating thread, then the worker's alone.
// Life       The worker's thread borrows the core. That is safe because a core that is given up joins the thread first.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <pthread.h>
#include <time.h>

#include "base/mutex.h"
#include "base/result.h"
#include "crawler/worker_threads/environment_data.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/internal/loop_link.h"
#include "crawler/worker_threads/internal/memory_account.h"
#include "crawler/worker_threads/loop_utilization.h"
#include "crawler/worker_threads/resource_limits.h"

namespace spinneret::worker_threads {

struct WorkerOptions {
  std::string name;                    // of the thread (its first 15 bytes), for ThreadName, and for messages
  std::size_t stack_size_bytes = 0;    // 0: the system's default; small values are raised to what a thread needs
  std::size_t memory_limit_bytes = 0;  // 0: none; resource_limits.h says what counts
};

enum class WorkerErrorCode {
  kUncaughtException,  // something was thrown and not caught
  kInitFailed,         // the thread or its loop could not be made; the message begins with "kWorkerInitFailed"
  kOutOfMemory,        // its memory limit is reached; the message begins with "kWorkerOutOfMemory"
  kDataCloneError,     // the start-up data could not be transferred; the message begins so
};

struct WorkerError {
  std::exception_ptr exception;  // never null
  std::string message;           // what(), or "unknown exception"
  WorkerErrorCode code = WorkerErrorCode::kUncaughtException;
};

// The exception of a worker that could not be started.
class WorkerInitFailed : public std::exception {
 public:
  explicit WorkerInitFailed(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

namespace internal {

// What a worker's thread is given.
class WorkerStart {
 public:
  WorkerStart(std::function<void()> run, const std::type_info& protocol_type, const std::type_info& data_type_info)
      : entry(std::move(run)), protocol(protocol_type), data_type(data_type_info) {}
  virtual ~WorkerStart() = default;
  WorkerStart(const WorkerStart&) = delete;
  WorkerStart& operator=(const WorkerStart&) = delete;

  virtual void* data() = 0;
  virtual void* port() = 0;
  // Takes the handlers off the parent port; they may own what lives on the loop.
  virtual void DropHandlers() = 0;

  std::function<void()> entry;
  const std::type_info& protocol;
  const std::type_info& data_type;
  Environment environment;  // the creating thread's, as it was
};

class WorkerCore : public LoopTask {
 public:
  explicit WorkerCore(WorkerOptions options);

  // Once, right after construction.
  void Start(std::unique_ptr<WorkerStart> start);
  // Instead of Start: the events of a worker that could not be.
  void StartFailed(const Error& error);
  // Terminates, joins, gives no events from here on.
  void Dispose();

  void OnOnline(std::function<void()> handler);
  void OnError(std::function<void(const WorkerError&)> handler);
  void OnExit(std::function<void(int)> handler);
  void Ref() { SetRef(true); }
  void Unref() { SetRef(false); }
  const std::string& name() const;
  bool finished() const { return finished_; }
  ResourceLimits resource_limits() const;

  // Any thread.
  std::uint32_t thread_id() const { return thread_id_; }
  std::future<int> Terminate() EXCLUDES(mutex_);
  LoopUtilizationReading LoopUtilization() const EXCLUDES(mutex_);
  Result<std::chrono::nanoseconds> CpuUsage() const EXCLUDES(mutex_);
  std::size_t MemoryUsed() const { return account_->used(); }

  void RunTurn() override;
  void StopSoon() noexcept override { RequestStop(); }
  void LoopClosing() noexcept override { Dispose(); }

 protected:
  // For the typed worker: a turn soon.
  void Reschedule();

  virtual void SetReader(const std::shared_ptr<LoopLink>& link) = 0;
  virtual bool HasListener() const = 0;
  virtual bool HasQueued() = 0;
  virtual void Deliver(const EventLoop& loop) = 0;
  virtual void DropListener() = 0;
  virtual void DropQueued() = 0;

 private:
  enum class Phase {
    kStarting,  // the thread is not there yet, or has no loop yet
    kOnline,    // the entry or the loop runs
    kEnded,     // the exit code stands; the thread is about to be gone
  };
  struct ThreadArgument;
  struct Ending {
    int code = 0;
    std::optional<WorkerError> error;
  };

  // The worker's thread.
  static void* ThreadMain(void* argument);
  void RunThread(std::unique_ptr<WorkerStart> start);
  Ending RunWorker(WorkerStart& start);
  bool GoOnline(const std::shared_ptr<LoopLink>& link) EXCLUDES(mutex_);
  void End(Ending ending) EXCLUDES(mutex_);

  // Any thread.
  void RequestStop() EXCLUDES(mutex_);

  // The creating thread.
  int StartThread(std::unique_ptr<WorkerStart>& start);
  void Turn(EventLoop& loop);
  void TellError();
  void SetRef(bool ref);
  void Finish();
  void Join();

  const std::uint32_t thread_id_;
  const WorkerOptions options_;
  const std::shared_ptr<LoopLink> parent_;
  const MemoryAccount::Handle account_;
  std::stop_source stop_;

  // Creating thread only.
  std::optional<pthread_t> thread_;  // while it is to be joined
  std::shared_ptr<const std::function<void()>> on_online_;
  std::shared_ptr<const std::function<void(const WorkerError&)>> on_error_;
  std::shared_ptr<const std::function<void(int)>> on_exit_;
  bool holding_ = false;  // has a Hold on the creating thread's loop
  bool online_told_ = false;
  bool error_told_ = false;
  bool finished_ = false;  // exit was told, or the worker was given up

  mutable Mutex mutex_;
  Phase phase_ GUARDED_BY(mutex_) = Phase::kStarting;
  bool was_online_ GUARDED_BY(mutex_) = false;
  std::shared_ptr<LoopLink> link_ GUARDED_BY(mutex_);  // the worker's loop, while online
  clockid_t cpu_clock_ GUARDED_BY(mutex_) = 0;         // of the worker's thread, while online
  Ending ending_ GUARDED_BY(mutex_);
  std::vector<std::promise<int>> waiting_ GUARDED_BY(mutex_);  // of Terminate; filled there, emptied by End
};

}  // namespace internal

}  // namespace spinneret::worker_threads
