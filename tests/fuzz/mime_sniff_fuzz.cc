// Any bytes are a body of some type. The first byte picks the Content-Type and whether guessing is forbidden.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "parser/mime_sniff.h"
#include "parser/mime_type.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static constexpr std::array<std::string_view, 8> kContentTypes{
      "", "text/plain", "text/plain; charset=UTF-8", "image/png", "video/mp4", "*/*", "text/html", "application/json",
  };
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::uint8_t choice = 0;
  if (!bytes.empty()) {
    choice = data[0];
    bytes.remove_prefix(1);
  }
  const std::string_view content_type = kContentTypes[choice % kContentTypes.size()];
  const Nosniff nosniff = (choice & 0x80U) != 0 ? Nosniff::kYes : Nosniff::kNo;
  const std::string type = ComputedMimeType(content_type, bytes, nosniff);
  SPINNERET_CHECK(ParseMimeType(type).essence == type, "a type that is none");
  const bool said_html = ParseMimeType(content_type).essence == "text/html";
  SPINNERET_CHECK(said_html || nosniff == Nosniff::kNo || type != "text/html", "HTML guessed in spite of nosniff");
  SPINNERET_CHECK(!content_type.starts_with("text/plain") || type == "text/plain" || type == "application/octet-stream",
                  "plain text taken for something that runs");
  SPINNERET_CHECK(ComputedMimeType(content_type, bytes.substr(0, 1445), nosniff) == type, "looked past the header");
  // A Content-Type from the web is any bytes too.
  SPINNERET_CHECK(!ComputedMimeType(bytes.substr(0, 200), bytes, nosniff).empty(), "no type at all");
  static_cast<void>(IsNosniff(bytes.substr(0, 200)));
  return 0;
}
