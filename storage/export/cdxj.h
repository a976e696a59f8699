// Lines of a CDXJ index: where in a WARC file the record of a URL begins. Sorted by their bytes they are the index that
// pywb and its like search.
//
// Key  SURT: the host's labels turned round, then port, path and query: "com,example)/a?b=1". As pywb's own indexer has
//      it: lower case, without "www.", query fields in order; scheme and fragment do not count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

// `url` is http or https, as the WHATWG standard serialises it.
std::string SurtOf(std::string_view url);

struct CdxjEntry {
  std::string_view url;
  std::int64_t at_ms = 0;
  std::string_view mime;  // "warc/revisit" of a revisit; may be empty
  int status = 0;
  std::string_view digest;               // 32 bytes; may be empty
  std::uint64_t offset = 0, length = 0;  // of the gzip member
  std::string_view file;
};
// Without the line's end.
std::string CdxjLine(const CdxjEntry& entry);

}  // namespace spinneret
