#include "crawler/worker_threads/internal/port_core.h"

#include <utility>

#include "base/check.h"
#include "crawler/worker_threads/event_loop.h"

namespace spinneret::worker_threads::internal {

void PortCore::Attach() {
  if (link_ != nullptr) {
    SPINNERET_CHECK(link_->OnLoopThread(), "a port is used on the thread it listens on; Detach it before it moves");
    return;
  }
  EventLoop& loop = EventLoop::Current();
  if (loop.link()->loop() == nullptr) {
    return;  // the loop is being closed: nothing is delivered any more
  }
  link_ = loop.link();
  loop.Attach(this);
  in_.SetReader(link_, shared_from_this());
}

void PortCore::LeaveLoop() {
  if (link_ == nullptr) {
    return;
  }
  SPINNERET_CHECK(link_->OnLoopThread(), "a port is used on the thread it listens on; Detach it before it moves");
  in_.ClearReader();
  if (EventLoop* loop = link_->loop(); loop != nullptr) {
    loop->Detach(this);
    if (std::exchange(holding_, false)) {
      loop->Release();
    }
  }
  holding_ = false;
  link_.reset();
}

void PortCore::Reschedule() {
  if (link_ != nullptr) {
    link_->Schedule(shared_from_this());
  }
}

void PortCore::UpdateHold() {
  const bool hold = link_ != nullptr && !closed_ && (ref_ || closing_);
  if (hold != holding_) {
    holding_ = hold;
    hold ? link_->loop()->Hold() : link_->loop()->Release();
  }
}

void PortCore::SetRef(bool ref) {
  if (closed_) {
    return;
  }
  ref_ = ref;
  if (ref) {
    Attach();
  }
  if (link_ != nullptr) {
    UpdateHold();
  }
}

void PortCore::ListenerChanged(bool had, bool has) {
  if (has) {
    Attach();
    Reschedule();
  }
  if (had != has) {
    SetRef(has);
  }
}

void PortCore::OnClose(std::function<void()> handler) {
  if (closed_) {
    return;
  }
  const bool has = handler != nullptr;
  std::function<void()> replaced = std::exchange(on_close_, std::move(handler));
  if (has) {
    Attach();
  }
}

void PortCore::Close() {
  if (closed_ || closing_) {
    return;
  }
  closing_ = true;
  if (link_ == nullptr) {
    Finish();
    return;
  }
  UpdateHold();
  out_.Close();
  in_.Close();
  Reschedule();  // also when the other end had closed it before
}

void PortCore::Dispose() {
  if (closed_) {
    return;
  }
  std::function<void()> untold = std::exchange(on_close_, nullptr);
  Finish();
}

void PortCore::Retire() {
  SPINNERET_CHECK(!closing_, "a port that is closing cannot be detached");
  closed_ = true;
  LeaveLoop();
  const std::function<void()> untold = std::exchange(on_close_, nullptr);
  DropListener();
}

void PortCore::Finish() {
  // The caller's handle may go while the handlers are let go of.
  const std::shared_ptr<LoopTask> self = weak_from_this().lock();
  closed_ = true;
  LeaveLoop();
  in_.Close();
  out_.Close();
  const std::function<void()> on_close = std::exchange(on_close_, nullptr);
  DropListener();
  DropQueued();
  if (on_close) {
    on_close();
  }
}

void PortCore::RunTurn() {
  if (closed_ || link_ == nullptr) {
    return;
  }
  const EventLoop& loop = *link_->loop();
  const bool was_closed = in_.closed();  // looked at first: what is found empty after this stays empty
  try {
    Deliver(loop);
  } catch (...) {
    Reschedule();
    throw;
  }
  if (closed_ || link_ == nullptr) {
    return;
  }
  if (loop.stopping()) {
    Reschedule();
    return;
  }
  if (HasQueued()) {
    if (HasListener()) {
      Reschedule();
      return;
    }
    // Without a listener what is queued waits for the next one, or for ReceiveMessageOnPort; an end that closed itself
    // will have neither.
    if (!closing_) {
      return;
    }
  } else if (!was_closed) {
    return;
  }
  Finish();
}

}  // namespace spinneret::worker_threads::internal
