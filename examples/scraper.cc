// scraper WORKERS URL…: fetches pages on several threads and prints one line each: status, title, number of links, URL.
//
// SCRAPER_ALLOW_PRIVATE=1 lets it fetch from private addresses, such as a server on this machine.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crawler/fetch/curl_fetcher.h"
#include "crawler/worker_threads/worker.h"
#include "parser/page_reader.h"

namespace wt = spinneret::worker_threads;

namespace {

// What a worker is started with, and what it posts back.
struct Task {
  std::vector<std::string> urls;
  bool allow_private = false;
};
struct Record {
  std::string url;
  int status = 0;  // 0: no answer
  std::string title;
  std::size_t links = 0;
};
struct Scraping {
  using Data = Task;
  using ToWorker = int;
  using ToParent = Record;
};

// A worker's entry. The transfers run on the worker's loop, many at once; when the last is done, the worker ends.
void Scrape() {
  const Task& task = wt::WorkerData<Task>();
  spinneret::FetchSettings settings;
  settings.user_agent = "spinneret-example/1.0";
  settings.allow_private = task.allow_private;
  settings.max_connections = 8;
  auto fetcher = spinneret::MakeCurlFetcher(wt::EventLoop::Current().uv(), settings);
  if (!fetcher) {
    throw std::runtime_error(fetcher.error().message);
  }
  const auto reader = spinneret::MakePageReader();
  for (const std::string& url : task.urls) {
    spinneret::FetchRequest request;
    request.url = url;
    (*fetcher)->Start(std::move(request), [&reader, url](const spinneret::FetchDone& done) {
      Record record{.url = url, .title = done.result ? "" : done.result.error().message};
      if (done.result) {
        spinneret::PageContents page;
        reader->Read(done.result->body, page);
        record.status = done.result->status;
        record.title = page.title;
        record.links = page.links.size();
      }
      wt::ParentPort<Scraping>()->PostMessage(std::move(record));
    });
  }
  wt::EventLoop::Current().Run();
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (count == 0 || count > 256 || !spinneret::InitFetching()) {
    std::cerr << "usage: scraper WORKERS(1..256) URL...\n";
    return 2;
  }
  std::vector<Task> tasks(count, Task{{}, std::getenv("SCRAPER_ALLOW_PRIVATE") != nullptr});
  for (int i = 2; i < argc; ++i) {
    tasks[static_cast<std::size_t>(i) % count].urls.emplace_back(argv[i]);
  }
  bool all_well = true;
  std::vector<std::unique_ptr<wt::Worker<Scraping>>> workers;
  for (Task& task : tasks) {
    auto& worker = *workers.emplace_back(std::make_unique<wt::Worker<Scraping>>(Scrape, std::move(task)));
    worker.OnMessage([&all_well](const Record& record) {
      all_well = all_well && record.status == 200;
      std::cout << record.status << "\t" << record.title << "\t" << record.links << "\t" << record.url << "\n";
    });
    worker.OnExit([&all_well](int code) { all_well = all_well && code == 0; });
  }
  wt::EventLoop::Current().Run();
  return all_well ? 0 : 1;
}
