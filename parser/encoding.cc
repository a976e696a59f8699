#include "parser/encoding.h"

#include "parser/encoding_decoders.h"
#include "parser/encoding_detector.h"
#include "parser/encoding_labels.h"
#include "parser/encoding_prescan.h"
#include "parser/mime_type.h"

namespace spinneret {
namespace {

using internal::Encoding;

const Encoding& Named(std::string_view label) {
  return *internal::FindEncoding(label);
}

struct Bom {
  std::size_t size = 0;
  const Encoding* encoding = nullptr;
};
Bom FindBom(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    return {3, &Named("utf-8")};
  }
  if (bytes.starts_with("\xFE\xFF")) {
    return {2, &Named("utf-16be")};
  }
  if (bytes.starts_with("\xFF\xFE")) {
    return {2, &Named("utf-16le")};
  }
  return {};
}

struct Choice {
  const Encoding* encoding = nullptr;
  EncodingSource source = EncodingSource::kDefault;
};

Choice Declared(std::string_view bytes) {
  const internal::DeclaredEncoding declared = internal::PrescanEncoding(bytes);
  return {declared.encoding, declared.in_xml ? EncodingSource::kXmlDeclaration : EncodingSource::kMeta};
}

// Of bytes that say nothing about themselves; the first `valid` are well-formed UTF-8.
Choice Guess(std::string_view bytes, std::size_t valid) {
  // A page that was cut within its last character is no less UTF-8 for it, unless that is all that speaks for it.
  if (valid == bytes.size() ||
      (valid > 0 && internal::IsUnfinishedUtf8(bytes.substr(valid)) && !internal::IsAscii(bytes.substr(0, valid)))) {
    return {&Named("utf-8"), EncodingSource::kValidUtf8};
  }
  if (const Encoding* late = internal::PrescanLate(bytes)) {
    return {late, EncodingSource::kMeta};
  }
  if (const Encoding* detected = internal::DetectEncoding(bytes)) {
    return {detected, EncodingSource::kDetected};
  }
  return {&Named("windows-1252"), EncodingSource::kDefault};
}

}  // namespace

std::string_view EncodingForLabel(std::string_view label) {
  const Encoding* encoding = internal::FindEncoding(label);
  return encoding == nullptr ? std::string_view() : encoding->name;
}

void DecodeHtml(std::string_view bytes, std::string_view content_type, DecodedText& out) {
  out.storage.clear();
  const Bom bom = FindBom(bytes);
  bytes.remove_prefix(bom.size);
  Choice choice{bom.encoding, EncodingSource::kBom};
  if (choice.encoding == nullptr && !content_type.empty()) {
    choice = {internal::FindEncoding(ParseMimeType(content_type).charset), EncodingSource::kContentType};
  }
  if (choice.encoding == nullptr) {
    choice = Declared(bytes);
  }
  std::size_t valid = 0;
  if (choice.encoding == nullptr || choice.encoding->kind == internal::EncodingKind::kUtf8) {
    valid = internal::ValidUtf8Prefix(bytes);
  }
  if (choice.encoding == nullptr) {
    choice = Guess(bytes, valid);
  }
  out.encoding = choice.encoding->name;
  out.source = choice.source;
  if (choice.encoding->kind == internal::EncodingKind::kUtf8 && valid == bytes.size()) {
    out.text = bytes;
    return;
  }
  internal::Decode(*choice.encoding, bytes, out.storage);
  out.text = out.storage;
}

bool IsValidUtf8(std::string_view bytes) {
  return internal::ValidUtf8Prefix(bytes) == bytes.size();
}

}  // namespace spinneret
