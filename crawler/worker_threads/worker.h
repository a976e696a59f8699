// Worker: a thread with its own event loop and nothing shared by default, started and watched by the thread that made
// it.
//
//   struct Echo { using Data = int; using ToWorker = std::string; using ToParent = std::string; };
//   Worker<Echo> worker([] {
//     auto* port = ParentPort<Echo>();
//     port->OnMessage([port](std::string text) { port->PostMessage(std::move(text)); });
//   }, 0, {.name = "echo"});
//   worker.OnMessage([&](std::string text) { …; worker.Terminate(); });
//   worker.PostMessage("hello");
//   EventLoop::Current().Run();
//
// Thread     A Worker belongs to the thread that made it; PostMessage, Terminate, LoopUtilization, CpuUsage and
//            thread_id may be called from any other while it exists.
// Events     come on that thread's loop, never from within a call, and in this order: online, message …, at most one
//            error, exit last and once. What the worker posted before its end is delivered before error and exit.
//            Messages that come while nobody listens are kept until somebody does, or exit. No events after ~Worker.
// Entry      runs on the new thread, then the thread's loop runs while something ref'ed is open: a listener on the
//            parent port, a handle, a worker of its own. Then the handlers and the entry are destroyed, the loop is
//            closed with every handle left on it, and the start-up data goes.
// Exit code  0 when the loop ran out, the code of Exit, 1 after an uncaught exception or when terminated.
// Errors     An exception that escapes the entry, a handler or RunGuarded is the error event; the process lives on.
//            Without an OnError handler it goes up, as an exception of the parent's loop, when the parent is a worker;
//            elsewhere it is logged. A worker that cannot be started gives an error (kInitFailed), then exit 1.
//            What a handler on the parent's side throws is thrown by the parent's EventLoop::Run.
// Terminate  is cooperative: the loop stops after the callback that runs now, CurrentStopToken is set for computations
//            that look at it, and SharedBuffer waits end. An exception thrown after the request is no error event.
//            Departure from Node: code that never looks is not stopped, and ~Worker then waits for it.
// Limits     Over its memory limit a worker ends with the error kOutOfMemory and exit 1 (resource_limits.h).
// Nesting    The workers that a worker made end with it.
// Signals    are blocked in workers, but for faults and profiling; they are the main thread's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/result.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/internal/transfer.h"
#include "crawler/worker_threads/internal/worker_core.h"
#include "crawler/worker_threads/message_port.h"
#include "crawler/worker_threads/this_thread.h"

namespace spinneret::worker_threads {

// What passes between a worker and its parent: `Data` once at the start, then messages both ways.
template <class P>
concept WorkerProtocol = requires {
  typename P::Data;
  typename P::ToWorker;
  typename P::ToParent;
};

namespace internal {

template <class P>
class TypedStart final : public WorkerStart {
 public:
  using Port = MessagePort<typename P::ToWorker, typename P::ToParent>;

  TypedStart(std::function<void()> run, typename P::Data data, Port port)
      : WorkerStart(std::move(run), typeid(P), typeid(typename P::Data)),
        data_(std::move(data)),
        port_(std::move(port)) {}

  void* data() override { return &data_; }
  void* port() override { return &port_; }
  void DropHandlers() override {
    port_.OnMessage(nullptr);
    port_.OnMessageError(nullptr);
    port_.OnClose(nullptr);
  }

 private:
  typename P::Data data_;
  Port port_;
};

template <class P>
class TypedWorker final : public WorkerCore {
 public:
  using Handler = typename InboxReader<typename P::ToParent>::Handler;
  using ErrorHandler = typename InboxReader<typename P::ToParent>::ErrorHandler;

  explicit TypedWorker(WorkerOptions options)
      : WorkerCore(std::move(options)),
        to_worker_(std::make_shared<Inbox<typename P::ToWorker>>()),
        from_worker_(std::make_shared<Inbox<typename P::ToParent>>()),
        reader_(from_worker_) {}

  // `data` is left as it is when it cannot be transferred; then no thread starts.
  Result<void> Prepare(typename P::Data& data) { return PrepareTransfer(data); }
  void Start(std::function<void()> entry, typename P::Data data) {
    WorkerCore::Start(std::make_unique<TypedStart<P>>(
        std::move(entry), std::move(data),
        MessagePort<typename P::ToWorker, typename P::ToParent>(to_worker_, from_worker_)));
  }
  void OnMessage(Handler handler) {
    if (finished()) {
      return;
    }
    const auto replaced =
        std::exchange(on_message_, handler ? std::make_shared<const Handler>(std::move(handler)) : nullptr);
    Reschedule();
  }
  void OnMessageError(ErrorHandler handler) {
    const auto replaced = std::exchange(
        on_error_, handler && !finished() ? std::make_shared<const ErrorHandler>(std::move(handler)) : nullptr);
  }
  Result<void> Post(typename P::ToWorker&& message) {
    if (Result<void> prepared = PrepareTransfer(message); !prepared) {
      return prepared;
    }
    to_worker_->Push(std::move(message));
    return {};
  }

 protected:
  void SetReader(const std::shared_ptr<LoopLink>& link) override { from_worker_->SetReader(link, shared_from_this()); }
  bool HasListener() const override { return on_message_ != nullptr; }
  bool HasQueued() override { return reader_.HasNext(); }
  void Deliver(const EventLoop& loop) override { reader_.Deliver(on_message_, on_error_, loop); }
  void DropListener() override {
    const auto dropped = std::exchange(on_message_, nullptr);
    const auto dropped_too = std::exchange(on_error_, nullptr);
  }
  void DropQueued() override { reader_.Clear(); }

 private:
  const std::shared_ptr<Inbox<typename P::ToWorker>> to_worker_;
  const std::shared_ptr<Inbox<typename P::ToParent>> from_worker_;
  InboxReader<typename P::ToParent> reader_;
  std::shared_ptr<const Handler> on_message_;
  std::shared_ptr<const ErrorHandler> on_error_;
};

}  // namespace internal

template <class P>
class Worker {
  static_assert(WorkerProtocol<P>, "a protocol names the types Data, ToWorker and ToParent");

 public:
  using Entry = std::function<void()>;

  // Starts the thread. `data` is moved into it: WorkerData<P::Data>() there. Data that cannot be transferred is an
  // error event (kDataCloneError), then exit 1, and no thread.
  Worker(Entry entry, typename P::Data data, WorkerOptions options = {})
      : core_(std::make_shared<internal::TypedWorker<P>>(std::move(options))) {
    if (const Result<void> prepared = core_->Prepare(data); !prepared) {
      core_->StartFailed(prepared.error());
      return;
    }
    core_->Start(std::move(entry), std::move(data));
  }
  // The same, telling at once what is wrong with `data`, which is then left as it is.
  static Result<std::unique_ptr<Worker>> Create(Entry entry, typename P::Data&& data, WorkerOptions options = {}) {
    if (Result<void> prepared = internal::PrepareTransfer(data); !prepared) {
      return std::move(prepared).error();
    }
    return std::make_unique<Worker>(std::move(entry), std::move(data), std::move(options));
  }
  // Terminates, and waits for the thread's end. Also from within one of its own handlers.
  ~Worker() { core_->Dispose(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // One handler each; null takes it off.
  void OnOnline(std::function<void()> handler) { core_->OnOnline(std::move(handler)); }
  void OnMessage(std::function<void(typename P::ToParent)> handler) { core_->OnMessage(std::move(handler)); }
  void OnMessageError(std::function<void(const Error&)> handler) { core_->OnMessageError(std::move(handler)); }
  void OnError(std::function<void(const WorkerError&)> handler) { core_->OnError(std::move(handler)); }
  void OnExit(std::function<void(int code)> handler) { core_->OnExit(std::move(handler)); }

  // Moved in; order kept; dropped without a word when the worker is gone.
  void PostMessage(typename P::ToWorker message) {
    if (const Result<void> posted = core_->Post(std::move(message)); !posted) {
      Log(LogLevel::kWarning, "a message to a worker was not sent: " + posted.error().message);
    }
  }
  // As MessagePort::Transfer: all of `message` goes, or it stays as it is.
  Result<void> Transfer(typename P::ToWorker&& message) { return core_->Post(std::move(message)); }

  // Resolves with the exit code when the worker's code has ended, also when it already had. It does not need the
  // parent's loop, so it may be waited for. The exit event comes in any case.
  std::future<int> Terminate() { return core_->Terminate(); }

  // A worker holds its parent's loop until its exit was told; an unref'ed one does not, and is ended without events
  // when the parent's loop closes.
  void Ref() { core_->Ref(); }
  void Unref() { core_->Unref(); }

  std::uint32_t thread_id() const { return core_->thread_id(); }
  const std::string& name() const { return core_->name(); }  // empty from the exit event on

  // As they were given; all zero from the exit event on.
  ResourceLimits resource_limits() const { return core_->resource_limits(); }
  // What is counted with it and not freed yet (resource_limits.h). Any thread.
  std::size_t MemoryUsed() const { return core_->MemoryUsed(); }

  LoopUtilizationReading LoopUtilization() const { return core_->LoopUtilization(); }
  // CPU time of its thread so far; kNotFound before it is online and after its end.
  Result<std::chrono::nanoseconds> CpuUsage() const { return core_->CpuUsage(); }

 private:
  const std::shared_ptr<internal::TypedWorker<P>> core_;
};

// In a worker: its end of the channel to the parent, until the thread ends. Null on threads that are no workers. P is
// the protocol the worker was started with.
template <class P>
MessagePort<typename P::ToWorker, typename P::ToParent>* ParentPort() {
  const internal::ThreadContext* const context = internal::CurrentThreadContext();
  if (context == nullptr || context->start == nullptr) {
    return nullptr;
  }
  SPINNERET_CHECK(context->start->protocol == typeid(P), "the worker was started with another protocol");
  return static_cast<MessagePort<typename P::ToWorker, typename P::ToParent>*>(context->start->port());
}

// In a worker: what it was started with. T is the protocol's Data.
template <class T>
T& WorkerData() {
  const internal::ThreadContext* const context = internal::CurrentThreadContext();
  SPINNERET_CHECK(context != nullptr && context->start != nullptr, "there is no start-up data outside of a worker");
  SPINNERET_CHECK(context->start->data_type == typeid(T), "the worker's start-up data is of another type");
  return *static_cast<T*>(context->start->data());
}

}  // namespace spinneret::worker_threads
