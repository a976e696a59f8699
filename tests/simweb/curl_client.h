// libcurl for tests: one easy handle that keeps its connections.
#pragma once

#include <string>

#include <curl/curl.h>

namespace spinneret::simweb {

struct Fetched {
  CURLcode result = CURLE_OK;
  long status = 0;
  long new_connections = 0;  // that this transfer had to open
  std::string content_type;
  std::string head;
  std::string body;
};

class CurlClient {
 public:
  CurlClient() : handle_(curl_easy_init()) {}
  ~CurlClient() { curl_easy_cleanup(handle_); }
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  // `host`: a Host header other than the URL's. `method`: a method other than GET.
  Fetched Fetch(const std::string& url, const std::string& host = "", const std::string& method = "") {
    Fetched fetched;
    curl_easy_reset(handle_);
    curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle_, CURLOPT_PROXY, "");
    curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(handle_, CURLOPT_USERAGENT, "simweb-test");
    curl_slist* headers = nullptr;
    if (!host.empty()) {
      headers = curl_slist_append(nullptr, ("Host: " + host).c_str());
      curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers);
    }
    if (method == "HEAD") {
      curl_easy_setopt(handle_, CURLOPT_NOBODY, 1L);
    } else if (method == "POST") {
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, "a=b");
    }
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Append);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &fetched.body);
    curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Append);
    curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &fetched.head);
    fetched.result = curl_easy_perform(handle_);
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &fetched.status);
    curl_easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &fetched.new_connections);
    const char* type = nullptr;
    curl_easy_getinfo(handle_, CURLINFO_CONTENT_TYPE, &type);
    fetched.content_type = type == nullptr ? "" : type;
    curl_slist_free_all(headers);
    return fetched;
  }

 private:
  static std::size_t Append(const char* bytes, std::size_t one, std::size_t count, void* out) noexcept {
    static_cast<std::string*>(out)->append(bytes, one * count);
    return one * count;
  }

  CURL* handle_;
};

}  // namespace spinneret::simweb
