#include "crawler/fetch/address_guard.h"

#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace spinneret {
namespace {

bool IsPublic(const std::string& ip) {
  sockaddr_storage storage{};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, ip.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
  } else {
    REQUIRE(inet_pton(AF_INET6, ip.c_str(), &v6->sin6_addr) == 1);
    v6->sin6_family = AF_INET6;
  }
  return AddressRules().Allows(reinterpret_cast<const sockaddr&>(storage));
}

}  // namespace

TEST_SUITE("fetch/address_guard") {
TEST_CASE("each refused IPv4 block is refused from its first to its last address, and its neighbours are not") {
  struct Block {
    const char *before, *first, *last, *after;
  };
  // An empty neighbour lies in another refused block, or does not exist.
  const Block blocks[] = {
      {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
      {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
      {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
      {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
      {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
      {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
      {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
      {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
      {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
      {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
      {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
      {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
      {"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
      {"", "240.0.0.0", "255.255.255.255", ""},
  };
  for (const Block& block : blocks) {
    CAPTURE(block.first);
    CHECK_FALSE(IsPublic(block.first));
    CHECK_FALSE(IsPublic(block.last));
    if (*block.before != '\0') {
      CHECK(IsPublic(block.before));
    }
    if (*block.after != '\0') {
      CHECK(IsPublic(block.after));
    }
  }
  CHECK(IsPublic("8.8.8.8"));
  CHECK_FALSE(IsPublic("169.254.169.254"));
}

TEST_CASE("IPv6 is public only inside 2000::/3, outside the registry's special blocks") {
  for (const char* ip : {"::",
                         "::1",
                         "fc00::1",
                         "fd00:ec2::254",
                         "fe80::1",
                         "fec0::1",
                         "ff02::1",
                         "100::1",
                         "5f00::1",
                         "2001::1",
                         "2001:2::1",
                         "2001:10::1",
                         "2001:1ff:ffff::1",
                         "2001:db8::1",
                         "2001:db8:ffff::1",
                         "3fff::1",
                         "3fff:fff:ffff::1",
                         "64:ff9b:1::808:808",
                         "::ffff:0:8.8.8.8",
                         "4000::1",
                         "1fff:ffff::1"}) {
    CAPTURE(ip);
    CHECK_FALSE(IsPublic(ip));
  }
  for (const char* ip : {"2000::1", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1",
                         "3ffe:ffff::1", "3fff:1000::1"}) {
    CAPTURE(ip);
    CHECK(IsPublic(ip));
  }
}

TEST_CASE("an IPv6 address that carries an IPv4 address is judged by it") {
  for (const char* prefix : {"::ffff:", "::", "64:ff9b::"}) {
    CAPTURE(prefix);
    CHECK_FALSE(IsPublic(std::string(prefix) + "127.0.0.1"));
    CHECK_FALSE(IsPublic(std::string(prefix) + "169.254.169.254"));
    CHECK_FALSE(IsPublic(std::string(prefix) + "10.1.2.3"));
    CHECK(IsPublic(std::string(prefix) + "8.8.8.8"));
  }
  CHECK_FALSE(IsPublic("2002:7f00:1::1"));
  CHECK_FALSE(IsPublic("2002:a9fe:a9fe::1"));
  CHECK(IsPublic("2002:808:808::1"));
}

TEST_CASE("a family that is not IP is refused") {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK_FALSE(AddressRules().Allows(reinterpret_cast<const sockaddr&>(local)));
}

TEST_CASE("literals are told from names, and private ones from public ones") {
  using namespace std::string_view_literals;
  for (const std::string_view host : {"10.0.0.1"sv, "127.0.0.1"sv, "[::1]"sv, "[::ffff:127.0.0.1]"sv, "[fe80::1]"sv}) {
    CAPTURE(host);
    CHECK(AddressRules().RefusesLiteral(host));
  }
  for (const std::string_view host : {"8.8.8.8"sv, "[2606:4700::1111]"sv, "localhost"sv, "10.0.0.1.example"sv, "::1"sv,
                                      "[]"sv, "["sv, ""sv, "[10.0.0.1]"sv, "10.0.0.1\0.example"sv}) {
    CAPTURE(host);
    CHECK_FALSE(AddressRules().RefusesLiteral(host));
  }
}

TEST_CASE("of the blocks that hold an address the smallest decides, and of two of one size the one that denies") {
  const auto allows = [](const AddressRules& rules, const char* ip) {
    const std::string text(ip);
    return !rules.RefusesLiteral(text.find(':') == std::string::npos ? text : "[" + text + "]");
  };
  const Result<AddressRules> lab =
      AddressRules::Make(false, {"10.1.0.0/16", "fd00:1::/32"}, {"10.1.2.0/24", "8.8.8.8"});
  REQUIRE(lab.has_value());
  for (const char* ip : {"10.1.0.0", "10.1.255.255", "fd00:1::5", "8.8.8.9", "2606:4700::1", "::ffff:10.1.3.4"}) {
    CAPTURE(ip);
    CHECK(allows(*lab, ip));
  }
  for (const char* ip : {"10.1.2.3", "10.2.0.0", "10.0.255.255", "fd00:2::5", "8.8.8.8", "127.0.0.1", "::ffff:8.8.8.8",
                         "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    CAPTURE(ip);
    CHECK_FALSE(allows(*lab, ip));
  }
  const Result<AddressRules> open = AddressRules::Make(true, {"127.0.0.1/32"}, {"127.0.0.1", "169.254.0.0/16", "::/0"});
  REQUIRE(open.has_value());
  CHECK(allows(*open, "10.0.0.1"));
  CHECK(allows(*open, "127.0.0.2"));
  CHECK_FALSE(allows(*open, "127.0.0.1"));
  CHECK_FALSE(allows(*open, "169.254.169.254"));
  CHECK_FALSE(allows(*open, "2606:4700::1"));  // of IPv6, and of nothing else
  CHECK(allows(*open, "8.8.8.8"));
}

TEST_CASE("a block of addresses is an address, with the number of its bits that count or without") {
  for (const char* text :
       {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.7", "192.0.2.7/32", "::/0", "2001:db8::/32", "::1/128"}) {
    CAPTURE(text);
    CHECK(AddressRules::Make(false, {text}, {}).has_value());
  }
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8",
                           "::/129", "[::1]/128", "example.com", "10.0.0.0/8/8", "010.0.0.1"}) {
    CAPTURE(text);
    const Result<AddressRules> rules = AddressRules::Make(false, {}, {text});
    REQUIRE_FALSE(rules.has_value());
    CHECK(rules.error().message.find(text) != std::string::npos);
  }
}
}  // TEST_SUITE("fetch/address_guard")

}  // namespace spinneret
