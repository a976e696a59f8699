#include "cli/base64.h"

#include <doctest/doctest.h>

namespace spinneret::cli {

TEST_SUITE("cli/base64") {
TEST_CASE("every length comes back, with padding and without") {
  CHECK(DecodeBase64("").value() == "");
  CHECK(DecodeBase64("Zg==").value() == "f");
  CHECK(DecodeBase64("Zm8=").value() == "fo");
  CHECK(DecodeBase64("Zm9v").value() == "foo");
  CHECK(DecodeBase64("Zg").value() == "f");
  CHECK(DecodeBase64("Zm8").value() == "fo");
  CHECK(DecodeBase64("Zm9vYmE").value() == "fooba");
}

TEST_CASE("all 64 digits and white space between them are read") {
  const std::string bytes = DecodeBase64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst\nuvwxyz 0123456789+/").value();
  REQUIRE(bytes.size() == 48);
  CHECK(static_cast<unsigned char>(bytes[1]) == 0x10);
  CHECK(static_cast<unsigned char>(bytes[47]) == 0xBF);
}

TEST_CASE("what is not base64 is refused") {
  for (const char* text : {"Z", "Zg=", "Zg===", "Zm9v=", "Zm=v", "Zm-_", "Zm9v!", "====="}) {
    CAPTURE(text);
    CHECK_FALSE(DecodeBase64(text).has_value());
  }
}
}

}  // namespace spinneret::cli
