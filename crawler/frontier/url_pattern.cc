#include "crawler/frontier/url_pattern.h"

#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

namespace spinneret {

UrlPattern::UrlPattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
UrlPattern::UrlPattern(UrlPattern&&) noexcept = default;
UrlPattern& UrlPattern::operator=(UrlPattern&&) noexcept = default;
UrlPattern::~UrlPattern() = default;

Result<UrlPattern> UrlPattern::Make(std::string_view option, const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(text, options);
  if (!compiled->ok()) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{} '{}': {}", option, text, compiled->error()));
  }
  return UrlPattern(std::move(compiled));
}

bool UrlPattern::Matches(std::string_view href) const {
  return re2::RE2::PartialMatch(re2::StringPiece(href.data(), href.size()), *compiled_);
}

const std::string& UrlPattern::text() const {
  return compiled_->pattern();
}

}  // namespace spinneret
