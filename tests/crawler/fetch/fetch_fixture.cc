#include "tests/crawler/fetch/fetch_fixture.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinneret {

std::string HttpResponse(const std::string& body, const std::string& headers, const std::string& status) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::uint16_t ClosedPort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

FetchSettings FetchFixture::Settings() {
  FetchSettings settings;
  settings.user_agent = "spinneret-test";
  settings.allow_private = true;
  settings.dns_servers = {"127.0.0.1:9"};  // no test asks a real server
  settings.limits.timeout = std::chrono::seconds(20);
  settings.limits.connect_timeout = std::chrono::seconds(10);
  return settings;
}

FetchFixture::FetchFixture(FetchSettings settings) {
  REQUIRE(InitFetching().has_value());
  REQUIRE(uv_loop_init(&loop) == 0);
  Result<std::unique_ptr<Fetcher>> made = MakeCurlFetcher(&loop, std::move(settings));
  REQUIRE(made.has_value());
  fetcher = *std::move(made);
}

FetchFixture::~FetchFixture() {
  fetcher.reset();
  uv_run(&loop, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&loop) == 0);
}

FetchDone FetchFixture::Run(FetchRequest request) {
  FetchDone result;
  fetcher->Start(std::move(request), [&](FetchDone done) { result = std::move(done); });
  RunLoop();
  return result;
}

std::vector<FetchDone> FetchFixture::GetAll(const std::vector<std::string>& urls) {
  std::vector<FetchDone> results(urls.size());
  for (std::size_t i = 0; i < urls.size(); ++i) {
    fetcher->Start(FetchRequest{.url = urls[i], .headers = {}},
                   [&results, i](FetchDone done) { results[i] = std::move(done); });
  }
  RunLoop();
  return results;
}

std::string ErrorOf(const FetchDone& done) {
  return done.result ? std::string() : std::string(ErrorName(done.result.error().code));
}

std::string MessageOf(const FetchDone& done) {
  return done.result ? std::string() : done.result.error().message;
}

int StatusOf(const FetchDone& done) {
  INFO(MessageOf(done));
  REQUIRE(done.result.has_value());
  return done.result->status;
}

std::string BodyOf(const FetchDone& done) {
  INFO(MessageOf(done));
  REQUIRE(done.result.has_value());
  return done.result->body;
}

}  // namespace spinneret
