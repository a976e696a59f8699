// Must not compile: the protocol lets numbers travel to the worker, not texts.
#include <string>

#include "crawler/worker_threads/worker.h"

struct Numbers {
  using Data = int;
  using ToWorker = int;
  using ToParent = std::string;
};

int main() {
  spinneret::worker_threads::Worker<Numbers> worker([] {}, 0);
  worker.PostMessage(std::string("text"));
}
