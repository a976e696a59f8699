#include "base/result.h"

#include <memory>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

Result<std::unique_ptr<int>> Half(int n) {
  if (n % 2 != 0) {
    return Err(ErrorCode::kInvalidArgument, std::to_string(n) + " is odd");
  }
  return std::make_unique<int>(n / 2);
}

}  // namespace

TEST_SUITE("base/result") {
TEST_CASE("Result: holds a value that can only be moved") {
  Result<std::unique_ptr<int>> half = Half(8);
  REQUIRE(half.has_value());
  const std::unique_ptr<int> value = *std::move(half);
  CHECK(*value == 4);
}

TEST_CASE("Result: holds an error with its code and words") {
  const Result<std::unique_ptr<int>> half = Half(7);
  REQUIRE_FALSE(half);
  CHECK(half.error().code == ErrorCode::kInvalidArgument);
  CHECK(half.error().message == "7 is odd");
}

TEST_CASE("Result of nothing: succeeds by default, fails by an error") {
  CHECK(Result<void>().has_value());
  const Result<void> failed = Err(ErrorCode::kTimeout, "too late");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "too late");
}

TEST_CASE("ErrorCode: the words of v_pages.error are those that people hold on to") {
  const std::set<std::string_view> expected = {"dns",
                                               "connect",
                                               "tls",
                                               "timeout",
                                               "reset",
                                               "protocol",
                                               "too_many_redirects",
                                               "too_large_headers",
                                               "decode",
                                               "scheme",
                                               "private_address",
                                               "poison"};
  std::set<std::string_view> names;
  for (const ErrorCode code :
       {ErrorCode::kDns, ErrorCode::kConnect, ErrorCode::kTls, ErrorCode::kTimeout, ErrorCode::kReset,
        ErrorCode::kProtocol, ErrorCode::kTooManyRedirects, ErrorCode::kTooLargeHeaders, ErrorCode::kDecode,
        ErrorCode::kScheme, ErrorCode::kPrivateAddress, ErrorCode::kPoison}) {
    names.insert(ErrorName(code));
    CHECK_FALSE(ErrorSentence(code).empty());
  }
  CHECK(names == expected);
}
}

}  // namespace spinneret
