#include "crawler/fetch/internal/transfer.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/internal/curl_error.h"
#include "crawler/worker_threads/resource_limits.h"

namespace spinneret {
namespace {

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
  auto* const self = static_cast<Transfer*>(transfer);
  try {
    return self->head.Add({data, size * count}) ? size * count : 0;
  } catch (const worker_threads::WorkerOutOfMemory&) {
    self->shortage = Transfer::Shortage::kWorker;
    return 0;
  } catch (const std::bad_alloc&) {
    self->shortage = Transfer::Shortage::kMachine;
    return 0;
  }
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
  auto* const self = static_cast<Transfer*>(transfer);
  const std::size_t bytes = size * count;
  try {
    if (!self->decoder) {
      self->decoder.emplace(self->head.content_encoding());
    }
    const bool more = self->decoder->Feed({data, bytes}, [self](std::string_view piece) {
      const std::uint64_t room = self->max_body_bytes - self->body.size();
      self->body.append(piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), room))));
      self->body_cut = piece.size() > room;
      return !self->body_cut;
    });
    // Any wrong number ends the transfer.
    return more ? bytes : CURL_WRITEFUNC_PAUSE - 1;
  } catch (const worker_threads::WorkerOutOfMemory&) {
    self->shortage = Transfer::Shortage::kWorker;
    return CURL_WRITEFUNC_PAUSE - 1;
  } catch (const std::bad_alloc&) {
    self->shortage = Transfer::Shortage::kMachine;
    return CURL_WRITEFUNC_PAUSE - 1;
  }
}

curl_socket_t OnOpenSocket(void* transfer, curlsocktype purpose, curl_sockaddr* address) noexcept {
  auto* const self = static_cast<Transfer*>(transfer);
  if (purpose != CURLSOCKTYPE_IPCXN || (!self->any_address_allowed && !self->rules->Allows(address->addr))) {
    self->address_refused = true;
    return CURL_SOCKET_BAD;
  }
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  self->no_socket = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) ? errno : 0;
  return fd;
}

constexpr int kProxyAuthenticationRequired = 407;

double Milliseconds(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

curl_off_t TimeInfo(CURL* easy, CURLINFO which) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, which, &value);
  return value;
}

long NumberInfo(CURL* easy, CURLINFO which) {
  long value = 0;
  curl_easy_getinfo(easy, which, &value);
  return value;
}

std::string_view HttpVersionName(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0:
      return "1.0";
    case CURL_HTTP_VERSION_1_1:
      return "1.1";
    case CURL_HTTP_VERSION_2_0:
      return "2";
    case CURL_HTTP_VERSION_3:
      return "3";
    default:
      return "";
  }
}

}  // namespace

Result<Target> TargetOf(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return Err(ErrorCode::kScheme, "only http and https are fetched");
  }
  const CurlUrl parser(curl_url());
  if (!parser) {
    return Err(ErrorCode::kSystem, "no memory for a URL");
  }
  const auto error = [](CURLUcode code) {
    const bool host = code == CURLUE_BAD_HOSTNAME || code == CURLUE_BAD_IPV6 || code == CURLUE_NO_HOST;
    return Err(host ? ErrorCode::kDns : ErrorCode::kInvalidArgument,
               fmt::format("{} (curl url {})", curl_url_strerror(code), static_cast<int>(code)));
  };
  CURLUcode code = curl_url_set(parser.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS);
  char* host = nullptr;
  char* port = nullptr;
  if (code == CURLUE_OK) {
    code = curl_url_get(parser.get(), CURLUPART_HOST, &host, 0);
  }
  const CurlText owned_host(host);
  if (code == CURLUE_OK) {
    code = curl_url_get(parser.get(), CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
  }
  const CurlText owned_port(port);
  if (code != CURLUE_OK) {
    return error(code);
  }
  Target target{host, 0};
  const std::string_view digits(port);
  std::from_chars(digits.data(), digits.data() + digits.size(), target.port);  // curl_url_get gives a checked number
  return target;
}

void Transfer::Bind() {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
}

bool Transfer::FailedToConnect(CURLcode code) const {
  // A connection of this attempt was begun and not made; a kept one that broke or was slow is no reason to go
  // elsewhere.
  return code == CURLE_COULDNT_CONNECT ||
         (code == CURLE_OPERATION_TIMEDOUT && NumberInfo(easy, CURLINFO_NUM_CONNECTS) > 0 &&
          TimeInfo(easy, CURLINFO_CONNECT_TIME_T) == 0);
}

std::string Transfer::ProxyFailure(CURLcode code) const {
  if (!proxy) {
    return {};
  }
  const long connect_status = NumberInfo(easy, CURLINFO_HTTP_CONNECTCODE);
  if (FailedToConnect(code) || code == CURLE_COULDNT_RESOLVE_PROXY) {
    return ErrorOfCurl(code, error_text).message;
  }
  if (head.status() == kProxyAuthenticationRequired || connect_status == kProxyAuthenticationRequired) {
    return "it refuses the credentials (407)";
  }
  if (code == CURLE_PROXY) {
    switch (NumberInfo(easy, CURLINFO_PROXY_ERROR)) {
      case CURLPX_REPLY_CONNECTION_REFUSED:  // what it says of the host that it was to reach
      case CURLPX_REPLY_HOST_UNREACHABLE:
      case CURLPX_REPLY_NETWORK_UNREACHABLE:
      case CURLPX_REPLY_TTL_EXPIRED:
      case CURLPX_REPLY_NOT_ALLOWED:
      case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
      case CURLPX_REQUEST_FAILED:
        return {};
      default:
        return ErrorOfCurl(code, error_text).message;
    }
  }
  const Error error = ErrorOfCurl(code, error_text);
  // The host's own handshake follows an answer to CONNECT.
  const bool tunnel = request.url.starts_with("https:");
  return error.code == ErrorCode::kTls && secure_proxy && (!tunnel || connect_status == 0) ? error.message : "";
}

Result<FetchResponse> Transfer::Judge(CURLcode code) {
  const bool complete = head.complete();
  const auto respond = [this](Truncation truncated) {
    FetchResponse response = head.Take(SystemClock().WallTimeMs() / 1000);
    response.body = std::move(body);
    response.truncated = truncated;
    return response;
  };
  // Of its own limit the runtime ends a worker, of the machine's it has to end itself.
  if (shortage == Shortage::kWorker) {
    return Err(ErrorCode::kOutOfMemory, "the worker's memory limit is reached");
  }
  if (shortage == Shortage::kMachine) {
    return Err(ErrorCode::kSystem, "no memory is left to receive a page");
  }
  if (head.too_large()) {
    return Err(ErrorCode::kTooLargeHeaders, "the header block is over its limit");
  }
  if (body_cut) {
    return respond(Truncation::kLength);
  }
  if (code == CURLE_OK) {
    if (!complete) {
      return Err(ErrorCode::kProtocol, "the response has no complete header block");
    }
    // A coded stream that stops short in a message that does not: what there is of it.
    return respond(decoder && !decoder->whole() ? Truncation::kDisconnect : Truncation::kNone);
  }
  if (complete && code == CURLE_OPERATION_TIMEDOUT && !body.empty()) {
    return respond(Truncation::kTime);
  }
  if (complete) {
    FetchResponse response = respond(code == CURLE_OPERATION_TIMEDOUT ? Truncation::kTime : Truncation::kDisconnect);
    if (response.redirects()) {
      return response;  // where it leads is known, and nothing reads its body
    }
    if (decoder && !decoder->error().empty()) {
      return Err(ErrorCode::kDecode, fmt::format("the content encoding cannot be undone: {}", decoder->error()));
    }
    return ErrorOfCurl(code, error_text);
  }
  if (no_socket != 0) {
    return Err(ErrorCode::kSystem, fmt::format("no socket can be opened: {}", std::strerror(no_socket)));
  }
  if (address_refused && code == CURLE_COULDNT_CONNECT) {
    const std::string_view where = address < addresses.ips.size() ? addresses.ips[address] : target.host;
    return Err(ErrorCode::kPrivateAddress, fmt::format("{} is not a public address", where));
  }
  // One line over libcurl's own limit is out of its memory; its limit for all lines is a failure to receive.
  if ((code == CURLE_OUT_OF_MEMORY && head.status() != 0) ||
      (code == CURLE_RECV_ERROR && std::string_view(error_text).find("response headers") != std::string_view::npos)) {
    return Err(ErrorCode::kTooLargeHeaders, ErrorOfCurl(code, error_text).message);
  }
  const long connect_status = proxy ? NumberInfo(easy, CURLINFO_HTTP_CONNECTCODE) : 0;
  if (code == CURLE_RECV_ERROR && connect_status >= 300) {
    return Err(ErrorCode::kConnect,
               fmt::format("the proxy does not reach the host: it answers CONNECT with {} (curl {})", connect_status,
                           static_cast<int>(code)));
  }
  return ErrorOfCurl(code, error_text);
}

FetchDone Transfer::Measure(SteadyTime now) const {
  FetchDone measured;
  measured.started_at_ms = started_at_ms;
  measured.ended_at = now;
  if (state == State::kWaiting) {
    return measured;
  }
  measured.timings.total_ms = Milliseconds(started, now);
  if (state == State::kResolving || easy == nullptr) {
    return measured;
  }
  measured.timings.dns_ms = Milliseconds(started, resolved);
  const auto ms = [](curl_off_t microseconds) { return static_cast<double>(microseconds) / 1000.0; };
  const bool new_connection = NumberInfo(easy, CURLINFO_NUM_CONNECTS) > 0;
  const curl_off_t lookup = TimeInfo(easy, CURLINFO_NAMELOOKUP_TIME_T);
  const curl_off_t connect = TimeInfo(easy, CURLINFO_CONNECT_TIME_T);
  const curl_off_t tls = TimeInfo(easy, CURLINFO_APPCONNECT_TIME_T);
  const curl_off_t ready = TimeInfo(easy, CURLINFO_PRETRANSFER_TIME_T);
  const curl_off_t first_byte = TimeInfo(easy, CURLINFO_STARTTRANSFER_TIME_T);
  if (new_connection && connect > 0) {
    measured.timings.connect_ms = ms(std::max<curl_off_t>(connect - lookup, 0));
    if (tls > 0) {
      measured.timings.tls_ms = ms(std::max<curl_off_t>(tls - connect, 0));
    }
  }
  if (first_byte > 0 && head.status() != 0) {
    measured.timings.ttfb_ms = ms(std::max<curl_off_t>(first_byte - ready, 0));
  }
  const char* ip = nullptr;
  if ((!new_connection || connect > 0) && curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK &&
      ip != nullptr) {
    measured.ip = ip;
  }
  if (head.status() != 0) {
    measured.http_version = HttpVersionName(NumberInfo(easy, CURLINFO_HTTP_VERSION));
  }
  measured.bytes_wire = static_cast<std::uint64_t>(std::max<curl_off_t>(TimeInfo(easy, CURLINFO_SIZE_DOWNLOAD_T), 0));
  return measured;
}

}  // namespace spinneret
