#include "cli/loopback_address.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <unistd.h>

namespace spinneret::cli {
namespace {

TEST_SUITE("cli/loopback_address") {
TEST_CASE("LoopbackAddress: addresses of this machine alone are taken, whatever they are written like") {
  const std::pair<const char*, const char*> kTaken[] = {{"127.0.0.1:8080", "http://127.0.0.1:8080/"},
                                                        {"127.1.2.3:0", "http://127.1.2.3:0/"},
                                                        {"[::1]:65535", "http://[::1]:65535/"},
                                                        {"LocalHost:80", "http://127.0.0.1:80/"}};
  for (const std::pair<const char*, const char*>& row : kTaken) {
    CAPTURE(row.first);
    const Result<LoopbackAddress> address = LoopbackAddress::Parse(row.first);
    REQUIRE(address.has_value());
    CHECK(address->Url() == row.second);
  }
}

TEST_CASE("LoopbackAddress: others are refused with what to do instead") {
  for (const char* text : {"0.0.0.0:80", "192.168.1.2:80", "10.0.0.1:0", "[::]:80", "[fe80::1]:80", "example.com:80",
                           "localhost.example:80", "128.0.0.1:80", "[::ffff:127.0.0.1]:80", "127.1:80", ":80"}) {
    CAPTURE(text);
    const Result<LoopbackAddress> address = LoopbackAddress::Parse(text);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().message.find("ssh -L") != std::string::npos);
  }
  for (const char* text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:80",
                           "[::1]", "[::1]80"}) {
    CAPTURE(text);
    const Result<LoopbackAddress> address = LoopbackAddress::Parse(text);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().message.find("127.0.0.1:8080") != std::string::npos);
  }
}

TEST_CASE("ListenOn: port 0 is a free one, and a port that is taken is refused") {
  LoopbackAddress first = *LoopbackAddress::Parse("127.0.0.1:0");
  const Result<int> fd = ListenOn(first);
  REQUIRE(fd.has_value());
  CHECK(first.port != 0);
  LoopbackAddress second = first;
  const Result<int> taken = ListenOn(second);
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().code == ErrorCode::kInvalidArgument);
  CHECK(taken.error().message.find("another program listens there") != std::string::npos);
  ::close(*fd);
}

TEST_CASE("IsLoopbackHost: loopback by number or as localhost, and no name that might resolve there") {
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:8080", "127.9.9.9:1", "localhost", "LOCALHOST:8080", "[::1]", "[::1]:8080"}) {
    CAPTURE(host);
    CHECK(IsLoopbackHost(host));
  }
  for (const char* host : {"", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example",
                           "evil.localhost", "127.0.0.1:", "127.0.0.1:80:80", "127.0.0.1:x", "::1", "0.0.0.0", "0x7f.1",
                           "2130706433", "[::ffff:127.0.0.1]", "127.0.0.1@evil.example"}) {
    CAPTURE(host);
    CHECK_FALSE(IsLoopbackHost(host));
  }
}
}  // TEST_SUITE("cli/loopback_address")

}  // namespace
}  // namespace spinneret::cli
