// ThreadChecker: remembers the thread it was made on; CalledOnOwner() is asserted by classes that belong to one thread.
#pragma once

#include <thread>

namespace spinneret {

class ThreadChecker {
 public:
  bool CalledOnOwner() const { return owner_ == std::this_thread::get_id(); }

 private:
  std::thread::id owner_ = std::this_thread::get_id();
};

}  // namespace spinneret
