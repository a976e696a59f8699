#include "crawler/fetch/internal/response_head.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <curl/curl.h>

namespace spinneret {
namespace {

constexpr std::size_t kMaxValueBytes = 8U << 10U;
constexpr std::int64_t kLongestRetryAfterS =
    366LL * 24 * 3600;  // what is longer means never, and must not overflow when added

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

// The three digits of "HTTP/1.1 200 OK"; 0 when they are not there.
int StatusOf(std::string_view line) {
  const std::size_t space = line.find(' ');
  int status = 0;
  if (space == std::string_view::npos || line.size() < space + 4) {
    return 0;
  }
  const std::string_view digits = line.substr(space + 1, 3);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return 0;  // a sign is no digit, though from_chars reads it
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

// RFC 9110 §10.2.3: delta-seconds or HTTP-date. A date that has passed is no wait.
std::optional<std::chrono::seconds> RetryAfterOf(std::string_view value, std::int64_t now_s) {
  if (value.empty()) {
    return std::nullopt;
  }
  if (std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t delta = 0;
    const std::errc status = std::from_chars(value.data(), value.data() + value.size(), delta).ec;
    return std::chrono::seconds(status == std::errc{} ? std::min(delta, kLongestRetryAfterS) : kLongestRetryAfterS);
  }
  const std::int64_t at = curl_getdate(std::string(value).c_str(), nullptr);
  if (at == -1) {
    return std::nullopt;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(at - now_s, 0, kLongestRetryAfterS));
}

}  // namespace

bool ResponseHead::Add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > max_bytes_) {
    too_large_ = true;
    return false;
  }
  if (complete_) {
    return true;  // a trailer
  }
  if (line.starts_with("HTTP/")) {
    response_ = FetchResponse{};
    response_.status = StatusOf(line);
    retry_after_.clear();
    last_field_ = nullptr;
  }
  if (keep_raw_ == KeepRaw::kYes) {
    response_.raw_headers += line;
  }
  if (line.starts_with("HTTP/")) {
    return true;
  }
  if (Trim(line).empty() && (line.empty() || (line.front() != ' ' && line.front() != '\t'))) {
    complete_ = response_.status >= 200;
    return true;
  }
  ReadField(line);
  return true;
}

void ResponseHead::ReadField(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {  // obs-fold (RFC 9112 §5.2): read as one space
    const std::string_view more = Trim(line);
    if (last_field_ != nullptr && !more.empty() && last_field_->size() < kMaxValueBytes) {
      *last_field_ += ' ';
      *last_field_ += more.substr(0, kMaxValueBytes - last_field_->size());
    }
    return;
  }
  last_field_ = nullptr;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  const std::string_view name = Trim(line.substr(0, colon));
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "set-cookie")) {
    response_.sets_cookie = true;
    set_cookie_bytes_ += value.size();
    return;
  }
  if (EqualsIgnoringCase(name, "location")) {
    if (response_.location.empty()) {
      response_.location = value;
    }
    return;
  }
  std::string* const field = FieldFor(name);
  if (field == nullptr) {
    return;
  }
  // Lists: repeated lines are one list. Those of X-Robots-Tag stay apart, because a crawler's name at the beginning of
  // one holds to its end.
  const bool own_lines = field == &response_.x_robots_tag;
  if (own_lines || field == &response_.content_encoding || field == &response_.cache_control) {
    if (!field->empty() && field->size() + 2 < kMaxValueBytes) {
      *field += own_lines ? "\n" : ", ";
    }
    *field += value.substr(0, kMaxValueBytes - std::min(kMaxValueBytes, field->size()));
  } else if (field->empty() || field == &response_.content_type) {  // the last Content-Type counts, as in browsers
    *field = value.substr(0, kMaxValueBytes);
  } else {
    return;
  }
  last_field_ = field;
}

std::string* ResponseHead::FieldFor(std::string_view name) {
  const std::pair<std::string_view, std::string*> fields[] = {
      {"content-type", &response_.content_type},
      {"content-encoding", &response_.content_encoding},
      {"etag", &response_.etag},
      {"last-modified", &response_.last_modified},
      {"retry-after", &retry_after_},
      {"x-content-type-options", &response_.x_content_type_options},
      {"x-robots-tag", &response_.x_robots_tag},
      {"refresh", &response_.refresh},
      {"cache-control", &response_.cache_control},
  };
  for (const auto& [known, field] : fields) {
    if (EqualsIgnoringCase(name, known)) {
      return field;
    }
  }
  return nullptr;
}

FetchResponse ResponseHead::Take(std::int64_t now_s) {
  response_.retry_after = RetryAfterOf(retry_after_, now_s);
  last_field_ = nullptr;
  return std::move(response_);
}

}  // namespace spinneret
