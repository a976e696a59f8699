#include "crawler/worker_threads/broadcast_channel.h"

#include <algorithm>
#include <map>

namespace spinneret::worker_threads::internal {
namespace {

// Weak, so that a name costs nothing once nobody uses it; leftovers are swept when the map has doubled.
class Groups {
 public:
  std::shared_ptr<BroadcastGroup> Join(const std::string& name, std::type_index type) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (groups_.size() >= sweep_at_) {
      std::erase_if(groups_, [](const auto& entry) { return entry.second.expired(); });
      sweep_at_ = std::max(kSweepAtLeast, 2 * groups_.size());
    }
    std::weak_ptr<BroadcastGroup>& known = groups_[{name, type}];
    std::shared_ptr<BroadcastGroup> group = known.lock();
    if (group == nullptr) {
      group = std::make_shared<BroadcastGroup>();
      known = group;
    }
    return group;
  }

 private:
  static constexpr std::size_t kSweepAtLeast = 64;

  Mutex mutex_;
  std::map<std::pair<std::string, std::type_index>, std::weak_ptr<BroadcastGroup>> groups_ GUARDED_BY(mutex_);
  std::size_t sweep_at_ GUARDED_BY(mutex_) = kSweepAtLeast;
};

}  // namespace

std::shared_ptr<BroadcastGroup> BroadcastGroup::Join(const std::string& name, std::type_index type) {
  static Groups& groups = *new Groups;  // never destroyed: threads may still end after main returned
  return groups.Join(name, type);
}

void BroadcastGroup::Add(std::shared_ptr<InboxBase> inbox) {
  MutexLock lock(mutex_);
  inboxes_.push_back(std::move(inbox));
}

void BroadcastGroup::Remove(const InboxBase* inbox) {
  std::shared_ptr<InboxBase> removed;  // let go of after the lock: messages may be destroyed with it
  MutexLock lock(mutex_);
  const auto it = std::find_if(inboxes_.begin(), inboxes_.end(), [inbox](const auto& i) { return i.get() == inbox; });
  if (it != inboxes_.end()) {
    removed.swap(*it);
    inboxes_.erase(it);
  }
}

std::vector<std::shared_ptr<InboxBase>> BroadcastGroup::Others(const InboxBase* sender) const {
  std::vector<std::shared_ptr<InboxBase>> others;
  MutexLock lock(mutex_);
  for (const std::shared_ptr<InboxBase>& inbox : inboxes_) {
    if (inbox.get() != sender) {
      others.push_back(inbox);
    }
  }
  return others;
}

}  // namespace spinneret::worker_threads::internal
