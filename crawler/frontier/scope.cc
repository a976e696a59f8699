#include "crawler/frontier/scope.h"

#include <fmt/format.h>
#include <libpsl.h>

namespace spinneret {
namespace {

// "shop.example.co.uk" → "example.co.uk"; a public suffix or an IP address stands for itself.
std::string RegistrableDomain(const Url& url) {
  const std::string host(url.host());
  if (url.host_is_ip()) {
    return host;
  }
  const char* domain = psl_registrable_domain(psl_builtin(), host.c_str());
  return domain == nullptr ? host : std::string(domain);
}

Result<void> Compile(const std::vector<std::string>& patterns, std::string_view option, std::vector<UrlPattern>& out) {
  for (const std::string& pattern : patterns) {
    Result<UrlPattern> compiled = UrlPattern::Make(option, pattern);
    if (!compiled) {
      return std::move(compiled).error();
    }
    out.push_back(*std::move(compiled));
  }
  return {};
}

}  // namespace

Scope::Scope(const ScopeSettings& settings)
    : settings_(settings), too_long_detail_(fmt::format("longer than {} bytes", settings.max_url_length)) {}
Scope::Scope(Scope&&) noexcept = default;
Scope& Scope::operator=(Scope&&) noexcept = default;
Scope::~Scope() = default;

Result<Scope> Scope::Make(const ScopeSettings& settings) {
  Scope scope(settings);
  if (Result<void> compiled = Compile(settings.include, "--include", scope.include_); !compiled) {
    return std::move(compiled).error();
  }
  if (Result<void> compiled = Compile(settings.exclude, "--exclude", scope.exclude_); !compiled) {
    return std::move(compiled).error();
  }
  return scope;
}

bool Scope::Widen(const Url& url) {
  std::string host = url.host_key_text();
  bool news = hosts_.insert(host).second;
  if (settings_.kind == ScopeKind::kDomain) {
    news = domains_.insert(RegistrableDomain(url)).second;
  } else if (settings_.kind == ScopeKind::kPrefix) {
    const std::string_view path = url.path();
    news = prefixes_.insert(host.append(path.substr(0, path.rfind('/') + 1))).second;
  }
  return news && settings_.kind != ScopeKind::kAny && settings_.kind != ScopeKind::kPage;
}

bool Scope::Contains(const Url& url) const {
  switch (settings_.kind) {
    case ScopeKind::kPage:
      return false;
    case ScopeKind::kAny:
      return true;
    case ScopeKind::kHost:
      return hosts_.contains(url.host_key_text());
    case ScopeKind::kDomain:
      return domains_.contains(RegistrableDomain(url));
    case ScopeKind::kPrefix: {
      // Every directory above the URL is looked up, longest first: the cost is the depth of the path, not the number of
      // seeds.
      std::string key = url.host_key_text();
      const std::size_t host_size = key.size();
      key += url.path();
      while (key.size() > host_size) {
        key.resize(key.rfind('/') + 1);
        if (prefixes_.contains(key)) {
          return true;
        }
        key.pop_back();
      }
      return false;
    }
  }
  return false;
}

Admission Scope::Check(const Url& url, Standing standing) const {
  if (!url.is_http()) {
    return {AdmissionCode::kScheme, {}};
  }
  const std::string_view href = url.href_without_fragment();
  if (href.size() > settings_.max_url_length) {
    return {AdmissionCode::kTooLong, too_long_detail_};
  }
  if (settings_.is_refused_literal && url.host_is_ip() && settings_.is_refused_literal(url.host())) {
    return {AdmissionCode::kPrivateAddress, {}};
  }
  if (standing == Standing::kLink && !Contains(url)) {
    return {AdmissionCode::kScope, {}};
  }
  for (const UrlPattern& pattern : exclude_) {
    if (pattern.Matches(href)) {
      return {AdmissionCode::kExclude, pattern.text()};
    }
  }
  if (standing != Standing::kLink || include_.empty()) {
    return {};
  }
  for (const UrlPattern& pattern : include_) {
    if (pattern.Matches(href)) {
      return {};
    }
  }
  return {AdmissionCode::kInclude, {}};
}

}  // namespace spinneret
