// Limits of a worker: how much memory it may have at once, and how much stack there is.
//
// Memory   What counts is what goes through AccountedMemory(), and, in a program that links
//          spinneret::worker_threads_accounting, every operator new while the worker's entry or loop runs. What malloc,
//          mmap and other threads allocate does not count. A block is counted with its worker until it is freed,
//          wherever that is: also after it was sent away.
// Over it  the allocation throws WorkerOutOfMemory; the worker ends with that as its error event (kOutOfMemory) and exit
//          code 1, also when the exception is caught and kept. A reserve of kMemoryReserveBytes is there for the way
//          out. A noexcept function in which this happens ends the process: the language has it so.
// Stack    a thread that runs out of stack cannot be caught in C++. Departure from Node: recursion that asks CheckStack
//          at each level ends as an error event instead; recursion that does not ask ends the process.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>
#include <stdexcept>
#include <string>

namespace spinneret::worker_threads {

inline constexpr std::size_t kMemoryReserveBytes = std::size_t{256} * 1024;

// 0: no limit, or that of the system.
struct ResourceLimits {
  std::size_t memory_bytes = 0;
  std::size_t stack_size_bytes = 0;

  bool operator==(const ResourceLimits&) const = default;
};

class WorkerOutOfMemory : public std::bad_alloc {
 public:
  const char* what() const noexcept override { return "kWorkerOutOfMemory: the worker's memory limit is reached"; }
};

class WorkerStackOverflow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Of the worker that calls; all zero on other threads.
ResourceLimits CurrentResourceLimits();

// One resource for the whole process, which counts what it gives with the worker that asks. It is never destroyed, so
// containers that use it may be sent to other threads.
std::pmr::memory_resource* AccountedMemory();

// Whether operator new counts in this program.
bool AccountsOperatorNew();

// Of the calling thread. A guess is not made: where the system does not tell, there is always enough.
std::size_t RemainingStackBytes();

// Throws WorkerStackOverflow when less than `reserve_bytes` are left.
void CheckStack(std::size_t reserve_bytes = std::size_t{48} * 1024);

}  // namespace spinneret::worker_threads
