#include "crawler/fetch/internal/curl_error.h"

#include <fmt/format.h>

#include "base/result.h"

namespace spinneret {
namespace {

ErrorCode CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return ErrorCode::kDns;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
    case CURLE_PROXY:
    case CURLE_NO_CONNECTION_AVAILABLE:
      return ErrorCode::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return ErrorCode::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kTimeout;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:  // a broken chunk header among them
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return ErrorCode::kReset;
    case CURLE_UNSUPPORTED_PROTOCOL:  // the scheme is checked before, so this is HTTP/0.9 or an unknown version
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_FILESIZE_EXCEEDED:  // a Content-Length that no number can hold
    case CURLE_HTTP2:
    case CURLE_HTTP3:
      return ErrorCode::kProtocol;
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:  // of a decoder; our own callbacks' refusals are judged before
      return ErrorCode::kDecode;
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return ErrorCode::kInvalidArgument;
    case CURLE_ABORTED_BY_CALLBACK:
      return ErrorCode::kCancelled;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
      return ErrorCode::kSystem;
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
      return ErrorCode::kUnsupported;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error ErrorOfCurl(CURLcode code, std::string_view detail) {
  while (!detail.empty() && (detail.back() == '\n' || detail.back() == '.')) {
    detail.remove_suffix(1);
  }
  return Err(CodeOf(code),
             fmt::format("{} (curl {})", detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail,
                         static_cast<int>(code)));
}

Error ErrorOfCurlMulti(CURLMcode code) {
  return Err(code == CURLM_OUT_OF_MEMORY ? ErrorCode::kSystem : ErrorCode::kInternal,
             fmt::format("{} (curl multi {})", curl_multi_strerror(code), static_cast<int>(code)));
}

}  // namespace spinneret
