// measure KIND COUNT: one measurement of the runtime, as one line of JSON. measure.js does the same with Node's own.
//
// KIND  one_way     COUNT numbers from a worker to its parent                   → {"seconds"}
//       round_trip  COUNT times a number there and back                          → {"p50_us", "p99_us"}
//       transfer    COUNT buffers of 16 KB to a worker, which answers at the end → {"seconds"}
//       shared      COUNT times to and fro by wait and notify on shared memory   → {"seconds"}
//       start       COUNT workers, one after another, from start to exit event   → {"seconds"}
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/worker_threads/shared_buffer.h"
#include "crawler/worker_threads/transfer_buffer.h"
#include "crawler/worker_threads/worker.h"

namespace wt = spinneret::worker_threads;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kTransferBytes = 16 * 1024;

struct Numbers {
  using Data = std::uint64_t;
  using ToWorker = std::uint64_t;
  using ToParent = std::uint64_t;
};

struct Buffers {
  using Data = std::uint64_t;
  using ToWorker = wt::TransferBuffer;
  using ToParent = std::uint64_t;
};

struct Sharing {
  using Data = std::pair<wt::SharedBuffer, std::uint64_t>;
  using ToWorker = int;
  using ToParent = int;
};

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void PrintSeconds(double seconds) {
  std::printf("{\"seconds\": %.9f}\n", seconds);
}

void OneWay(std::uint64_t count) {
  wt::Worker<Numbers> worker(
      [] {
        auto* const port = wt::ParentPort<Numbers>();
        port->OnMessage([port](std::uint64_t messages) {
          for (std::uint64_t i = 0; i < messages; ++i) {
            port->PostMessage(i);
          }
          port->Close();
        });
      },
      0);
  std::uint64_t received = 0;
  Clock::time_point start;
  double seconds = 0;
  worker.OnOnline([&] {
    start = Clock::now();
    worker.PostMessage(count);
  });
  worker.OnMessage([&](std::uint64_t) {
    if (++received == count) {
      seconds = SecondsSince(start);
    }
  });
  wt::EventLoop::Current().Run();
  PrintSeconds(seconds);
}

void RoundTrip(std::uint64_t count) {
  wt::Worker<Numbers> worker(
      [] {
        auto* const port = wt::ParentPort<Numbers>();
        port->OnMessage([port](std::uint64_t i) { port->PostMessage(i); });
      },
      0);
  std::vector<double> times;
  times.reserve(count);
  Clock::time_point sent;
  const auto send = [&] {
    sent = Clock::now();
    worker.PostMessage(times.size());
  };
  worker.OnOnline(send);
  worker.OnMessage([&](std::uint64_t) {
    times.push_back(SecondsSince(sent) * 1e6);
    if (times.size() == count) {
      worker.Terminate();
    } else {
      send();
    }
  });
  wt::EventLoop::Current().Run();
  std::sort(times.begin(), times.end());
  std::printf("{\"p50_us\": %.3f, \"p99_us\": %.3f}\n", times[times.size() / 2], times[times.size() * 99 / 100]);
}

void Transfer(std::uint64_t count) {
  wt::Worker<Buffers> worker(
      [] {
        auto* const port = wt::ParentPort<Buffers>();
        auto received = std::make_shared<std::uint64_t>(0);
        port->OnMessage([port, received](const wt::TransferBuffer& buffer) {
          *received += buffer.size() == kTransferBytes ? 1 : 0;
          if (*received == wt::WorkerData<std::uint64_t>()) {
            port->PostMessage(*received);
            port->Close();
          }
        });
      },
      count);
  Clock::time_point start;
  double seconds = 0;
  worker.OnOnline([&] {
    start = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
      worker.PostMessage(wt::TransferBuffer(kTransferBytes));
    }
  });
  worker.OnMessage([&](std::uint64_t) { seconds = SecondsSince(start); });
  wt::EventLoop::Current().Run();
  PrintSeconds(seconds);
}

// Waits until element 0 is `turn`.
void AwaitTurn(const wt::SharedBuffer& buffer, std::int32_t turn) {
  const auto view = buffer.View<std::int32_t>();
  for (std::int32_t seen = view[0].load(); seen != turn; seen = view[0].load()) {
    buffer.Wait<std::int32_t>(0, seen);
  }
}

void PassTurn(const wt::SharedBuffer& buffer, std::int32_t turn) {
  buffer.View<std::int32_t>()[0].store(turn);
  buffer.Notify<std::int32_t>(0, 1);
}

void Shared(std::uint64_t count) {
  const wt::SharedBuffer buffer(sizeof(std::int32_t));
  wt::Worker<Sharing> worker(
      [] {
        const auto& [memory, rounds] = wt::WorkerData<Sharing::Data>();
        for (std::uint64_t i = 0; i < rounds; ++i) {
          AwaitTurn(memory, 1);
          PassTurn(memory, 0);
        }
      },
      Sharing::Data(buffer, count));
  double seconds = 0;
  worker.OnOnline([&] {
    const Clock::time_point start = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
      PassTurn(buffer, 1);
      AwaitTurn(buffer, 0);
    }
    seconds = SecondsSince(start);
  });
  wt::EventLoop::Current().Run();
  PrintSeconds(seconds);
}

void Start(std::uint64_t count) {
  const Clock::time_point start = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    wt::Worker<Numbers> worker([] {}, i);
    wt::EventLoop::Current().Run();
  }
  PrintSeconds(SecondsSince(start));
}

}  // namespace

int main(int argc, char** argv) {
  const std::pair<std::string_view, void (*)(std::uint64_t)> kinds[] = {
      {"one_way", OneWay}, {"round_trip", RoundTrip}, {"transfer", Transfer}, {"shared", Shared}, {"start", Start}};
  const std::uint64_t count = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  for (const auto& [name, measure] : kinds) {
    if (count > 0 && name == argv[1]) {
      measure(count);
      return 0;
    }
  }
  std::fprintf(stderr, "usage: measure one_way|round_trip|transfer|shared|start COUNT\n");
  return 2;
}
