#include "crawler/worker_threads/internal/worker_core.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "crawler/worker_threads/this_thread.h"
#include "crawler/worker_threads/thread_message.h"

namespace spinneret::worker_threads::internal {
namespace {

// A thread's first pages go to its thread-local objects and to the loop's poll buffer (12 KB on the stack); below this
// a worker would die before its entry.
constexpr std::size_t kMinStackBytes = 128 * 1024;

template <class F>
std::shared_ptr<const F> Shared(F handler) {
  return handler ? std::make_shared<const F>(std::move(handler)) : nullptr;
}

std::string Describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    const char* const what = e.what();
    return what != nullptr ? what : "unknown exception";
  } catch (...) {
    return "unknown exception";
  }
}

WorkerError InitFailed(const std::string& reason) {
  std::string message = "kWorkerInitFailed: " + reason;
  return WorkerError{std::make_exception_ptr(WorkerInitFailed(message)), message, WorkerErrorCode::kInitFailed};
}

// Signals are the main thread's business. What a fault raises stays deliverable on the thread that made it, as do the
// timers that profilers use. SIGPIPE is blocked with the rest, so that a broken connection is an error code here.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (const int kept : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF, SIGVTALRM}) {
      sigdelset(&blocked, kept);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

struct WorkerCore::ThreadArgument {
  WorkerCore* core;
  std::unique_ptr<WorkerStart> start;
};

WorkerCore::WorkerCore(WorkerOptions options)
    : thread_id_(NextThreadId()),
      options_(std::move(options)),
      parent_(EventLoop::Current().link()),
      account_(MemoryAccount::Open(options_.memory_limit_bytes)) {}

void WorkerCore::Start(std::unique_ptr<WorkerStart> start) {
  SPINNERET_CHECK(start->entry != nullptr, "a worker needs an entry");
  EventLoop& loop = EventLoop::Current();
  if (parent_->loop() == nullptr) {
    // The thread that makes this worker is closing its loop: nobody would ever hear of it.
    finished_ = true;
    End(Ending{1, InitFailed("the loop of the creating thread is closed")});
    return;
  }
  loop.Attach(this);
  SetReader(parent_);
  SetRef(true);
  start->environment = CurrentEnvironment();
  AddKnownThread(thread_id_);
  if (const int code = StartThread(start); code != 0) {
    End(Ending{1, InitFailed("cannot start a thread: " + std::generic_category().message(code))});
  }
}

void WorkerCore::StartFailed(const Error& error) {
  WorkerError told{std::make_exception_ptr(WorkerInitFailed(error.message)), error.message,
                   WorkerErrorCode::kDataCloneError};
  if (EventLoop* const loop = parent_->loop(); loop != nullptr) {
    loop->Attach(this);
    SetRef(true);
  } else {
    finished_ = true;
  }
  End(Ending{1, std::move(told)});
}

int WorkerCore::StartThread(std::unique_ptr<WorkerStart>& start) {
  pthread_attr_t attributes;
  if (const int code = pthread_attr_init(&attributes); code != 0) {
    return code;
  }
  if (options_.stack_size_bytes > 0) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t wanted = std::max(options_.stack_size_bytes, kMinStackBytes);
    const std::size_t rounded = wanted > SIZE_MAX - page ? wanted / page * page : (wanted + page - 1) / page * page;
    if (const int code = pthread_attr_setstacksize(&attributes, rounded); code != 0) {
      pthread_attr_destroy(&attributes);
      return code;
    }
  }
  auto argument = std::make_unique<ThreadArgument>(ThreadArgument{this, std::move(start)});
  pthread_t thread{};
  int code = 0;
  {
    const SignalsBlocked inherited_by_the_thread;
    code = pthread_create(&thread, &attributes, &WorkerCore::ThreadMain, argument.get());
  }
  pthread_attr_destroy(&attributes);
  if (code == 0) {
    argument.release();  // NOLINT(bugprone-unused-return-value): the thread owns it now
    thread_ = thread;
  }
  return code;
}

void* WorkerCore::ThreadMain(void* argument) {
  const std::unique_ptr<ThreadArgument> given(static_cast<ThreadArgument*>(argument));
  given->core->RunThread(std::move(given->start));
  return nullptr;
}

void WorkerCore::RunThread(std::unique_ptr<WorkerStart> start) {
  if (!options_.name.empty()) {
    pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
  }
  ThreadContext context{.id = thread_id_,
                        .name = options_.name,
                        .stop = stop_.get_token(),
                        .start = start.get(),
                        .limits = {options_.memory_limit_bytes, options_.stack_size_bytes}};
  SetCurrentThreadContext(&context);
  CurrentEnvironment().swap(start->environment);
  Ending ending = RunWorker(*start);
  start.reset();  // closes the parent port; start-up data goes on the thread that used it
  // What the start-up data's destructors left on a loop of their own making.
  DropThreadMessages();
  EventLoop::CloseCurrent();
  CurrentEnvironment().clear();
  context.start = nullptr;
  SetCurrentThreadContext(nullptr);
  End(std::move(ending));
}

WorkerCore::Ending WorkerCore::RunWorker(WorkerStart& start) {
  Result<EventLoop*> opened = EventLoop::Open();
  if (!opened) {
    return Ending{1, InitFailed(opened.error().message)};
  }
  EventLoop& loop = **opened;
  Ending ending;
  if (GoOnline(loop.link())) {
    try {
      const ChargeTo charged(account_.get());
      start.entry();
      loop.Run();
    } catch (const ExitRequest&) {
      // Its code is in the context.
    } catch (...) {
      const std::exception_ptr exception = std::current_exception();
      ending = Ending{1, WorkerError{exception, Describe(exception)}};
    }
  }
  const ThreadContext& context = *CurrentThreadContext();
  if (account_->exceeded()) {
    // Also when the exception was kept by a catch-all, or an exit came of it.
    const WorkerOutOfMemory exceeded;
    ending = Ending{1, WorkerError{std::make_exception_ptr(exceeded), exceeded.what(), WorkerErrorCode::kOutOfMemory}};
  } else if (context.exit_requested) {
    ending = Ending{context.exit_code, std::nullopt};
  } else if (context.stop.stop_requested()) {
    // What is thrown after the request is taken for the computation's way out.
    ending = Ending{1, std::nullopt};
  }
  loop.link()->RequestEnd();
  // Handlers and entry may own handles, ports and workers; they close them while the loop is still there.
  start.DropHandlers();
  DropThreadMessages();
  start.entry = nullptr;
  EventLoop::CloseCurrent();
  return ending;
}

bool WorkerCore::GoOnline(const std::shared_ptr<LoopLink>& link) {
  {
    MutexLock lock(mutex_);
    link_ = link;
    if (pthread_getcpuclockid(pthread_self(), &cpu_clock_) != 0) {
      cpu_clock_ = CLOCK_THREAD_CPUTIME_ID;
    }
    phase_ = Phase::kOnline;
    // A request that came before this found no loop to end.
    if (stop_.stop_requested()) {
      return false;
    }
    was_online_ = true;
  }
  Reschedule();
  return true;
}

void WorkerCore::End(Ending ending) {
  std::vector<std::promise<int>> waiting;
  const int code = ending.code;
  std::shared_ptr<LoopLink> link;
  RemoveKnownThread(thread_id_);
  {
    MutexLock lock(mutex_);
    phase_ = Phase::kEnded;
    ending_ = std::move(ending);
    waiting.swap(waiting_);
    link.swap(link_);
  }
  for (std::promise<int>& promise : waiting) {
    promise.set_value(code);
  }
  Reschedule();
}

void WorkerCore::Reschedule() {
  parent_->Schedule(shared_from_this());
}

void WorkerCore::RequestStop() {
  stop_.request_stop();
  std::shared_ptr<LoopLink> link;
  {
    MutexLock lock(mutex_);
    link = link_;
  }
  if (link != nullptr) {
    link->RequestEnd();
  }
}

std::future<int> WorkerCore::Terminate() {
  RequestStop();
  std::promise<int> promise;
  std::future<int> code = promise.get_future();
  MutexLock lock(mutex_);
  if (phase_ == Phase::kEnded) {
    promise.set_value(ending_.code);
  } else {
    waiting_.push_back(std::move(promise));
  }
  return code;
}

LoopUtilizationReading WorkerCore::LoopUtilization() const {
  std::shared_ptr<LoopLink> link;
  {
    MutexLock lock(mutex_);
    link = link_;
  }
  return link != nullptr ? link->Utilization() : LoopUtilizationReading{};
}

Result<std::chrono::nanoseconds> WorkerCore::CpuUsage() const {
  MutexLock lock(mutex_);
  timespec used{};
  if (phase_ != Phase::kOnline || clock_gettime(cpu_clock_, &used) != 0) {
    return Err(ErrorCode::kNotFound, "kWorkerNotRunning: worker " + std::to_string(thread_id_) + " does not run");
  }
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

ResourceLimits WorkerCore::resource_limits() const {
  return finished_ ? ResourceLimits{} : ResourceLimits{options_.memory_limit_bytes, options_.stack_size_bytes};
}

const std::string& WorkerCore::name() const {
  static const std::string kNone;
  return finished_ ? kNone : options_.name;
}

void WorkerCore::OnOnline(std::function<void()> handler) {
  const auto replaced = std::exchange(on_online_, finished_ ? nullptr : Shared(std::move(handler)));
}

void WorkerCore::OnError(std::function<void(const WorkerError&)> handler) {
  const auto replaced = std::exchange(on_error_, finished_ ? nullptr : Shared(std::move(handler)));
}

void WorkerCore::OnExit(std::function<void(int)> handler) {
  const auto replaced = std::exchange(on_exit_, finished_ ? nullptr : Shared(std::move(handler)));
}

void WorkerCore::SetRef(bool ref) {
  if (finished_ || ref == holding_) {
    return;
  }
  SPINNERET_CHECK(parent_->OnLoopThread(), "a worker is used on the thread that made it");
  holding_ = ref;
  ref ? parent_->loop()->Hold() : parent_->loop()->Release();
}

void WorkerCore::RunTurn() {
  if (finished_) {
    return;
  }
  try {
    Turn(*parent_->loop());
  } catch (...) {
    if (!finished_) {
      Reschedule();
    }
    throw;
  }
}

void WorkerCore::Turn(EventLoop& loop) {
  bool online = false;
  bool ended = false;
  {
    // Read before the messages: what the worker posted before its end is in the inbox by then.
    MutexLock lock(mutex_);
    online = was_online_;
    ended = phase_ == Phase::kEnded;
  }
  if (online && !online_told_) {
    online_told_ = true;
    if (const auto handler = on_online_) {
      (*handler)();
    }
  }
  // Each step may have given the worker up or stopped the loop. What came online since the look above may have posted
  // already; its messages wait for the turn that tells so.
  if (online && !finished_) {
    Deliver(loop);
  }
  if (finished_) {
    return;
  }
  if (loop.stopping() || (HasListener() && HasQueued())) {
    Reschedule();
    return;
  }
  if (!ended) {
    return;
  }
  if (!std::exchange(error_told_, true)) {
    TellError();
    if (finished_) {
      return;
    }
    if (loop.stopping()) {
      Reschedule();
      return;
    }
  }
  int code = 0;
  {
    MutexLock lock(mutex_);
    code = ending_.code;
  }
  const auto on_exit = on_exit_;
  Finish();
  if (on_exit != nullptr) {
    (*on_exit)(code);
  }
}

void WorkerCore::TellError() {
  std::optional<WorkerError> error;
  {
    MutexLock lock(mutex_);
    error = ending_.error;
  }
  if (!error) {
    return;
  }
  if (const auto handler = on_error_) {
    (*handler)(*error);
    return;
  }
  if (CurrentThreadContext() != nullptr) {
    std::rethrow_exception(error->exception);
  }
  Log(LogLevel::kError, "worker " + std::to_string(thread_id_) +
                            (options_.name.empty() ? std::string() : " (" + options_.name + ")") +
                            " ended by an error that nobody handles: " + error->message);
}

void WorkerCore::Dispose() {
  if (finished_) {
    return;
  }
  SPINNERET_CHECK(parent_->OnLoopThread(), "a worker is destroyed on the thread that made it");
  RequestStop();
  Finish();
}

void WorkerCore::Finish() {
  // Held here, because the handlers that are let go of may own the Worker.
  const std::shared_ptr<LoopTask> self = weak_from_this().lock();
  Join();
  SetRef(false);
  finished_ = true;
  if (EventLoop* const loop = parent_->loop(); loop != nullptr) {
    loop->Detach(this);
  }
  const auto online = std::exchange(on_online_, nullptr);
  const auto error = std::exchange(on_error_, nullptr);
  const auto exit = std::exchange(on_exit_, nullptr);
  DropListener();
  DropQueued();
}

void WorkerCore::Join() {
  if (thread_) {
    pthread_join(*thread_, nullptr);
    thread_.reset();
  }
}

}  // namespace spinneret::worker_threads::internal
