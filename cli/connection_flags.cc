#include "cli/connection_flags.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"
#include "cli/option_kinds.h"
#include "cli/request_checks.h"
#include "crawler/fetch/certificates.h"
#include "crawler/fetch/cookies.h"

namespace spinneret::cli {
namespace {

Error Refuse(std::string_view option, std::string_view why) {
  return Err(ErrorCode::kInvalidArgument, fmt::format("{}: {}", option, why));
}

// FILE[:PASSWORD]: a file that is there is one, whatever its name; else what stands before the first colon that leaves
// one.
ClientCertificate SplitCertificate(const std::string& text) {
  ClientCertificate split;
  split.file = text;
  if (::access(text.c_str(), F_OK) == 0) {
    return split;
  }
  for (std::size_t colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    const std::string file = text.substr(0, colon);
    if (::access(file.c_str(), F_OK) == 0) {
      split.file = file;
      split.password = text.substr(colon + 1);
      return split;
    }
  }
  split.file = text.substr(0, text.find(':'));  // what follows may be a password, which is not to be shown
  return split;
}

Result<void> CheckSavePath(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Refuse("--save-cookies", fmt::format("\"{}\" is a folder; name a file", Printable(path)));
  }
  const std::filesystem::path folder = std::filesystem::absolute(path, ignored).parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return Refuse("--save-cookies", fmt::format("no file can be written into \"{}\"", Printable(folder.string())));
  }
  return {};
}

}  // namespace

void ConnectionFlags::AddTo(CLI::App& app, const std::string& group, For use) {
  AddListOption(
      app, "--proxy", "URL", proxies_,
      "http, https or socks proxy, [SCHEME://][USER:PASSWORD@]HOST:PORT; its password is never stored. "
      "Repeatable: each site keeps one of them, and one that fails rests. The environment's proxies are not used",
      CheckProxy)
      ->group(group);
  AddTextOption(
      app, "--cert", "FILE[:PASSWORD]", cert_,
      "Client certificate (PEM), shown to the seeds' hosts where they ask for one. A password is never stored: "
      "resume asks for it again")
      ->group(group);
  AddTextOption(app, "--key", "FILE", key_, "The certificate's private key (PEM), where it is not in the same file",
                CheckReadableFile)
      ->group(group);
  if (use == For::kNewCrawl) {
    AddChoiceOption(
        app, "--cookies", {"on", "off"},
        [this](std::size_t index) {
          cookies_ = index == 0;
          cookies_given_ = true;
        },
        "Keep the cookies that sites set and send them back, while the crawl runs (default: on)")
        ->group(group);
  }
  AddTextOption(app, "--load-cookies", "FILE", load_cookies_,
                "Begin with the cookies of this file (Netscape's format). Never stored: resume asks for it again",
                CheckReadableFile)
      ->group(group);
  AddTextOption(app, "--save-cookies", "FILE", save_cookies_,
                "Write all cookies there at the end, those of the session too; nobody else may read the file")
      ->group(group);
}

bool ConnectionFlags::Gives(const std::string& option) const {
  return (option == "--proxy" && !proxies_.empty()) || (option == "--cert" && !cert_.empty()) ||
         (option == "--load-cookies" && !load_cookies_.empty());
}

Result<void> ConnectionFlags::Apply(CrawlOptions& options) const {
  if (!proxies_.empty()) {
    options.proxies = proxies_;
  }
  if (!cert_.empty()) {
    const ClientCertificate certificate = SplitCertificate(cert_);
    options.cert = certificate.file;
    options.key = key_;
    options.cert_password = certificate.password;
  } else if (!key_.empty()) {
    return Refuse("--key", "a key needs the certificate that it belongs to; add --cert FILE");
  }
  if (!options.cert.empty()) {
    const Result<void> usable = CheckClientCertificate({options.cert, options.key, options.cert_password});
    if (!usable) {
      return Refuse("--cert", usable.error().message);
    }
  }
  if (!options.ca_file.empty()) {
    if (const Result<void> usable = CheckCaFile(options.ca_file); !usable) {
      return Refuse("--ca-file", usable.error().message);
    }
  }
  if (cookies_given_) {
    options.cookies = cookies_;
  }
  options.load_cookies = load_cookies_;
  if (!save_cookies_.empty()) {
    options.save_cookies = save_cookies_;
  }
  if (!options.cookies && (!options.load_cookies.empty() || !options.save_cookies.empty())) {
    return Refuse("--cookies off", fmt::format("it contradicts {}: no cookie is sent or kept",
                                               options.load_cookies.empty() ? "--save-cookies" : "--load-cookies"));
  }
  if (!options.load_cookies.empty()) {
    const Result<std::vector<SiteCookies>> cookies =
        LoadCookies(options.load_cookies, SystemClock().WallTimeMs() / 1000);
    if (!cookies) {
      return Refuse("--load-cookies", cookies.error().message);
    }
  }
  return options.save_cookies.empty() ? Result<void>() : CheckSavePath(options.save_cookies);
}

}  // namespace spinneret::cli
