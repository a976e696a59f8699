#include "storage/export/warc_record.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>

#include "base/check.h"
#include "base/hex.h"

namespace spinneret {
namespace {

constexpr std::string_view kEol = "\r\n";
constexpr std::string_view kRevisitProfile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

std::string Sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

bool IsName(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

// The next line of a block, without its end; CR and NUL inside it are dropped.
std::string NextLine(std::string_view& block) {
  const std::size_t end = block.find('\n');
  std::string line(block.substr(0, end));
  block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
  std::erase_if(line, [](char c) { return c == '\r' || c == '\0'; });
  return line;
}

// "HTTP/2 200" as HTTP/1.1 has it. What came by 1.0 or 1.1 stays as it was.
std::string StatusLine(std::string line) {
  const std::size_t space = line.find(' ');
  if (line.starts_with("HTTP/1.") || space == std::string::npos) {
    return line;
  }
  std::string text = "HTTP/1.1" + line.substr(space);
  if (text.size() == 12) {
    text += ' ';  // the reason may be empty, the blank before it may not (RFC 9112, 4)
  }
  return text;
}

// The header block with the length that the payload has here.
std::string HttpHead(const WarcResponse& response) {
  std::string_view rest = response.headers;
  std::string head = StatusLine(NextLine(rest));
  head += kEol;
  const std::string length = std::to_string(response.payload_bytes);
  while (!rest.empty()) {
    const std::string line = NextLine(rest);
    if (line.empty()) {
      break;
    }
    const std::size_t colon = line.find(':');
    const std::string_view name = WithoutBlanks(std::string_view(line).substr(0, colon));
    const bool folded = line.front() == ' ' || line.front() == '\t';  // belongs to the line before
    if (!folded && IsName(name, "content-length") &&
        WithoutBlanks(std::string_view(line).substr(std::min(colon, line.size() - 1) + 1)) == length) {
      continue;  // stands at the end
    }
    const bool renamed = !folded && (IsName(name, "content-encoding") || IsName(name, "transfer-encoding") ||
                                     IsName(name, "content-length"));
    head += renamed ? "X-Crawl-" : "";
    head += line;
    head += kEol;
  }
  return head + fmt::format("Content-Length: {}\r\n\r\n", length);
}

class Fields {
 public:
  explicit Fields(std::string_view type) { text_ = fmt::format("WARC/1.1\r\nWARC-Type: {}\r\n", type); }

  void Add(std::string_view name, std::string_view value) {
    text_ += name;
    text_ += ": ";
    text_ += value;
    text_ += kEol;
  }
  // The whole record.
  std::string With(std::string_view content_type, std::string_view head, std::string_view payload) {
    Add("Content-Type", content_type);
    Add("Content-Length", std::to_string(head.size() + payload.size()));
    std::string record = std::move(text_);
    record.reserve(record.size() + head.size() + payload.size() + 6);
    record += kEol;
    record += head;
    record += payload;
    record += "\r\n\r\n";
    return record;
  }

 private:
  std::string text_;
};

std::string WarcDate(std::int64_t at_ms) {
  const std::time_t seconds = at_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, at_ms % 1000);
}

std::string BlockDigest(std::string_view head, std::string_view payload) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  const bool done = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), head.data(), head.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), payload.data(), payload.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1;
  SPINNERET_CHECK(done, "SHA-256 is always there");
  return digest;
}

}  // namespace

std::string WarcRecordId(std::string_view seed, std::uint64_t number) {
  std::string bytes = Sha256(fmt::format("{}{}", seed, number)).substr(0, 16);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);  // RFC 4122, 4.4
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  const std::string hex = HexOf(bytes);
  return fmt::format("<urn:uuid:{}-{}-{}-{}-{}>", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string WarcCrawlName(std::string_view secret) {
  return HexOf(Sha256(fmt::format("WARC {}", secret)).substr(0, 16));
}

std::string WarcInfo(std::string_view record_id, std::int64_t at_ms, std::string_view file_name,
                     std::string_view software) {
  Fields fields("warcinfo");
  fields.Add("WARC-Record-ID", record_id);
  fields.Add("WARC-Date", WarcDate(at_ms));
  fields.Add("WARC-Filename", file_name);
  const std::string body = fmt::format(
      "software: {}\r\nformat: WARC File Format 1.1\r\nconformsTo: "
      "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
      software);
  fields.Add("WARC-Block-Digest", "sha256:" + HexOf(Sha256(body)));
  return fields.With("application/warc-fields", body, {});
}

std::string WarcRecord(const WarcResponse& response) {
  const bool revisit = response.revisited.has_value();
  const std::string head = HttpHead(response);
  const std::string_view payload = revisit ? std::string_view() : response.payload;
  Fields fields(revisit ? "revisit" : "response");
  fields.Add("WARC-Record-ID", response.record_id);
  fields.Add("WARC-Date", WarcDate(response.at_ms));
  fields.Add("WARC-Target-URI", response.url);
  if (!response.ip.empty()) {
    fields.Add("WARC-IP-Address", response.ip);
  }
  if (response.http_version == "2") {
    fields.Add("WARC-Protocol", "h2");
  }
  if (revisit) {
    fields.Add("WARC-Profile", kRevisitProfile);
    fields.Add("WARC-Refers-To", response.revisited->record_id);
    fields.Add("WARC-Refers-To-Target-URI", response.revisited->url);
    fields.Add("WARC-Refers-To-Date", WarcDate(response.revisited->at_ms));
  }
  if (!response.digest.empty()) {
    fields.Add("WARC-Payload-Digest", "sha256:" + HexOf(response.digest));
  }
  fields.Add("WARC-Block-Digest", "sha256:" + HexOf(BlockDigest(head, payload)));
  if (!response.truncated.empty()) {
    fields.Add("WARC-Truncated", response.truncated);
  }
  return fields.With("application/http;msgtype=response", head, payload);
}

std::string GzipMember(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  SPINNERET_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK,
                  "no memory for compressing");
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib counts in 32 bits: a record of more than 4 GiB goes in by pieces.
  std::size_t read = 0;
  std::size_t written = 0;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    constexpr std::size_t kPiece = std::size_t{1} << 30U;
    if (stream.avail_in == 0) {
      const std::size_t piece = std::min(kPiece, bytes.size() - read);
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data() + read));
      stream.avail_in = static_cast<uInt>(piece);
      read += piece;
    }
    if (written == out.size()) {
      out.resize(2 * out.size() + 64);
    }
    const std::size_t room = std::min(kPiece, out.size() - written);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    status = deflate(&stream, read == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    written += room - stream.avail_out;
  }
  deflateEnd(&stream);
  out.resize(written);
  return out;
}

}  // namespace spinneret
