// One RAII class per libcurl handle.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

namespace spinneret {

struct CurlEasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyCloser>;

struct CurlShareCloser {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
using CurlShare = std::unique_ptr<CURLSH, CurlShareCloser>;

struct CurlUrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlCloser>;

// Text that libcurl allocated.
struct CurlFreer {
  void operator()(char* text) const { curl_free(text); }
};
using CurlText = std::unique_ptr<char, CurlFreer>;

class CurlList {
 public:
  // False when memory is out.
  bool Add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) {
      return false;
    }
    if (list_ == nullptr) {
      list_.reset(longer);
    }
    return true;
  }
  void Clear() { list_.reset(); }
  curl_slist* get() const { return list_.get(); }

 private:
  struct Freer {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Freer> list_;
};

}  // namespace spinneret
