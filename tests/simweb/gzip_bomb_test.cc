#include "simweb/gzip_bomb.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "simweb/rough_server.h"
#include "tests/simweb/curl_client.h"

namespace spinneret::simweb {
TEST_SUITE("simweb/gzip_bomb") {
TEST_CASE("Crc32OfRun: the same as going through the run byte by byte") {
  const auto by_byte = [](unsigned char value, std::uint64_t count) {
    std::uint32_t crc = ~std::uint32_t{0};
    for (std::uint64_t i = 0; i < count; ++i) {
      crc ^= value;
      for (int bit = 0; bit < 8; ++bit) {
        crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xEDB88320U : crc >> 1U;
      }
    }
    return ~crc;
  };
  CHECK(Crc32OfRun('a', 0) == 0);
  CHECK(Crc32OfRun('a', 1) == 0xE8B7BE43U);
  for (const std::uint64_t count : std::initializer_list<std::uint64_t>{2, 3, 7, 8, 259, 2323, 65'537}) {
    CHECK(Crc32OfRun('a', count) == by_byte('a', count));
    CHECK(Crc32OfRun(0, count) == by_byte(0, count));
  }
}

TEST_CASE("GzipBomb: the size asked for is reached and hardly exceeded, however large") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{259}, std::uint64_t{260}, std::uint64_t{1'000'000},
                                   std::uint64_t{1} << 40U, ~std::uint64_t{0} / 2}) {
    const GzipBomb bomb = MakeGzipBomb(size);
    CHECK(bomb.unpacked_bytes >= size);
    CHECK(bomb.unpacked_bytes - std::max<std::uint64_t>(size, 259) < 2064);
    CHECK(bomb.head.size() + bomb.block.size() + bomb.tail.size() < 64);
  }
}

TEST_CASE("GzipBomb: what /gzip-bomb sends is valid gzip, checksum and length included") {
  const Result<std::unique_ptr<RoughServer>> server = RoughServer::Start();
  REQUIRE(server);
  CurlClient client;
  for (const char* size : {"1", "260", "3M"}) {
    const Fetched fetched = client.Fetch((*server)->Url(std::string("/gzip-bomb?bytes=") + size));
    CHECK(fetched.result == CURLE_OK);
    CHECK(fetched.body.size() >= 259);
    CHECK(fetched.body.find_first_not_of('a') == std::string::npos);
    CHECK((fetched.body.size() - 259) % 2064 == 0);
  }
  CHECK(client.Fetch((*server)->Url("/bad-gzip")).result != CURLE_OK);
}
}  // TEST_SUITE("simweb/gzip_bomb")
}  // namespace spinneret::simweb
