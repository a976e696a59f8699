#include "crawler/fetch/internal/easy_setup.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "crawler/fetch/internal/curl_error.h"
#include "crawler/fetch/internal/kept_connections.h"

namespace spinneret {
namespace {

constexpr long kReceiveBufferBytes = 64L << 10U;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view NameOf(std::string_view header) {
  return header.substr(0, header.find(':'));
}

std::string_view ValueOf(std::string_view header) {
  header.remove_prefix(std::min(header.size(), header.find(':') + 1));
  const std::size_t first = header.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : header.substr(first);
}

// RFC 9110 §5.1 and §5.5: a token, a colon, and a value that cannot start another line.
bool IsHeader(std::string_view header) {
  const std::string_view name = NameOf(header);
  const bool token = !name.empty() && name.size() < header.size() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
  return token && std::all_of(header.begin(), header.end(), [](char c) {
           return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
         });
}

long Ms(std::chrono::milliseconds duration) {
  return static_cast<long>(std::clamp<std::int64_t>(duration.count(), 1, 1'000'000'000));
}

std::string InBrackets(const std::string& ip) {
  return ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
}

// Sets options until one is refused.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}
  template <class Value>
  void Set(CURLoption option, Value value) {
    if (code_ == CURLE_OK) {
      code_ = curl_easy_setopt(easy_, option, value);
      refused_ = option;
    }
  }
  CURLcode code() const { return code_; }
  // The option that was refused, where code() is an error.
  int refused() const { return static_cast<int>(refused_); }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
  CURLoption refused_ = CURLOPT_LASTENTRY;
};

}  // namespace

Result<EasySetup> EasySetup::Make(FetchSettings settings) {
  EasySetup setup(std::move(settings));
  for (const std::string& header : setup.settings_.headers) {
    if (!IsHeader(header)) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("header \"{}\" is not \"Name: value\"", NameOf(header)));
    }
  }
  const std::string& agent = setup.settings_.user_agent;
  if (std::any_of(agent.begin(), agent.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return Err(ErrorCode::kInvalidArgument, "the user agent contains a control character");
  }
  if (setup.settings_.user.find('\0') != std::string::npos) {
    return Err(ErrorCode::kInvalidArgument, "the user name contains a NUL");
  }
  Result<AddressRules> rules =
      AddressRules::Make(setup.settings_.allow_private, setup.settings_.allow_net, setup.settings_.deny_net);
  if (!rules) {
    return std::move(rules).error();
  }
  setup.rules_ = *std::move(rules);
  for (const std::string& text : setup.settings_.proxies) {
    Result<Proxy> proxy = ReadProxy(text);
    if (!proxy) {
      return std::move(proxy).error();
    }
    setup.proxies_.push_back(*std::move(proxy));
  }
  if (Result<void> read = setup.ReadCertificates(); !read) {
    return std::move(read).error();
  }
  for (const bool credentials : {true, false}) {
    Result<Headers> headers = setup.Compose({}, credentials);
    if (!headers) {
      return std::move(headers).error();
    }
    (credentials ? setup.with_credentials_ : setup.without_credentials_) = *std::move(headers);
  }
  return setup;
}

Result<EasySetup::Proxy> EasySetup::ReadProxy(const std::string& text) {
  const Error bad =
      Err(ErrorCode::kInvalidArgument, "the proxy is not [http|https|socks4|socks5]://[user:password@]host[:port]");
  // A plain socks4 or socks5 would have libcurl resolve the name, in a thread for each.
  std::string url = text.find("://") == std::string::npos ? "http://" + text : text;
  for (const auto& [scheme, instead] : {std::pair("socks5://", "socks5h://"), std::pair("socks4://", "socks4a://")}) {
    if (url.starts_with(scheme)) {
      url.replace(0, std::string_view(scheme).size(), instead);
    }
  }
  const bool known = url.starts_with("http://") || url.starts_with("https://") || url.starts_with("socks5h://") ||
                     url.starts_with("socks4a://");
  const CurlUrl parser(curl_url());
  if (!known || !parser || url.find('\0') != std::string::npos ||
      curl_url_set(parser.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return bad;
  }
  char* host = nullptr;
  if (curl_url_get(parser.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    return bad;
  }
  const CurlText owned_host(host);
  char* port = nullptr;
  if (curl_url_get(parser.get(), CURLUPART_PORT, &port, 0) != CURLUE_OK) {
    // Written out, because libcurl's default depends on the scheme's spelling.
    if (curl_url_set(parser.get(), CURLUPART_PORT, url.starts_with("https://") ? "443" : "1080", 0) != CURLUE_OK ||
        curl_url_get(parser.get(), CURLUPART_PORT, &port, 0) != CURLUE_OK) {
      return bad;
    }
  }
  const CurlText owned_port(port);
  char* whole = nullptr;
  if (curl_url_get(parser.get(), CURLUPART_URL, &whole, 0) != CURLUE_OK) {
    return bad;
  }
  const CurlText owned_whole(whole);
  Proxy proxy;
  proxy.target.host = host;
  const std::string_view digits(port);
  std::from_chars(digits.data(), digits.data() + digits.size(), proxy.target.port);
  proxy.url = whole;
  proxy.name = fmt::format("{}{}:{}", url.substr(0, url.find("://") + 3), host, port);
  return proxy;
}

Result<void> EasySetup::ReadCertificates() {
  if (const ClientCertificate& own = settings_.client_certificate; !own.file.empty()) {
    if (Result<void> usable = CheckClientCertificate(own); !usable) {
      return usable;
    }
  }
  if (!settings_.ca_file.empty()) {
    if (::access(settings_.ca_file.c_str(), R_OK) != 0) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("{}: the CA file cannot be read", settings_.ca_file));
    }
    ca_file_ = settings_.ca_file;
    return {};
  }
  // libcurl reads the certificates once for all connections of a multi handle only where there is a file and no
  // directory.
  const char* const builtin = curl_version_info(CURLVERSION_NOW)->cainfo;
  if (builtin != nullptr && ::access(builtin, R_OK) == 0) {
    ca_file_ = builtin;
  }
  return {};
}

Result<EasySetup::Headers> EasySetup::Compose(const std::vector<std::string>& extra, bool with_credentials) const {
  Headers headers;
  bool memory = true;
  const auto add = [&](const std::string& header) {
    const std::string_view name = NameOf(header);
    const std::string_view value = ValueOf(header);
    if (!with_credentials && (EqualsIgnoringCase(name, "authorization") || EqualsIgnoringCase(name, "cookie"))) {
      return;
    }
    if (EqualsIgnoringCase(name, "cookie")) {
      headers.cookie.append(headers.cookie.empty() ? "" : "; ").append(value);
      return;
    }
    // libcurl reads "Name:" as "do not send" and "Name;" as an empty value.
    memory = headers.list.Add(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value)) && memory;
  };
  for (const std::string& header : settings_.headers) {
    const bool replaced = std::any_of(extra.begin(), extra.end(), [&](const std::string& other) {
      return EqualsIgnoringCase(NameOf(other), NameOf(header)) && !EqualsIgnoringCase(NameOf(header), "cookie");
    });
    if (!replaced) {
      add(header);
    }
  }
  for (const std::string& header : extra) {
    if (!IsHeader(header)) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("header \"{}\" is not \"Name: value\"", NameOf(header)));
    }
    add(header);
  }
  const auto names_coding = [](const std::string& header) {
    return EqualsIgnoringCase(NameOf(header), "accept-encoding");
  };
  if (std::none_of(settings_.headers.begin(), settings_.headers.end(), names_coding) &&
      std::none_of(extra.begin(), extra.end(), names_coding)) {
    add("Accept-Encoding: gzip, deflate, br, zstd");  // undone by ContentDecoder, not by libcurl
  }
  if (!memory) {
    return Err(ErrorCode::kSystem, "no memory for headers");
  }
  return headers;
}

Result<void> EasySetup::Apply(Transfer& transfer, SteadyTime now) const {
  const FetchRequest& request = transfer.request;
  const FetchLimits& limits = settings_.limits;
  const bool pinned = transfer.addresses.pinned;
  const Proxy* const proxy = transfer.proxy ? &proxies_[*transfer.proxy] : nullptr;
  transfer.any_address_allowed = pinned || proxy != nullptr;
  transfer.rules = &rules_;
  transfer.secure_proxy = proxy != nullptr && proxy->url.starts_with("https:");
  transfer.attempt_started = now;
  transfer.address_refused = false;
  transfer.no_socket = 0;
  transfer.body_cut = false;
  transfer.max_body_bytes = request.max_body_bytes != 0 ? request.max_body_bytes : limits.max_body_bytes;
  transfer.head = ResponseHead(limits.max_header_bytes,
                               request.keep_raw_headers ? ResponseHead::KeepRaw::kYes : ResponseHead::KeepRaw::kNo);
  transfer.decoder.reset();
  transfer.body.clear();
  transfer.error_text[0] = '\0';
  transfer.Bind();

  const Headers* headers = request.send_credentials ? &with_credentials_ : &without_credentials_;
  Headers own;
  if (!request.headers.empty()) {
    Result<Headers> composed = Compose(request.headers, request.send_credentials);
    if (!composed) {
      return std::move(composed).error();
    }
    own = *std::move(composed);
    headers = &own;
  }

  Options options(transfer.easy);
  options.Set(CURLOPT_URL, request.url.c_str());
  options.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  options.Set(CURLOPT_PATH_AS_IS, 1L);
  options.Set(CURLOPT_FOLLOWLOCATION, 0L);
  options.Set(CURLOPT_NOSIGNAL, 1L);
  options.Set(CURLOPT_NOPROGRESS, 1L);
  options.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  options.Set(CURLOPT_HTTP09_ALLOWED, 0L);
  // The answer to CONNECT is not the host's.
  options.Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (request.url.starts_with("https:")) {
    // A host that speaks HTTP/2 is asked over one connection, also while that is being made.
    options.Set(CURLOPT_PIPEWAIT, 1L);
    options.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (const ClientCertificate& mine = settings_.client_certificate; request.send_certificate && !mine.file.empty()) {
      options.Set(CURLOPT_SSLCERT, mine.file.c_str());
      options.Set(CURLOPT_SSLKEY, (mine.key_file.empty() ? mine.file : mine.key_file).c_str());
      if (!mine.password.empty()) {
        options.Set(CURLOPT_KEYPASSWD, mine.password.c_str());
      }
    }
  }
  options.Set(CURLOPT_TCP_NODELAY, 1L);
  options.Set(CURLOPT_TCP_KEEPALIVE, 1L);
  // A handle that carried an HTTP/2 stream may keep its buffer; libcurl 7.88 then refuses another size, and the smaller
  // one does.
  curl_easy_setopt(transfer.easy, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  if (!settings_.user_agent.empty()) {
    options.Set(CURLOPT_USERAGENT, settings_.user_agent.c_str());
  }
  if (headers->list.get() != nullptr) {
    options.Set(CURLOPT_HTTPHEADER, headers->list.get());
  }
  if (!headers->cookie.empty()) {
    options.Set(CURLOPT_COOKIE, headers->cookie.c_str());
  }
  if (request.send_credentials && !settings_.user.empty()) {
    options.Set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    options.Set(CURLOPT_USERPWD, settings_.user.c_str());
  }
  if (settings_.insecure) {
    options.Set(CURLOPT_SSL_VERIFYPEER, 0L);
    options.Set(CURLOPT_SSL_VERIFYHOST, 0L);
    options.Set(CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
    options.Set(CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
  }
  if (!ca_file_.empty()) {
    options.Set(CURLOPT_CAINFO, ca_file_.c_str());
    options.Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    options.Set(CURLOPT_PROXY_CAINFO, ca_file_.c_str());
    options.Set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }

  // Names: libcurl is always given an address, so that it never resolves (a thread per name) and never remembers.
  options.Set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  options.Set(CURLOPT_MAXAGE_CONN, static_cast<long>(KeptConnections::kLongestIdle.count()));
  options.Set(CURLOPT_FORBID_REUSE, transfer.keep_connection ? 0L : 1L);
  options.Set(CURLOPT_NOPROXY, "");  // or the environment's would count
  options.Set(CURLOPT_PROXY, proxy == nullptr ? "" : proxy->url.c_str());
  transfer.connect_to.Clear();
  std::size_t tries_left = 1;
  if (transfer.address < transfer.addresses.ips.size()) {
    if (proxy != nullptr) {
      // CONNECT_TO would make libcurl tunnel; an entry of its cache without expiry, replaced each time, does the same
      // for the proxy.
      transfer.connect_to.Add(
          fmt::format("{}:{}:{}", proxy->target.host, proxy->target.port, fmt::join(transfer.addresses.ips, ",")));
      options.Set(CURLOPT_RESOLVE, transfer.connect_to.get());
    } else {
      const std::string& ip = transfer.addresses.ips[transfer.address];
      transfer.connect_to.Add(fmt::format("::{}:{}", InBrackets(ip), transfer.target.port));
      options.Set(CURLOPT_CONNECT_TO, transfer.connect_to.get());
      tries_left = std::min(transfer.addresses.ips.size(), kMaxAddressesTried) - transfer.address;
    }
  }

  // The time left for connecting is shared by the addresses that may still be tried.
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(now - transfer.started);
  const std::chrono::milliseconds left = limits.timeout - spent;
  options.Set(CURLOPT_TIMEOUT_MS, Ms(left));
  options.Set(CURLOPT_CONNECTTIMEOUT_MS,
              Ms(std::min(left, (limits.connect_timeout - spent) / static_cast<std::int64_t>(tries_left))));
  if (options.code() != CURLE_OK) {
    return ErrorOfCurl(options.code(), fmt::format("option {} is refused", options.refused()));
  }
  transfer.own_headers = std::move(own.list);
  return {};
}

}  // namespace spinneret
