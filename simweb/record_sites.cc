#include "simweb/record_sites.h"

#include <algorithm>

#include "simweb/record_parts.h"

namespace spinneret::simweb {

std::string_view RecordHome(RecordKind kind) {
  constexpr std::array<std::string_view, kRecordKinds.size()> kHomes = {"/records/shop/", "/records/blog/",
                                                                        "/records/jobs/"};
  return kHomes[static_cast<std::size_t>(kind)];
}

std::optional<std::string> RecordPage(std::string_view target, std::uint32_t records) {
  if (target == kRecordRoot) {
    return "<!DOCTYPE html>\n<html lang=\"en\"><title>Sites with records</title>\n<a href=\"shop/\">A shop</a>\n"
           "<a href=\"blog/\">A blog</a>\n<a href=\"jobs/\">A job board</a>\n";
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  for (const RecordKind kind : kRecordKinds) {
    if (!path.starts_with(RecordHome(kind))) {
      continue;
    }
    switch (kind) {
      case RecordKind::kShop:
        return internal::ShopPage(path, query, records);
      case RecordKind::kBlog:
        return internal::BlogPage(path, query, records);
      case RecordKind::kJobs:
        return internal::JobsPage(path, query, records);
    }
  }
  return std::nullopt;
}

std::vector<PublishedRecord> PublishedRecords(RecordKind kind, std::uint32_t records, std::string_view origin) {
  switch (kind) {
    case RecordKind::kShop:
      return internal::ShopRecords(records, origin);
    case RecordKind::kBlog:
      return internal::BlogRecords(records, origin);
    case RecordKind::kJobs:
      return internal::JobsRecords(records, origin);
  }
  return {};
}

}  // namespace spinneret::simweb
