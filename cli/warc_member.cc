#include "cli/warc_member.h"

#include <cstdint>

#include "crawler/stored_body.h"
#include "storage/export/warc_record.h"

namespace spinneret::cli {

std::optional<WarcMember> MakeWarcMember(const StoredResponse& stored, const std::string& crawl, std::string& body) {
  WarcResponse response;
  response.record_id = WarcRecordId(crawl, static_cast<std::uint64_t>(stored.fetch));
  response.url = stored.url;
  response.at_ms = stored.at_ms;
  response.ip = stored.ip;
  response.http_version = stored.http_version;
  response.headers = stored.headers;
  response.digest = stored.digest;
  response.truncated = stored.truncated;
  if (const auto& same = stored.same_body) {
    response.payload_bytes = stored.body_bytes;
    response.revisited = {WarcRecordId(crawl, static_cast<std::uint64_t>(same->fetch)), same->url, same->at_ms};
  } else if (!stored.digest.empty()) {
    if (!UnpackBody(stored.zstd, stored.body_bytes, body)) {
      return std::nullopt;
    }
    response.payload = body;
    response.payload_bytes = body.size();
  } else if (stored.body_bytes > 0) {
    response.truncated = "unspecified";  // the body of a redirect is not kept
  }
  WarcMember member;
  member.bytes = GzipMember(WarcRecord(response));
  member.entry.url = stored.url;
  member.entry.at_ms = stored.at_ms;
  member.entry.mime = stored.same_body ? std::string_view("warc/revisit") : std::string_view(stored.mime);
  member.entry.status = stored.status;
  member.entry.digest = stored.digest;
  return member;
}

}  // namespace spinneret::cli
