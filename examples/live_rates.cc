// live_rates EVENTS AGGREGATORS: a stream of measurements, spread over workers that add them up as they come.
//
//   producer ── MessagePort ──► aggregator 1 ─┐
//       └────── MessagePort ──► aggregator 2 ─┴─► SharedBuffer ──► rates, read by the main thread on a timer
//
// The producer and the aggregators speak to each other directly, over channels whose ends they were started with; the
// main thread carries no event. An aggregator grants the producer room for further batches as it has added up earlier
// ones, so that the stream is as fast as the slowest of them, and memory stays bounded.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>

#include "crawler/worker_threads/message_channel.h"
#include "crawler/worker_threads/shared_buffer.h"
#include "crawler/worker_threads/worker.h"

namespace wt = spinneret::worker_threads;

namespace {

constexpr std::size_t kEventsPerBatch = 512;
constexpr int kBatchesUnderWay = 8;  // to one aggregator
constexpr std::uint32_t kSensors = 64;

struct Event {
  std::uint32_t sensor = 0;
  std::uint32_t value = 0;
};
using Batch = std::vector<Event>;
struct Granted {};

using ToAggregator = wt::MessagePort<Granted, Batch>;  // the producer's end
using FromProducer = wt::MessagePort<Batch, Granted>;  // the aggregator's end

// Counters of one aggregator, in a cache line of its own.
enum Counter : std::size_t { kEvents, kSum, kCountersEach = 8 };

struct Producer {
  struct Data {
    std::uint64_t events = 0;
    std::vector<ToAggregator> aggregators;
  };
  using ToWorker = int;
  using ToParent = int;
};

struct Aggregator {
  struct Data {
    FromProducer events;
    wt::SharedBuffer counters;
    std::size_t index = 0;
  };
  using ToWorker = int;
  using ToParent = int;
};

// A worker's entry: posts while there is room at the aggregator whose turn it is, and goes on when one grants more.
void Produce() {
  struct Stream {
    std::uint64_t left = 0;
    std::uint32_t drawn = 1;
    std::vector<int> room;
  };
  auto& data = wt::WorkerData<Producer::Data>();
  auto stream = std::make_shared<Stream>();
  stream->left = data.events;
  stream->room.assign(data.aggregators.size(), kBatchesUnderWay);
  const auto send = [stream, &data](std::size_t to) {
    while (stream->room[to] > 0 && stream->left > 0) {
      Batch batch(std::min<std::uint64_t>(kEventsPerBatch, stream->left));
      for (Event& event : batch) {
        stream->drawn = stream->drawn * 1'664'525 + 1'013'904'223;
        event = Event{(stream->drawn >> 8U) % kSensors, stream->drawn >> 24U};
      }
      stream->left -= batch.size();
      --stream->room[to];
      data.aggregators[to].PostMessage(std::move(batch));
    }
    if (stream->left == 0) {
      for (ToAggregator& aggregator : data.aggregators) {
        aggregator.Close();  // what was posted is still delivered
      }
    }
  };
  for (std::size_t i = 0; i < data.aggregators.size(); ++i) {
    data.aggregators[i].OnMessage([send, stream, i](Granted) {
      ++stream->room[i];
      send(i);
    });
  }
  for (std::size_t i = 0; i < data.aggregators.size(); ++i) {
    send(i);
  }
}

// A worker's entry: ends by itself when the producer has closed the channel.
void Aggregate() {
  auto& data = wt::WorkerData<Aggregator::Data>();
  data.events.OnMessage([&data](const Batch& batch) {
    std::uint64_t sum = 0;
    for (const Event& event : batch) {
      sum += event.value;
    }
    const auto mine = data.counters.View<std::uint64_t>().subspan(data.index * kCountersEach, kCountersEach);
    mine[kSum].fetch_add(sum, std::memory_order_relaxed);
    mine[kEvents].fetch_add(batch.size(), std::memory_order_relaxed);
    data.events.PostMessage(Granted{});
  });
}

std::uint64_t Total(const wt::SharedBuffer& counters, Counter which) {
  std::uint64_t total = 0;
  const auto all = counters.View<std::uint64_t>();
  for (std::size_t at = which; at < all.size(); at += kCountersEach) {
    total += all[at].load(std::memory_order_relaxed);
  }
  return total;
}

struct Display {
  wt::SharedBuffer counters;
  std::uint64_t shown = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t events = argc == 3 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::size_t aggregators = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0;
  if (events == 0 || aggregators == 0 || aggregators > 256) {
    std::cerr << "usage: live_rates EVENTS AGGREGATORS(1..256)\n";
    return 2;
  }
  Display display{wt::SharedBuffer(aggregators * kCountersEach * sizeof(std::uint64_t))};
  Producer::Data producing{events, {}};
  std::vector<std::unique_ptr<wt::Worker<Aggregator>>> workers;
  for (std::size_t i = 0; i < aggregators; ++i) {
    wt::MessageChannel<Granted, Batch> channel;
    producing.aggregators.push_back(std::move(channel.port1));
    workers.push_back(std::make_unique<wt::Worker<Aggregator>>(
        Aggregate, Aggregator::Data{std::move(channel.port2), display.counters, i},
        wt::WorkerOptions{.name = "sum-" + std::to_string(i)}));
  }
  const wt::Worker<Producer> producer(Produce, std::move(producing), {.name = "producer"});

  uv_timer_t timer;
  uv_timer_init(wt::EventLoop::Current().uv(), &timer);
  timer.data = &display;
  uv_timer_start(
      &timer,
      [](uv_timer_t* fired) {
        auto& live = *static_cast<Display*>(fired->data);
        const std::uint64_t now = Total(live.counters, kEvents);
        std::cerr << (now - live.shown) / 100 << " thousand events per second\n";  // in a tenth of a second
        live.shown = now;
      },
      100, 100);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer));

  wt::EventLoop::Current().Run();  // until all workers have ended
  std::cout << "events " << Total(display.counters, kEvents) << "\nsum " << Total(display.counters, kSum) << "\n";
  wt::EventLoop::CloseCurrent();
  return Total(display.counters, kEvents) == events ? 0 : 1;
}
