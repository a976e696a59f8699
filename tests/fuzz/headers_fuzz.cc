// Any bytes are a response's header block, cut into lines as libcurl hands them over; and any line is a cookie's, a
// Refresh header's or a Content-Type's value.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "crawler/fetch/cookies.h"
#include "crawler/fetch/internal/response_head.h"
#include "parser/mime_type.h"
#include "parser/refresh.h"
#include "parser/url.h"

namespace {

constexpr std::uint64_t kMaxHeadBytes = 64U << 10U;

bool LooksInto(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void ReadValue(std::string_view value) {
  using namespace spinneret;
  if (const std::optional<Refresh> refresh = ParseRefresh(value)) {
    SPINNERET_CHECK(LooksInto(refresh->url, value), "a URL from elsewhere");
    const std::optional<Url> base = Url::Parse("http://shop.example/a/b?c");
    (void)Url::Parse(refresh->url, &*base);
  }
  const MimeType type = ParseMimeType(value);
  SPINNERET_CHECK(type.essence.empty() || type.essence.find('/') != std::string::npos, "a type without a subtype");
  if (const Result<Cookie> cookie = ParseCookie(value)) {
    SPINNERET_CHECK(cookie->line == value && !DomainOf(value).empty(), "another cookie than the line's");
    const Result<Cookie> gone = ParseCookie(Expired(value));
    SPINNERET_CHECK(gone.has_value() && gone->key == cookie->key && gone->expires == 1, "another cookie is gone");
    SPINNERET_CHECK(!SiteOf(DomainOf(value)).empty(), "a cookie of no site");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  ResponseHead head(kMaxHeadBytes, ResponseHead::KeepRaw::kYes);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
    rest.remove_prefix(line.size());
    ReadValue(line.substr(0, line.find_last_not_of("\r\n") + 1));
    if (!head.Add(line)) {
      SPINNERET_CHECK(head.too_large(), "a line is refused for nothing");
      break;
    }
  }
  const FetchResponse response = head.Take(1'800'000'000);
  SPINNERET_CHECK(response.status >= 0 && response.status <= 999, "a status of more than three digits");
  SPINNERET_CHECK(!response.retry_after ||
                      (response.retry_after->count() >= 0 && *response.retry_after <= std::chrono::hours(24 * 366)),
                  "a rest out of bounds");
  SPINNERET_CHECK(response.raw_headers.size() <= kMaxHeadBytes && response.etag.size() <= (8U << 10U) &&
                      response.refresh.size() <= (8U << 10U) && response.x_robots_tag.size() <= (8U << 10U),
                  "a value over its bound");
  SPINNERET_CHECK(!response.redirects() || !response.location.empty(), "a redirect to nowhere");
  ReadValue(response.refresh);
  ReadValue(response.content_type);
  return 0;
}
