// PortCore: what a MessagePort is but for the type of its messages. Attached, it is a task of a loop.
//
// States  detached (on no loop; may be handed to another thread) → attached → closing (Close() was called here; what is
//         queued is still delivered) → closed (told once, or retired; nothing more happens).
// Thread  attached: the loop's thread. Detached: one thread at a time.
#pragma once

#include <functional>
#include <memory>

#include "crawler/worker_threads/internal/inbox.h"
#include "crawler/worker_threads/internal/loop_link.h"

namespace spinneret::worker_threads::internal {

class PortCore : public LoopTask {
 public:
  // `in` is read here, `out` by the other end.
  PortCore(InboxBase& in, InboxBase& out) : in_(in), out_(out) {}

  void OnClose(std::function<void()> handler);
  void Close();
  // Close, and no event of it: the port is given up.
  void Dispose();
  void Ref() { SetRef(true); }
  void Unref() { SetRef(false); }
  bool has_ref() const { return holding_; }
  bool closed() const { return closed_; }
  bool closing() const { return closing_; }
  bool untransferable() const { return untransferable_; }
  void MarkUntransferable() { untransferable_ = true; }
  bool Reads(const InboxBase* inbox) const { return &in_ == inbox; }
  bool attached() const { return link_ != nullptr; }
  // Takes the port off its loop, and its listeners with it, without closing the channel. This core is spent then: it
  // may still stand on the loop's ready list, so the port goes on with another one.
  void Retire();

  void RunTurn() override;
  void LoopClosing() noexcept override { Dispose(); }

 protected:
  // For the typed port when its listener came (was null) or went (is null).
  void ListenerChanged(bool had, bool has);
  // A turn soon, if attached.
  void Reschedule();

  virtual bool HasListener() const = 0;
  virtual bool HasQueued() = 0;
  virtual void Deliver(const EventLoop& loop) = 0;
  virtual void DropListener() = 0;
  virtual void DropQueued() = 0;

 private:
  void Attach();
  void SetRef(bool ref);
  void UpdateHold();
  void LeaveLoop();
  void Finish();

  InboxBase& in_;
  InboxBase& out_;
  std::shared_ptr<LoopLink> link_;  // the loop it is attached to, or null
  std::function<void()> on_close_;
  bool ref_ = false;
  bool holding_ = false;  // has a Hold on the loop
  bool closing_ = false;
  bool closed_ = false;
  bool untransferable_ = false;
};

}  // namespace spinneret::worker_threads::internal
