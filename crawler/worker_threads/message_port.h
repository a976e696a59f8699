// MessagePort: one end of a channel between two threads (or of one thread with itself).
//
// Messages   are values: moved in by the sender, moved out to the listener; nothing is shared but what is shared by its
//            nature (SharedBuffer). From one sender they arrive in the order of posting. What comes while nobody
//            listens is kept until somebody does, or takes it with ReceiveMessageOnPort.
// Thread     PostMessage: any thread, several at once. All else: the thread the port is attached to, which is the one
//            that first gave it a handler or called Ref. A port that was never attached, or is detached, may be moved
//            to another thread, in a message too: what is sent to it meanwhile is not lost.
// Events     Handlers are called on the loop of that thread, never from within a call of this class.
// Alive      A port holds its loop while it has a message listener, or was Ref'ed: setting the first listener refs,
//            taking the last one off unrefs, Ref and Unref set it outright.
// Closing    Close, or the destruction of either end, closes both: nothing posted later arrives, what was sent before
//            is still delivered (not by an end that was destroyed), then each end's OnClose is called once.
//            Everything may be called on a closed port and does nothing.
// Transfer   A message that holds ports or buffers takes them along: they leave their loop and their handlers, and
//            nothing of them stays with the sender. Transfer refuses, with kDataCloneError and the message untouched,
//            what is closed, was sent before, is marked untransferable, or is the sending port itself; PostMessage logs
//            such a message and drops it. A port that is sent to its own other end would never be seen again: the
//            channel is closed instead, and the message dropped, with a warning.
// Receiving  A message that could not be made ready (message.h: OnReceive) is dropped and told to OnMessageError, in
// its
//            place between the others; ReceiveMessageOnPort passes over it, and the error is told on the next turn.
// Bounds     A port is unbounded, as Node's is; what uses it bounds what is under way.
// Start      A listener starts the port; there is no other way to listen, so Start() of Node has nothing to do here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/result.h"
#include "crawler/worker_threads/internal/inbox.h"
#include "crawler/worker_threads/internal/port_core.h"
#include "crawler/worker_threads/internal/transfer.h"

namespace spinneret::worker_threads {

namespace internal {

template <class In, class Out>
class TypedPort final : public PortCore {
 public:
  using Handler = typename InboxReader<In>::Handler;
  using ErrorHandler = typename InboxReader<In>::ErrorHandler;

  TypedPort(std::shared_ptr<Inbox<In>> in, std::shared_ptr<Inbox<Out>> out)
      : TypedPort(InboxReader<In>(std::move(in)), std::move(out)) {}
  TypedPort(InboxReader<In> reader, std::shared_ptr<Inbox<Out>> out)
      : PortCore(reader.inbox(), *out), reader_(std::move(reader)), out_(std::move(out)) {}

  // The same end as a new core that is on no loop, with what was not yet delivered.
  std::shared_ptr<TypedPort> MoveOut() {
    Retire();
    return std::make_shared<TypedPort>(std::move(reader_), out_);
  }

  void OnMessage(Handler handler) {
    if (closed()) {
      return;
    }
    const auto replaced =
        std::exchange(on_message_, handler ? std::make_shared<const Handler>(std::move(handler)) : nullptr);
    ListenerChanged(replaced != nullptr, on_message_ != nullptr);
  }
  void OnMessageError(ErrorHandler handler) {
    if (closed()) {
      return;
    }
    const auto replaced =
        std::exchange(on_error_, handler ? std::make_shared<const ErrorHandler>(std::move(handler)) : nullptr);
    Reschedule();
  }
  Result<void> Post(Out&& message) {
    if constexpr (HoldsTransferable<Out>()) {
      TransferPlan plan = PlanTransfer(message, TransferRoute{this, out_.get()});
      if (plan.error) {
        return std::move(*plan.error);
      }
      if (plan.to_itself) {
        Log(LogLevel::kWarning, "a port was sent to its own other end; the channel is closed");
        const Out dropped(std::move(message));
        return {};
      }
      DetachTransferables(message);
    }
    out_->Push(std::move(message));
    return {};
  }
  std::optional<In> Take() {
    std::optional<In> message = reader_.Take();
    Reschedule();  // it may have been the last one before a close
    return message;
  }

 protected:
  bool HasListener() const override { return on_message_ != nullptr; }
  bool HasQueued() override { return reader_.HasNext(); }
  void Deliver(const EventLoop& loop) override { reader_.Deliver(on_message_, on_error_, loop); }
  void DropListener() override {
    const auto dropped = std::exchange(on_message_, nullptr);
    const auto dropped_too = std::exchange(on_error_, nullptr);
  }
  void DropQueued() override { reader_.Clear(); }

 private:
  InboxReader<In> reader_;
  const std::shared_ptr<Inbox<Out>> out_;
  std::shared_ptr<const Handler> on_message_;
  std::shared_ptr<const ErrorHandler> on_error_;
};

}  // namespace internal

template <class In, class Out>
class MessagePort {
 public:
  using Incoming = In;
  using Outgoing = Out;

  // An end that reads `in` and writes `out`. MessageChannel and Worker make the pairs.
  MessagePort(std::shared_ptr<internal::Inbox<In>> in, std::shared_ptr<internal::Inbox<Out>> out)
      : core_(std::make_shared<internal::TypedPort<In, Out>>(std::move(in), std::move(out))) {}

  // A moved-from port is only good for being destroyed or assigned to.
  MessagePort(MessagePort&&) noexcept = default;
  MessagePort& operator=(MessagePort&& other) noexcept {
    if (this != &other) {
      Give();
      core_ = std::move(other.core_);
    }
    return *this;
  }
  MessagePort(const MessagePort&) = delete;
  MessagePort& operator=(const MessagePort&) = delete;
  ~MessagePort() { Give(); }

  // Null takes the listener off.
  void OnMessage(std::function<void(In)> handler) { core().OnMessage(std::move(handler)); }
  void OnMessageError(std::function<void(const Error&)> handler) { core().OnMessageError(std::move(handler)); }
  void OnClose(std::function<void()> handler) { core().OnClose(std::move(handler)); }

  void PostMessage(Out message) {
    if (const Result<void> posted = core().Post(std::move(message)); !posted) {
      Log(LogLevel::kWarning, "a message was not sent: " + posted.error().message);
    }
  }
  // All of `message` goes, or it stays as it is: kInvalidArgument, "kDataCloneError: …".
  Result<void> Transfer(Out&& message) { return core().Post(std::move(message)); }
  void Close() { core().Close(); }
  void Ref() { core().Ref(); }
  void Unref() { core().Unref(); }
  bool HasRef() const { return core_ != nullptr && core_->has_ref(); }

  // Takes the port off its loop and its handlers with it, so that it can be moved to another thread.
  void Detach() {
    if (core().attached()) {
      core_ = core_->MoveOut();
    }
  }

  // What a message that holds this port asks of it.
  bool detached() const { return core_ == nullptr || core_->closed() || core_->closing(); }
  bool untransferable() const { return core_ != nullptr && core_->untransferable(); }
  void MarkUntransferable() { core().MarkUntransferable(); }
  bool IsCore(const void* core) const { return core_.get() == core; }
  bool Reads(const internal::InboxBase* inbox) const { return core_ != nullptr && core_->Reads(inbox); }

  template <class I, class O>
  friend std::optional<I> ReceiveMessageOnPort(MessagePort<I, O>& port);

 private:
  internal::TypedPort<In, Out>& core() {
    SPINNERET_CHECK(core_ != nullptr, "a port is used after it was moved away");
    return *core_;
  }
  void Give() {
    if (core_ != nullptr) {
      core_->Dispose();
    }
  }

  std::shared_ptr<internal::TypedPort<In, Out>> core_;
};

// The next message that waits on `port`, or none; never waits. A message so taken is not given to the listener.
template <class In, class Out>
std::optional<In> ReceiveMessageOnPort(MessagePort<In, Out>& port) {
  return port.core().Take();
}

}  // namespace spinneret::worker_threads
