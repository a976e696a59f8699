// BroadcastChannel: a message to every other open channel of the same name, in any thread of the process.
//
//   BroadcastChannel<Settings> channel("settings");
//   channel.OnMessage([](Settings settings) { … });
//   Result<void> posted = channel.PostMessage(Settings{…});     // to all others; each gets a copy
//
// Messages   are cloned for each receiver. Channels of one name but different message types do not hear each other.
//            From one sender they arrive in the order of posting; two senders may be heard in different orders by two
//            receivers. What comes while nobody listens is kept until somebody does.
// Thread     one: the one it is used on first. The name's other channels may be on any.
// Alive      As a port: a listener holds the loop, Unref releases it.
// Closing    Close, and the destructor, end this channel alone: what was posted to it before is still delivered by
//            Close, nothing comes later. Closing twice does nothing; posting on a closed one is an error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "crawler/worker_threads/internal/inbox.h"
#include "crawler/worker_threads/internal/port_core.h"
#include "crawler/worker_threads/message.h"

namespace spinneret::worker_threads {

namespace internal {

// The open channels of one name and message type.
class BroadcastGroup {
 public:
  // The group of that name and type, the same one for all threads while one of them holds it.
  static std::shared_ptr<BroadcastGroup> Join(const std::string& name, std::type_index type);

  void Add(std::shared_ptr<InboxBase> inbox) EXCLUDES(mutex_);
  void Remove(const InboxBase* inbox) EXCLUDES(mutex_);
  // All but `sender`, each of which is then told without the lock.
  std::vector<std::shared_ptr<InboxBase>> Others(const InboxBase* sender) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<InboxBase>> inboxes_ GUARDED_BY(mutex_);
};

template <class T>
class BroadcastCore final : public PortCore {
 public:
  using Handler = typename InboxReader<T>::Handler;
  using ErrorHandler = typename InboxReader<T>::ErrorHandler;

  BroadcastCore(std::shared_ptr<Inbox<T>> inbox, std::shared_ptr<BroadcastGroup> group)
      : PortCore(*inbox, *inbox), inbox_(inbox), reader_(std::move(inbox)), group_(std::move(group)) {
    group_->Add(inbox_);
  }
  ~BroadcastCore() override { group_->Remove(inbox_.get()); }

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
  void Post(const T& message) {
    for (const std::shared_ptr<InboxBase>& inbox : group_->Others(inbox_.get())) {
      static_cast<Inbox<T>&>(*inbox).Push(T(message));
    }
  }
  void Leave() {
    group_->Remove(inbox_.get());
    Close();
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
  const std::shared_ptr<Inbox<T>> inbox_;
  InboxReader<T> reader_;
  const std::shared_ptr<BroadcastGroup> group_;
  std::shared_ptr<const Handler> on_message_;
  std::shared_ptr<const ErrorHandler> on_error_;
};

}  // namespace internal

template <CloneableMessage T>
class BroadcastChannel {
 public:
  explicit BroadcastChannel(std::string name)
      : name_(std::move(name)),
        core_(std::make_shared<internal::BroadcastCore<T>>(std::make_shared<internal::Inbox<T>>(),
                                                           internal::BroadcastGroup::Join(name_, typeid(T)))) {}
  ~BroadcastChannel() { core_->Dispose(); }
  BroadcastChannel(const BroadcastChannel&) = delete;
  BroadcastChannel& operator=(const BroadcastChannel&) = delete;

  const std::string& name() const { return name_; }

  // Null takes the listener off.
  void OnMessage(std::function<void(T)> handler) { core_->OnMessage(std::move(handler)); }
  void OnMessageError(std::function<void(const Error&)> handler) { core_->OnMessageError(std::move(handler)); }

  // kInvalidArgument, "kInvalidState: …", on a closed channel.
  Result<void> PostMessage(const T& message) {
    if (core_->closed() || core_->closing()) {
      return Err(ErrorCode::kInvalidArgument, "kInvalidState: the broadcast channel \"" + name_ + "\" is closed");
    }
    core_->Post(message);
    return {};
  }

  void Close() { core_->Leave(); }
  void Ref() { core_->Ref(); }
  void Unref() { core_->Unref(); }
  bool HasRef() const { return core_->has_ref(); }

 private:
  const std::string name_;
  const std::shared_ptr<internal::BroadcastCore<T>> core_;
};

}  // namespace spinneret::worker_threads
