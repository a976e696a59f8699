#include "crawler/worker_threads/internal/inbox.h"

namespace spinneret::worker_threads::internal {

void InboxBase::Wakeup::Send() {
  if (task != nullptr) {
    link->Schedule(std::move(task));
  }
}

InboxBase::Wakeup InboxBase::ReaderWakeup() const {
  return Wakeup{link_, task_.lock()};
}

void InboxBase::Close() {
  Wakeup wakeup;
  {
    MutexLock lock(mutex_);
    if (closed_) {
      return;
    }
    closed_ = true;
    wakeup = ReaderWakeup();
  }
  wakeup.Send();
}

bool InboxBase::closed() const {
  MutexLock lock(mutex_);
  return closed_;
}

void InboxBase::SetReader(std::shared_ptr<LoopLink> link, const std::shared_ptr<LoopTask>& task) {
  Wakeup wakeup{link, task};
  {
    MutexLock lock(mutex_);
    link_.swap(link);
    task_ = task;
  }
  wakeup.Send();
}

void InboxBase::ClearReader() {
  std::shared_ptr<LoopLink> link;
  MutexLock lock(mutex_);
  link_.swap(link);
  task_.reset();
}

}  // namespace spinneret::worker_threads::internal
