#include "parser/url.h"

#include "parser/url_host.h"
#include "parser/url_scheme.h"

namespace spinneret {

std::string_view Url::username() const {
  if (!has_credentials()) {
    return {};
  }
  return Slice(scheme_end_ + 3, username_end_);
}

std::string_view Url::password() const {
  if (!has_credentials() || href_[username_end_] != ':') {
    return {};
  }
  return Slice(username_end_ + 1, host_start_ - 1);
}

std::optional<std::uint16_t> Url::port() const {
  if (!has_port_) {
    return std::nullopt;
  }
  return port_;
}

std::uint16_t Url::effective_port() const {
  return has_port_ ? port_ : DefaultPort(scheme_kind_);
}

std::string_view Url::query() const {
  if (!has_query()) {
    return {};
  }
  return Slice(query_start_ + 1, fragment_start_);
}

std::string_view Url::fragment() const {
  if (!has_fragment()) {
    return {};
  }
  return std::string_view(href_).substr(fragment_start_ + 1);
}

bool Url::is_http() const {
  return scheme_kind_ == UrlScheme::kHttp || scheme_kind_ == UrlScheme::kHttps;
}

bool Url::host_is_ip() const {
  return host_kind_ == UrlHostKind::kIpv4 || host_kind_ == UrlHostKind::kIpv6;
}

std::string Url::host_key_text() const {
  std::string text(host());
  if (has_port_) {
    text += ':';
    text += std::to_string(port_);
  }
  return text;
}

std::string Url::origin() const {
  std::string text(scheme());
  text += "://";
  text += host_key_text();
  return text;
}

Url Url::WithoutSecrets() const {
  if (!has_credentials() && !has_fragment()) {
    return *this;
  }
  Url clean = *this;
  clean.href_.resize(fragment_start_);
  if (has_credentials()) {
    const std::uint32_t start = scheme_end_ + 3;
    const std::uint32_t removed = host_start_ - start;
    clean.href_.erase(start, removed);
    clean.username_end_ = start;
    clean.host_start_ = start;
    clean.host_end_ -= removed;
    clean.path_start_ -= removed;
    clean.query_start_ -= removed;
    clean.fragment_start_ -= removed;
  }
  return clean;
}

}  // namespace spinneret
