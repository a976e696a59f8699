// The one place where libcurl's codes become ours.
#pragma once

#include <string_view>

#include <curl/curl.h>

#include "base/error.h"

namespace spinneret {

// `detail` is the text of CURLOPT_ERRORBUFFER; where it is empty, curl's general text of the code stands in. The number
// is added.
Error ErrorOfCurl(CURLcode code, std::string_view detail);
Error ErrorOfCurlMulti(CURLMcode code);

}  // namespace spinneret
