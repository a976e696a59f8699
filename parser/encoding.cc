#include "parser/encoding.h"

#include "parser/encoding_decoders.h"
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

}  // namespace

std::string_view EncodingForLabel(std::string_view label) {
  const Encoding* encoding = internal::FindEncoding(label);
  return encoding == nullptr ? std::string_view() : encoding->name;
}

void DecodeHtml(std::string_view bytes, std::string_view content_type, DecodedText& out) {
  out.storage.clear();
  const Bom bom = FindBom(bytes);
  bytes.remove_prefix(bom.size);
  const Encoding* encoding = bom.encoding;
  if (encoding == nullptr && !content_type.empty()) {
    encoding = internal::FindEncoding(ParseMimeType(content_type).charset);
  }
  if (encoding == nullptr) {
    encoding = internal::PrescanEncoding(bytes);
  }
  std::size_t valid = 0;
  if (encoding == nullptr || encoding->kind == internal::EncodingKind::kUtf8) {
    valid = internal::ValidUtf8Prefix(bytes);
  }
  if (encoding == nullptr) {
    // A page that was cut within its last character is no less UTF-8 for it, unless that is all that speaks for it.
    const bool utf8 = valid == bytes.size() || (valid > 0 && internal::IsUnfinishedUtf8(bytes.substr(valid)) &&
                                                !internal::IsAscii(bytes.substr(0, valid)));
    encoding = utf8 ? &Named("utf-8") : &Named("windows-1252");
  }
  out.encoding = encoding->name;
  if (encoding->kind == internal::EncodingKind::kUtf8 && valid == bytes.size()) {
    out.text = bytes;
    return;
  }
  internal::Decode(*encoding, bytes, out.storage);
  out.text = out.storage;
}

bool IsValidUtf8(std::string_view bytes) {
  return internal::ValidUtf8Prefix(bytes) == bytes.size();
}

}  // namespace spinneret
