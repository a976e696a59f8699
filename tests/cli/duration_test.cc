#include "cli/duration.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

TEST_SUITE("cli/duration") {
TEST_CASE("ParseDuration: digits and a unit") {
  struct Row {
    const char* text;
    std::int64_t ms;
  };
  for (const Row& row : {Row{"500ms", 500}, Row{"2s", 2000}, Row{"10m", 600'000}, Row{"1h", 3'600'000}, Row{"0s", 0},
                         Row{"0", 0}, Row{"007s", 7000}, Row{"1.5s", 1500}, Row{"0.25h", 900'000}, Row{"1.000s", 1000},
                         Row{"87600h", 315'360'000'000}}) {
    CAPTURE(std::string(row.text));
    CHECK(ParseDuration(row.text) == milliseconds{row.ms});
  }
}

TEST_CASE("ParseDuration: what is finer than a millisecond is rounded up, so that it never becomes zero") {
  CHECK(ParseDuration("0.1ms") == milliseconds{1});
  CHECK(ParseDuration("0.00000000000000000001s") == milliseconds{1});
  CHECK(ParseDuration("1.0001s") == milliseconds{1001});
  CHECK(ParseDuration("0.0ms") == milliseconds{0});
}

TEST_CASE("ParseDuration: a bare number other than 0, a sign, blanks, other units and overflow are refused") {
  for (const char* text : {"",
                           "5",
                           "00",
                           "0.0",
                           "-1s",
                           "+1s",
                           " 1s",
                           "1 s",
                           "1s ",
                           "s",
                           "1.s",
                           ".5s",
                           "1..5s",
                           "1S",
                           "1d",
                           "1sec",
                           "1h30m",
                           "1e3s",
                           "0x1s",
                           "1,5s",
                           "87601h",
                           "18446744073709551616ms",
                           "99999999999999999999h"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(ParseDuration(text).has_value());
  }
}

TEST_CASE("ParseSize: bytes, or k, M and G of 1024 each") {
  struct Row {
    const char* text;
    std::uint64_t bytes;
  };
  for (const Row& row : {Row{"0", 0}, Row{"65536", 65536}, Row{"1k", 1024}, Row{"1K", 1024}, Row{"32M", 33'554'432},
                         Row{"2G", 2'147'483'648}, Row{"1.5k", 1536}, Row{"0.5G", 536'870'912},
                         Row{"18446744073709551615", 18'446'744'073'709'551'615ULL},
                         Row{"17179869183G", 18'446'744'072'635'809'792ULL}}) {
    CAPTURE(std::string(row.text));
    CHECK(ParseSize(row.text) == row.bytes);
  }
}

TEST_CASE("ParseSize: fractions of a byte, other units, signs and overflow are refused") {
  for (const char* text : {"", "k", "1.5", "-1", "+1", "1 k", "1m", "1g", "1kB", "1KiB", "1T", "18446744073709551616",
                           "17179869184G", "1e6"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(ParseSize(text).has_value());
  }
}

TEST_CASE("FormatDuration: the two largest units, never rounded up to the next") {
  CHECK(FormatDuration(milliseconds{0}) == "0ms");
  CHECK(FormatDuration(milliseconds{999}) == "999ms");
  CHECK(FormatDuration(milliseconds{1000}) == "1s");
  CHECK(FormatDuration(milliseconds{1550}) == "1.5s");
  CHECK(FormatDuration(milliseconds{59'999}) == "59.9s");
  CHECK(FormatDuration(milliseconds{125'000}) == "2m 05s");
  CHECK(FormatDuration(milliseconds{3'720'000}) == "1h 02m");
  CHECK(FormatDuration(milliseconds{273'600'000}) == "3d 4h");
  CHECK(FormatDuration(milliseconds{-5}) == "0ms");
}

TEST_CASE("FormatSize and FormatCount: short for people") {
  CHECK(FormatSize(0) == "0 B");
  CHECK(FormatSize(1023) == "1023 B");
  CHECK(FormatSize(1536) == "1.5 KiB");
  CHECK(FormatSize(1'048'575) == "1 MiB");
  CHECK(FormatSize(33'554'432) == "32 MiB");
  CHECK(FormatSize(18'446'744'073'709'551'615ULL) == "16 EiB");
  CHECK(FormatCount(0) == "0");
  CHECK(FormatCount(999) == "999");
  CHECK(FormatCount(1000) == "1,000");
  CHECK(FormatCount(12'345'678) == "12,345,678");
}
}  // TEST_SUITE("cli/duration")

}  // namespace
}  // namespace spinneret::cli
