// The canonical key: two URLs with the same key are one URL to the crawl. docs/canonical_url.md.
//
// The key never changes what is requested. The default key is the WHATWG serialisation without fragment.
#pragma once

#include <string>
#include <string_view>

#include "parser/url.h"

namespace spinneret {

// A view into `url.href()`, which must outlive it.
std::string_view CanonicalKey(const Url& url);

}  // namespace spinneret
