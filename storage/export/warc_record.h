// Records of WARC 1.1 (ISO 28500:2017), as bytes.
//
// Payload  bodies are stored after content decoding, so a record says what is in it: Content-Encoding,
//          Transfer-Encoding and a Content-Length that is not the payload's are kept under names that begin with
//          X-Crawl-, as Common Crawl does it, and Content-Length is the payload's. A response that came by HTTP/2 has a
//          status line of HTTP/1.1 and says so in WARC-Protocol.
// Digests  WARC-Payload-Digest is v_pages.digest; WARC-Block-Digest is of the block as it stands here.
// Hostile  header blocks come from the web: each line ends as HTTP has it, without CR, LF and NUL inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret {

// "<urn:uuid:…>" of the `number`-th record of one export, whose `seed` is random.
std::string WarcRecordId(std::string_view seed, std::uint64_t number);

// A word that tells one crawl from all others and gives nothing away of its secret.
std::string WarcCrawlName(std::string_view secret);

// The record that begins a file. `software`: "spinneret 0.1.0".
std::string WarcInfo(std::string_view record_id, std::int64_t at_ms, std::string_view file_name,
                     std::string_view software);

struct WarcRevisited {  // the record that has the same payload
  std::string record_id;
  std::string_view url;
  std::int64_t at_ms = 0;
};

struct WarcResponse {
  std::string record_id;
  std::string_view url;
  std::int64_t at_ms = 0;
  std::string_view ip;            // may be empty
  std::string_view http_version;  // "1.0" "1.1" "2"
  std::string_view headers;       // the block as received
  std::string_view payload;       // decoded; of a revisit not needed
  std::uint64_t payload_bytes = 0;
  std::string_view digest;     // SHA-256 of the payload, 32 bytes; empty: there is none
  std::string_view truncated;  // length, time, disconnect; empty
  std::optional<WarcRevisited> revisited;
};
// A record of type response or, where `revisited` is given, revisit. Its end included, uncompressed.
std::string WarcRecord(const WarcResponse& response);

// `bytes` as a gzip member of its own: a .warc.gz is read at any record.
std::string GzipMember(std::string_view bytes);

}  // namespace spinneret
