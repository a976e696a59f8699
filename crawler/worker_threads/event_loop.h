// EventLoop: the libuv loop of a thread, and what the ports and workers of this library need of it.
//
// Thread     All members belong to the loop's own thread. Other threads reach a loop through ports alone.
// Life       Made by the first Current() on a thread, closed when the thread ends (a worker's: before its exit event).
//            Closing ends the workers that were started on this thread, closes its ports, then closes every handle that
//            is left on the loop and waits for its pending requests. A handle must therefore not be freed without
//            uv_close while its loop lives; a handle that is already closing is left alone.
// Exceptions A handler given to this library may throw: the loop stops, and Run or RunOnce throws it on, once libuv is
//            left. In a worker that is its error event. Callbacks of raw handles are called by C and must not throw:
//            their bodies go into RunGuarded.
// Turns      A port delivers at most kMessagesPerTurn messages before the loop looks at timers and other handles again.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crawler/worker_threads/internal/loop_link.h"
#include "crawler/worker_threads/internal/spinning.h"
#include "crawler/worker_threads/loop_utilization.h"

struct uv_loop_s;

namespace spinneret::worker_threads {

inline constexpr std::size_t kMessagesPerTurn = 1000;

class EventLoop {
 public:
  enum class Wait {
    kNo,   // look once at what is ready
    kYes,  // wait until something is
  };

  // This thread's loop. Aborts where the machine has no descriptors left for one; Open tells instead.
  static EventLoop& Current();
  static Result<EventLoop*> Open();
  // Closes this thread's loop now, if it has one. Not from within a callback of that loop.
  static void CloseCurrent();

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // For what lives on the loop. Not to be run or closed by others.
  uv_loop_s* uv();

  // Runs until Stop(), or until nothing ref'ed is left. Throws what escaped a handler; the loop can be run again then,
  // and goes on with the next message.
  void Run();
  // One turn. True while something ref'ed is left.
  bool RunOnce(Wait wait = Wait::kNo);
  // No further handler of this library is called, and Run returns; raw callbacks that are due in the same turn still
  // run. Outside of Run: the next Run returns at once.
  void Stop();
  // Stop() was called, a failure waits to be thrown, or the thread is asked to end.
  bool stopping() const { return stop_ || failure_ != nullptr || link_->end_requested(); }

  // The thread is to end: as Stop, and for good. Takes no lock and allocates nothing.
  void EndSoon() noexcept;

  // Stops the loop; Run throws `failure`. Of several failures in one turn the first is kept.
  void Fail(std::exception_ptr failure) noexcept;
  // No callback is to do more work: a failure waits to be thrown, or the thread is asked to end.
  bool failed() const { return failure_ != nullptr || link_->end_requested(); }

  LoopUtilizationReading Utilization() { return link_->Utilization(); }

  // For the parts of this library.

  const std::shared_ptr<internal::LoopLink>& link() const { return link_; }
  // Attached tasks are told when the loop closes.
  void Attach(internal::LoopTask* task) { tasks_.insert(task); }
  void Detach(internal::LoopTask* task) { tasks_.erase(task); }
  // The loop is kept running while Hold was called more often than Release.
  void Hold();
  void Release();

 private:
  struct Handles;  // libuv's, which its header alone knows

  explicit EventLoop(std::unique_ptr<Handles> handles);
  void BeforePoll();
  void AfterPoll();
  void RunReady() noexcept;
  void RunTaken();
  void BeforeRun();
  void AfterRun();

  std::unique_ptr<Handles> handles_;
  std::shared_ptr<internal::LoopLink> link_;
  std::unordered_set<internal::LoopTask*> tasks_;
  std::vector<std::shared_ptr<internal::LoopTask>> turn_;  // the tasks of the turn that runs now
  std::exception_ptr failure_;
  internal::Spinning spinning_;
  internal::Spinning::Clock::time_point slept_since_{};
  bool slept_ = false;      // in this turn's poll, for messages too
  bool delivered_ = false;  // since the last sleep: there may be more to come soon
  std::size_t holds_ = 0;
  bool running_ = false;
  bool closing_ = false;
  bool may_wait_ = false;  // the run that is under way
  bool stop_ = false;
};

// Runs `fn`, the body of a raw handle's callback; an exception that escapes it becomes the loop's failure. After a
// failure, or when the thread is asked to end, `fn` is not run: nothing scheduled later goes on. So it is not for close
// callbacks, which have to run always.
template <class F>
void RunGuarded(F&& fn) noexcept {
  EventLoop& loop = EventLoop::Current();
  if (loop.failed()) {
    return;
  }
  try {
    std::forward<F>(fn)();
  } catch (...) {
    loop.Fail(std::current_exception());
  }
}

// Of the calling thread's loop, the main thread's too.
LoopUtilizationReading CurrentLoopUtilization();

}  // namespace spinneret::worker_threads
