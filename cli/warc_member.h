// A stored response as a record of a WARC file, compressed, and the line that finds it there.
#pragma once

#include <optional>
#include <string>

#include "storage/export/cdxj.h"
#include "storage/stored_responses.h"

namespace spinneret::cli {

struct WarcMember {
  std::string bytes;
  CdxjEntry entry;  // without its place; views of the response
};

// `crawl`: of WarcRecordId. `body` is memory that is kept from one call to the next. Nothing when the stored body is
// damaged.
std::optional<WarcMember> MakeWarcMember(const StoredResponse& stored, const std::string& crawl, std::string& body);

}  // namespace spinneret::cli
