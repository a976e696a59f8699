// EasySetup: FetchSettings, checked once, then written to each easy handle.
//
// Errors     Make() fails with kInvalidArgument on a setting that could not be used; messages carry no password.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/curl_fetcher.h"
#include "crawler/fetch/internal/curl_handles.h"
#include "crawler/fetch/internal/transfer.h"

namespace spinneret {

class EasySetup {
 public:
  static Result<EasySetup> Make(FetchSettings settings);

  const FetchSettings& settings() const { return settings_; }
  std::size_t proxy_count() const { return proxies_.size(); }
  // Without its credentials.
  const std::string& ProxyName(std::size_t proxy) const { return proxies_[proxy].name; }
  // What to resolve before connecting: the proxy where there is one.
  const Target& ConnectTarget(const Transfer& transfer) const {
    return transfer.proxy ? proxies_[*transfer.proxy].target : transfer.target;
  }

  // Prepares transfer.easy, fresh or reset, for the address that transfer.address names. `now` is the start of this
  // attempt.
  Result<void> Apply(Transfer& transfer, SteadyTime now) const;

 private:
  struct Headers {
    CurlList list;
    std::string cookie;  // CURLOPT_COOKIE joins it with the stored ones; as a header there would be two Cookie lines
  };

  struct Proxy {
    std::string url;
    std::string name;
    Target target;
  };

  explicit EasySetup(FetchSettings settings) : settings_(std::move(settings)) {}
  static Result<Proxy> ReadProxy(const std::string& text);
  Result<void> ReadCertificates();
  Result<Headers> Compose(const std::vector<std::string>& extra, bool with_credentials) const;

  FetchSettings settings_;
  AddressRules rules_;
  std::vector<Proxy> proxies_;
  std::string ca_file_;       // empty: libcurl's own choice
  Headers with_credentials_;  // settings_.headers alone
  Headers without_credentials_;
};

}  // namespace spinneret
