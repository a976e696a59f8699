// EasySetup: FetchSettings, checked once, then written to each easy handle.
//
// Errors     Make() fails with kInvalidArgument on a setting that could not be used; messages carry no password.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "crawler/fetch/curl_fetcher.h"
#include "crawler/fetch/internal/curl_handles.h"
#include "crawler/fetch/internal/transfer.h"

namespace spinneret {

class EasySetup {
 public:
  static Result<EasySetup> Make(FetchSettings settings);

  const FetchSettings& settings() const { return settings_; }
  bool has_proxy() const { return !proxy_url_.empty(); }
  // What to resolve before connecting: the proxy where there is one.
  const Target& ConnectTarget(const Transfer& transfer) const { return has_proxy() ? proxy_target_ : transfer.target; }

  // Prepares transfer.easy, fresh or reset, for the address that transfer.address names. `now` is the start of this
  // attempt.
  Result<void> Apply(Transfer& transfer, SteadyTime now) const;

 private:
  struct Headers {
    CurlList list;
    std::string cookie;  // CURLOPT_COOKIE joins it with the stored ones; as a header there would be two Cookie lines
  };

  explicit EasySetup(FetchSettings settings) : settings_(std::move(settings)) {}
  Result<void> ReadProxy();
  Result<void> ReadCertificates();
  Result<Headers> Compose(const std::vector<std::string>& extra, bool with_credentials) const;

  FetchSettings settings_;
  std::string proxy_url_;
  Target proxy_target_;
  std::string ca_file_;       // empty: libcurl's own choice
  Headers with_credentials_;  // settings_.headers alone
  Headers without_credentials_;
};

}  // namespace spinneret
