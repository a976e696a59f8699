#include "parser/mime_type.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

TEST_SUITE("parser/mime_type") {
TEST_CASE("ParseMimeType: essence in lower case, charset as written") {
  const MimeType mime = ParseMimeType(" Text/HTML ; Charset=ISO-8859-1 ");
  CHECK(mime.essence == "text/html");
  CHECK(mime.charset == "ISO-8859-1");
}

TEST_CASE("ParseMimeType: a quoted charset is unquoted") {
  CHECK(ParseMimeType("text/html;charset=\"utf-8\"").charset == "utf-8");
  CHECK(ParseMimeType("text/html;charset=\"u\\tf-8\" rest;x=y").charset == "utf-8");
  CHECK(ParseMimeType("text/html;charset=\"utf-8").charset == "utf-8");
  CHECK(ParseMimeType("text/html;a=\";charset=x\";charset=y").charset == "y");
}

TEST_CASE("ParseMimeType: the first charset counts, one without a value does not") {
  CHECK(ParseMimeType("text/html;charset=a;charset=b").charset == "a");
  CHECK(ParseMimeType("text/html;charset;charset=b").charset == "b");
  CHECK(ParseMimeType("text/html;charset=;charset=b").charset == "b");
  CHECK(ParseMimeType("text/html; charset =b").charset.empty());
}

TEST_CASE("ParseMimeType: what is not type/subtype is no MIME type") {
  for (const std::string value :
       {"", "/", "text", "text/", "/html", "te xt/html", "text/ht ml", "text/html,x", "text/(x)"}) {
    CAPTURE(value);
    CHECK(ParseMimeType(value).essence.empty());
  }
  CHECK(ParseMimeType(std::string("text/ht\0ml", 10)).essence.empty());
}

TEST_CASE("IsHtml: HTML and XHTML only") {
  CHECK(IsHtml("text/html"));
  CHECK(IsHtml("application/xhtml+xml"));
  CHECK_FALSE(IsHtml("text/xml"));
  CHECK_FALSE(IsHtml(""));
}
}  // TEST_SUITE("parser/mime_type")

}  // namespace
}  // namespace spinneret
