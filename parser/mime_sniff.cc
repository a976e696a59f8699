#include "parser/mime_sniff.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "parser/mime_type.h"

namespace spinneret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kHeaderBytes = 1445;  // 5.2

std::uint8_t ByteAt(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}
char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsWhitespaceByte(char c) {
  return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}
bool IsTagTerminatingByte(char c) {
  return c == ' ' || c == '>';
}
bool IsBinaryDataByte(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) || (byte >= 0x1C && byte <= 0x1F);
}
bool IsText(std::string_view header) {
  return std::none_of(header.begin(), header.end(), IsBinaryDataByte);
}

std::string_view WithoutLeadingWhitespace(std::string_view header) {
  while (!header.empty() && IsWhitespaceByte(header.front())) {
    header.remove_prefix(1);
  }
  return header;
}

// `lower` in either case, and a byte that ends a tag behind it.
bool BeginsWithTag(std::string_view header, std::string_view lower) {
  return header.size() > lower.size() && IsTagTerminatingByte(header[lower.size()]) &&
         std::equal(lower.begin(), lower.end(), header.begin(), [](char a, char b) { return a == Lower(b); });
}

// The bytes at the beginning, in two parts with some between them that do not count.
struct Signature {
  std::string_view begin;
  std::string_view type;
  std::size_t second_at = 0;
  std::string_view second = {};
};

std::optional<std::string_view> Match(std::string_view header, std::span<const Signature> signatures) {
  for (const Signature& signature : signatures) {
    if (header.starts_with(signature.begin) &&
        (signature.second.empty() || (header.size() >= signature.second_at + signature.second.size() &&
                                      header.substr(signature.second_at).starts_with(signature.second)))) {
      return signature.type;
    }
  }
  return std::nullopt;
}

constexpr std::array kHtmlTags = {"<!doctype html"sv,
                                  "<html"sv,
                                  "<head"sv,
                                  "<script"sv,
                                  "<iframe"sv,
                                  "<h1"sv,
                                  "<div"sv,
                                  "<font"sv,
                                  "<table"sv,
                                  "<a"sv,
                                  "<style"sv,
                                  "<title"sv,
                                  "<b"sv,
                                  "<body"sv,
                                  "<br"sv,
                                  "<p"sv,
                                  "<!--"sv};

// 6.1
constexpr std::array<Signature, 8> kImages = {{
    {"\0\0\1\0"sv, "image/x-icon"},
    {"\0\0\2\0"sv, "image/x-icon"},
    {"BM", "image/bmp"},
    {"GIF87a", "image/gif"},
    {"GIF89a", "image/gif"},
    {"RIFF", "image/webp", 8, "WEBPVP"},
    {"\x89PNG\r\n\x1A\n", "image/png"},
    {"\xFF\xD8\xFF", "image/jpeg"},
}};

// 6.2
constexpr std::array<Signature, 6> kMedia = {{
    {"FORM", "audio/aiff", 8, "AIFF"},
    {"ID3", "audio/mpeg"},
    {"OggS\0"sv, "application/ogg"},
    {"MThd\0\0\0\6"sv, "audio/midi"},
    {"RIFF", "video/avi", 8, "AVI "},
    {"RIFF", "audio/wave", 8, "WAVE"},
}};

// 6.4
constexpr std::array<Signature, 3> kArchives = {{
    {"\x1F\x8B\x08", "application/x-gzip"},
    {"PK\3\4", "application/zip"},
    {"Rar!\x1A\7\0"sv, "application/x-rar-compressed"},
}};

// 7.1, what is safe to take for something else than a page.
constexpr std::array<Signature, 1> kPostScript = {{{"%!PS-Adobe-", "application/postscript"}}};

// The byte order marks of 7.1; each row is as long as four bytes.
bool BeginsWithBom(std::string_view header) {
  return header.size() >= 4 &&
         (header.starts_with("\xFE\xFF") || header.starts_with("\xFF\xFE") || header.starts_with("\xEF\xBB\xBF"));
}

// 6.2.1
bool IsMp4(std::string_view header) {
  if (header.size() < 12) {
    return false;
  }
  std::uint32_t box_size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    box_size = (box_size << 8U) | ByteAt(header, i);
  }
  if (header.size() < box_size || box_size % 4 != 0 || header.substr(4, 4) != "ftyp") {
    return false;
  }
  if (header.substr(8, 3) == "mp4") {
    return true;
  }
  for (std::size_t i = 16; i < box_size; i += 4) {
    if (header.substr(i, 3) == "mp4") {
      return true;
    }
  }
  return false;
}

// The length in bytes of the number at `at` (6.2.2, "parse a vint").
std::size_t VintSize(std::string_view header, std::size_t at) {
  std::size_t size = 1;
  for (unsigned mask = 0x80; size < 8 && (ByteAt(header, at) & mask) == 0; mask >>= 1U) {
    ++size;
  }
  return size;
}

// 6.2.2
bool IsWebm(std::string_view header) {
  if (!header.starts_with("\x1A\x45\xDF\xA3")) {
    return false;
  }
  for (std::size_t i = 4; i + 1 < header.size() && i < 38; ++i) {
    if (header.substr(i, 2) != "\x42\x82") {
      continue;
    }
    i += 2;
    if (i >= header.size()) {
      return false;
    }
    i += VintSize(header, i);
    if (i + 4 >= header.size()) {
      return false;
    }
    // The name of the document's type may have zeros before it.
    const std::size_t name = std::min(header.find_first_not_of('\0', i), header.size());
    if (header.substr(name).starts_with("webm")) {
      return true;
    }
  }
  return false;
}

// The size of the frame of layer III whose header is at `at`; 0 when there is none (6.2.3).
std::size_t Mp3FrameSize(std::string_view header, std::size_t at) {
  if (at + 4 > header.size() || ByteAt(header, at) != 0xFF || (ByteAt(header, at + 1) & 0xE0U) != 0xE0U) {
    return 0;
  }
  const unsigned version = (ByteAt(header, at + 1) & 0x18U) >> 3U;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const unsigned layer = (ByteAt(header, at + 1) & 0x06U) >> 1U;
  const unsigned bit_rate = (ByteAt(header, at + 2) & 0xF0U) >> 4U;
  const unsigned sample_rate = (ByteAt(header, at + 2) & 0x0CU) >> 2U;
  const unsigned padding = (ByteAt(header, at + 2) & 0x02U) >> 1U;
  if (layer != 1 || bit_rate == 15 || sample_rate == 3) {
    return 0;
  }
  constexpr std::array<unsigned, 15> kMpeg1Rates = {0,      32000,  40000,  48000,  56000,  64000,  80000, 96000,
                                                    112000, 128000, 160000, 192000, 224000, 256000, 320000};
  constexpr std::array<unsigned, 15> kMpeg2Rates = {0,     8000,  16000, 24000,  32000,  40000,  48000, 56000,
                                                    64000, 80000, 96000, 112000, 128000, 144000, 160000};
  constexpr std::array<unsigned, 3> kSampleRates = {44100, 48000, 32000};
  const bool mpeg1 = (version & 1U) != 0;
  const unsigned samples = kSampleRates[sample_rate] / (version == 2 ? 2 : version == 0 ? 4 : 1);
  const unsigned bits = mpeg1 ? kMpeg1Rates[bit_rate] : kMpeg2Rates[bit_rate];
  return std::size_t{bits} * (mpeg1 ? 144U : 72U) / samples + padding;
}

// Two frames in a row, the second at least begun.
bool IsMp3WithoutId3(std::string_view header) {
  const std::size_t size = Mp3FrameSize(header, 0);
  return size >= 4 && Mp3FrameSize(header, size) != 0;
}

std::optional<std::string_view> MatchMedia(std::string_view header) {
  if (const auto type = Match(header, kMedia)) {
    return type;
  }
  if (IsMp4(header)) {
    return "video/mp4";
  }
  if (IsWebm(header)) {
    return "video/webm";
  }
  if (IsMp3WithoutId3(header)) {
    return "audio/mpeg";
  }
  return std::nullopt;
}

// Rules for identifying an unknown MIME type (7.1).
std::string_view IdentifyUnknown(std::string_view header, Nosniff nosniff) {
  if (nosniff == Nosniff::kNo) {
    const std::string_view text = WithoutLeadingWhitespace(header);
    if (std::any_of(kHtmlTags.begin(), kHtmlTags.end(),
                    [text](std::string_view tag) { return BeginsWithTag(text, tag); })) {
      return "text/html";
    }
    if (text.starts_with("<?xml")) {
      return "text/xml";
    }
    if (header.starts_with("%PDF-")) {
      return "application/pdf";
    }
  }
  if (const auto type = Match(header, kPostScript)) {
    return *type;
  }
  if (BeginsWithBom(header)) {
    return "text/plain";
  }
  if (const auto type = Match(header, kImages)) {
    return *type;
  }
  if (const auto type = MatchMedia(header)) {
    return *type;
  }
  if (const auto type = Match(header, kArchives)) {
    return *type;
  }
  return IsText(header) ? "text/plain" : "application/octet-stream";
}

// Rules for distinguishing if a resource is text or binary (7.2).
std::string_view TextOrBinary(std::string_view header) {
  const bool bom =
      header.starts_with("\xFE\xFF") || header.starts_with("\xFF\xFE") || header.starts_with("\xEF\xBB\xBF");
  return bom || IsText(header) ? "text/plain" : "application/octet-stream";
}

// What old Apache servers say of every file whose type they do not know (5.1). To the letter.
bool IsApacheBug(std::string_view content_type) {
  return content_type == "text/plain" || content_type == "text/plain; charset=ISO-8859-1" ||
         content_type == "text/plain; charset=iso-8859-1" || content_type == "text/plain; charset=UTF-8";
}

bool IsXml(std::string_view essence) {
  return essence.ends_with("+xml") || essence == "text/xml" || essence == "application/xml";
}
bool IsMedia(std::string_view essence) {
  return essence.starts_with("audio/") || essence.starts_with("video/") || essence == "application/ogg";
}

}  // namespace

bool IsNosniff(std::string_view x_content_type_options) {
  std::string_view first = x_content_type_options.substr(0, x_content_type_options.find(','));
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!first.empty() && is_space(first.front())) {
    first.remove_prefix(1);
  }
  while (!first.empty() && is_space(first.back())) {
    first.remove_suffix(1);
  }
  return std::equal(first.begin(), first.end(), "nosniff"sv.begin(), "nosniff"sv.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

std::string ComputedMimeType(std::string_view content_type, std::string_view body, Nosniff nosniff) {
  const std::string_view header = body.substr(0, kHeaderBytes);
  std::string supplied = ParseMimeType(content_type).essence;
  if (supplied == "text/html" || IsXml(supplied)) {
    return supplied;
  }
  if (supplied.empty() || supplied == "unknown/unknown" || supplied == "application/unknown" || supplied == "*/*") {
    return std::string(IdentifyUnknown(header, nosniff));
  }
  if (nosniff == Nosniff::kYes) {
    return supplied;
  }
  if (IsApacheBug(content_type)) {
    return std::string(TextOrBinary(header));
  }
  std::optional<std::string_view> matched;
  if (supplied.starts_with("image/")) {
    matched = Match(header, kImages);
  } else if (IsMedia(supplied)) {
    matched = MatchMedia(header);
  }
  return matched ? std::string(*matched) : supplied;
}

}  // namespace spinneret
