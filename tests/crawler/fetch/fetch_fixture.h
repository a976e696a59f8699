// FetchFixture: a libuv loop with a real fetcher on it.
//
//   FetchFixture fetching;
//   const FetchDone done = fetching.Get(server.Url("/"));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "crawler/fetch/curl_fetcher.h"

namespace spinneret {

// A plain response with Content-Length; `headers` are whole lines with their line ends.
std::string HttpResponse(const std::string& body, const std::string& headers = {},
                         const std::string& status = "200 OK");

// A port of 127.0.0.1 that nothing listens on.
std::uint16_t ClosedPort();

class FetchFixture {
 public:
  // Short limits, private addresses allowed.
  static FetchSettings Settings();

  explicit FetchFixture(FetchSettings settings = Settings());
  ~FetchFixture();  // fails the test when a handle of libuv is left
  FetchFixture(const FetchFixture&) = delete;
  FetchFixture& operator=(const FetchFixture&) = delete;

  FetchDone Get(const std::string& url) { return Run(FetchRequest{.url = url, .headers = {}}); }
  FetchDone Run(FetchRequest request);
  // All at once; in the order of `urls`.
  std::vector<FetchDone> GetAll(const std::vector<std::string>& urls);
  void RunLoop() { uv_run(&loop, UV_RUN_DEFAULT); }

  uv_loop_t loop{};
  std::unique_ptr<Fetcher> fetcher;
};

// "" for a response, else the error's name.
std::string ErrorOf(const FetchDone& done);
std::string MessageOf(const FetchDone& done);
int StatusOf(const FetchDone& done);
std::string BodyOf(const FetchDone& done);

}  // namespace spinneret
