#include "parser/canonical_url.h"

namespace spinneret {

std::string_view CanonicalKey(const Url& url) {
  return url.href_without_fragment();
}

}  // namespace spinneret
