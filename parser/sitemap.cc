#include "parser/sitemap.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <unordered_set>
#include <utility>

#include <expat.h>

#include "parser/encoding.h"
#include "parser/gzip_reader.h"
#include "parser/mime_type.h"
#include "parser/sitemap_elements.h"
#include "parser/xml_mender.h"

namespace spinneret {
namespace {

constexpr std::size_t kSniffBytes = 1024;
constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr std::size_t kMaxLineBytes = 8192;
// The parser keeps every name it has met; a document of nothing but new names would take many times its size.
constexpr std::size_t kMaxNames = 4096;
constexpr std::string_view kUtf8 = "UTF-8";
constexpr std::string_view kUtf8Bom = "\xEF\xBB\xBF";

std::string_view SkipSpace(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with(kUtf8Bom)) {
      text.remove_prefix(kUtf8Bom.size());
    } else if (static_cast<unsigned char>(text.front()) <= ' ') {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return text;
}

// The label in <?xml … encoding="label"?>, or nothing.
std::string_view DeclaredEncoding(std::string_view bytes) {
  bytes = SkipSpace(bytes);
  if (!bytes.starts_with("<?xml")) {
    return {};
  }
  std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  const std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) {
    return {};
  }
  declaration.remove_prefix(at);
  const std::size_t open = declaration.find_first_of("\"'");
  if (open == std::string_view::npos) {
    return {};
  }
  const std::size_t close = declaration.find(declaration[open], open + 1);
  return close == std::string_view::npos ? std::string_view() : declaration.substr(open + 1, close - open - 1);
}

// The WHATWG name of the encoding that the beginning of a document and its Content-Type tell; empty where they do not.
std::string_view EncodingOf(std::string_view bytes, const std::string& header_charset) {
  if (bytes.starts_with(kUtf8Bom)) {
    return kUtf8;
  }
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\0<"sv)) {
    return "UTF-16BE";
  }
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("<\0"sv)) {
    return "UTF-16LE";
  }
  if (const std::string_view named = EncodingForLabel(header_charset); !named.empty()) {
    return named;
  }
  const std::string_view declared = EncodingForLabel(DeclaredEncoding(bytes));
  // A declaration that could be read as ASCII is not in UTF-16.
  return declared.starts_with("UTF-16") ? kUtf8 : declared;
}

// An XML document into SitemapElements.
class XmlSource {
 public:
  XmlSource(const Url& url, internal::SitemapElements::Sink sink)
      : elements_(url, std::move(sink)), parser_(XML_ParserCreate("UTF-8")) {
    if (parser_ == nullptr) {
      error_ = "not enough memory";
      return;
    }
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, OnStart, OnEnd);
    XML_SetCharacterDataHandler(parser_, OnText);
    XML_SetEntityDeclHandler(parser_, OnEntity);
    XML_SetParamEntityParsing(parser_, XML_PARAM_ENTITY_PARSING_NEVER);
  }
  XmlSource(const XmlSource&) = delete;
  XmlSource& operator=(const XmlSource&) = delete;
  ~XmlSource() {
    if (parser_ != nullptr) {
      XML_ParserFree(parser_);
    }
  }

  // UTF-8. False when nothing more is wanted.
  bool Feed(std::string_view text) {
    mended_.clear();
    if (!mender_.Feed(text, mended_)) {
      error_ = "a tag is longer than 64 KB";
      return false;
    }
    return Parse(mended_, false);
  }

  void Finish() {
    if (Ended()) {
      return;
    }
    mended_.clear();
    if (!mender_.Finish(mended_)) {
      error_ = "a tag is longer than 64 KB";
      return;
    }
    Parse(mended_, true);
  }

  void BreakOff() { elements_.BreakOff(); }
  SitemapType type() const { return elements_.type(); }
  const std::string& error() const { return error_; }

 private:
  bool Ended() const { return stopped_ || !error_.empty(); }

  bool Parse(std::string_view text, bool last) {
    if (Ended() || (text.empty() && !last)) {
      return !Ended();
    }
    const XML_Status status =
        XML_Parse(parser_, text.data(), static_cast<int>(text.size()), last ? XML_TRUE : XML_FALSE);
    if (stopped_ || !error_.empty()) {
      return false;
    }
    if (status != XML_STATUS_OK) {
      error_ = std::string("line ") + std::to_string(XML_GetCurrentLineNumber(parser_)) + ": " +
               XML_ErrorString(XML_GetErrorCode(parser_));
    }
    return error_.empty();
  }

  // No handler may throw through the C library.
  template <class Handle>
  void Guarded(Handle handle) noexcept {
    if (Ended()) {
      return;
    }
    bool more = false;
    try {
      more = handle();
    } catch (const std::exception&) {  // memory: nothing else here throws
      error_ = "not enough memory";
    }
    if (!more) {
      if (error_.empty()) {
        error_ = elements_.error();
      }
      stopped_ = true;
      XML_StopParser(parser_, XML_FALSE);
    }
  }

  bool KnowName(std::string_view name) {
    names_.insert(std::hash<std::string_view>()(name));
    if (names_.size() <= kMaxNames) {
      return true;
    }
    error_ = "too many different names of elements and attributes";
    return false;
  }

  static void XMLCALL OnStart(void* self, const XML_Char* name, const XML_Char** attributes) noexcept {
    auto& source = *static_cast<XmlSource*>(self);
    source.Guarded([&] {
      source.attributes_.clear();
      bool known = source.KnowName(name);
      for (const XML_Char** at = attributes; *at != nullptr && known; at += 2) {
        known = source.KnowName(at[0]);
        source.attributes_.emplace_back(at[0], at[1]);
      }
      return known && source.elements_.Start(name, source.attributes_);
    });
  }
  static void XMLCALL OnEnd(void* self, const XML_Char*) noexcept {
    auto& source = *static_cast<XmlSource*>(self);
    source.Guarded([&] { return source.elements_.End(); });
  }
  static void XMLCALL OnText(void* self, const XML_Char* text, int size) noexcept {
    auto& source = *static_cast<XmlSource*>(self);
    source.Guarded([&] {
      source.elements_.Text({text, static_cast<std::size_t>(size)});
      return true;
    });
  }
  static void XMLCALL OnEntity(void* self, const XML_Char*, int, const XML_Char*, int, const XML_Char*, const XML_Char*,
                               const XML_Char*, const XML_Char*) noexcept {
    auto& source = *static_cast<XmlSource*>(self);
    source.Guarded([&] {
      source.error_ = "it declares an entity, which is refused";
      return false;
    });
  }

  internal::SitemapElements elements_;
  XML_Parser parser_;
  XmlMender mender_;
  std::string mended_;
  std::string error_;
  bool stopped_ = false;  // by a handler: an error, enough entries, or the end of the root element
  std::unordered_set<std::size_t> names_;
  std::vector<internal::SitemapElements::Attribute> attributes_;
};

}  // namespace

std::string_view SitemapTypeName(SitemapType type) {
  switch (type) {
    case SitemapType::kUrlset:
      return "urlset";
    case SitemapType::kIndex:
      return "sitemapindex";
    case SitemapType::kRss:
      return "rss";
    case SitemapType::kAtom:
      return "atom";
    case SitemapType::kText:
      return "text";
    case SitemapType::kUnknown:
      break;
  }
  return "";
}

class SitemapReader::Impl {
 public:
  Impl(const Url& url, std::string_view content_type, Sink sink, const SitemapLimits& limits)
      : url_(url), charset_(ParseMimeType(content_type).charset), sink_(std::move(sink)), limits_(limits) {}

  bool Feed(std::string_view bytes) {
    if (ended_) {
      return false;
    }
    if (gzip_) {
      return FeedGzip(bytes);
    }
    if (sniffed_compression_) {
      return FeedPlain(bytes);
    }
    head_ += bytes;
    if (head_.size() < 2) {
      return true;
    }
    sniffed_compression_ = true;
    const std::string first = std::exchange(head_, {});
    if (GzipReader::LooksLikeGzip(first)) {
      gzip_ = std::make_unique<GzipReader>([this](std::string_view plain) { return FeedPlain(plain); });
      return FeedGzip(first);
    }
    return FeedPlain(first);
  }

  SitemapType type() const { return xml_ ? xml_->type() : text_ ? SitemapType::kText : SitemapType::kUnknown; }

  SitemapEnd Finish() {
    if (!ended_ && !sniffed_compression_) {
      sniffed_compression_ = true;
      FeedPlain(std::exchange(head_, {}));
    }
    std::string gzip_error = gzip_ ? gzip_->Finish() : std::string();
    if (!enough_) {
      FinishPlain();
    }
    end_.type = type();
    if (!gzip_error.empty()) {
      end_.error = std::move(gzip_error);  // why the document, too, ends early
    } else if (end_.cut == SitemapCut::kNone && !enough_) {
      end_.error = xml_ ? xml_->error() : end_.error;
    }
    if (end_.error.empty() && text_ && end_.entries == 0 && end_.cut == SitemapCut::kNone) {
      end_.error = "neither XML nor a list of URLs";
    }
    return std::move(end_);
  }

 private:
  bool FeedGzip(std::string_view bytes) {
    const bool more = gzip_->Feed(bytes);
    return more && !ended_;
  }

  // Decompressed bytes, within max_bytes.
  bool FeedPlain(std::string_view bytes) {
    if (ended_) {
      return false;
    }
    if (fed_ + bytes.size() > limits_.max_bytes) {
      bytes = bytes.substr(0, limits_.max_bytes - fed_);
      end_.cut = SitemapCut::kBytes;
    }
    fed_ += bytes.size();
    if (whole_ || !sniffed_encoding_) {
      head_ += bytes;
      if (!whole_ && head_.size() >= kSniffBytes) {
        SniffEncoding();
      }
    } else {
      FeedText(bytes);
    }
    ended_ = ended_ || end_.cut != SitemapCut::kNone;
    return !ended_;
  }

  void SniffEncoding() {
    sniffed_encoding_ = true;
    const std::string_view named = EncodingOf(head_, charset_);
    if (!named.empty() && named != kUtf8) {
      whole_ = true;
      encoding_ = named;
      return;
    }
    FeedText(std::exchange(head_, {}));
  }

  void FinishPlain() {
    if (!sniffed_encoding_) {
      SniffEncoding();
    }
    if (whole_) {
      DecodedText decoded;
      DecodeHtml(head_, "text/plain; charset=" + std::string(encoding_), decoded);
      FeedText(decoded.text);
    }
    if (enough_) {
      return;
    }
    if (xml_) {
      if (end_.cut == SitemapCut::kNone) {
        xml_->Finish();
      }
      xml_->BreakOff();
    } else if (text_ && !line_.empty()) {
      EndLine();
    }
    if (!xml_ && !text_) {
      end_.error = "it is empty";
    }
  }

  // The document's text in UTF-8, in pieces that the XML parser takes.
  void FeedText(std::string_view text) {
    while (!text.empty() && !ended_) {
      if (!xml_ && !text_) {
        text = SkipSpace(text);
        if (text.empty()) {
          return;
        }
        if (text.front() == '<') {
          xml_ = std::make_unique<XmlSource>(
              url_, [this](std::optional<SitemapEntry> entry) { return Take(std::move(entry)); });
        } else {
          text_ = true;
        }
      }
      const std::string_view piece = text.substr(0, kPieceBytes);
      text.remove_prefix(piece.size());
      ended_ = !(xml_ ? xml_->Feed(piece) : FeedLines(piece)) || ended_;
    }
  }

  bool FeedLines(std::string_view text) {
    while (!text.empty() && !enough_) {
      const std::size_t end = text.find_first_of("\r\n");
      const std::string_view part = text.substr(0, end);
      if (line_.size() <= kMaxLineBytes) {
        line_ += part.substr(0, kMaxLineBytes + 1);
      }
      if (end == std::string_view::npos) {
        break;
      }
      text.remove_prefix(end + 1);
      EndLine();
    }
    return !enough_;
  }

  void EndLine() {
    const std::string line = std::exchange(line_, {});
    if (!internal::TrimUnicode(line).empty()) {
      Take(line.size() > kMaxLineBytes ? std::nullopt : internal::EntryOf(line, nullptr));
    }
  }

  bool Take(std::optional<SitemapEntry> entry) {
    if (!entry) {
      ++end_.bad_entries;
      return true;
    }
    if (end_.entries == limits_.max_entries) {
      end_.cut = SitemapCut::kEntries;
      enough_ = true;
      ended_ = true;
      return false;
    }
    ++end_.entries;
    sink_(*std::move(entry));
    return true;
  }

  const Url url_;
  const std::string charset_;  // the Content-Type's
  const Sink sink_;
  const SitemapLimits limits_;
  SitemapEnd end_;
  bool ended_ = false;   // nothing more is wanted
  bool enough_ = false;  // … because there are entries enough
  bool sniffed_compression_ = false;
  std::unique_ptr<GzipReader> gzip_;
  std::uint64_t fed_ = 0;  // decompressed bytes
  bool sniffed_encoding_ = false;
  bool whole_ = false;  // to be decoded whole, from `head_`
  std::string_view encoding_;
  std::string head_;  // undecided as yet
  std::unique_ptr<XmlSource> xml_;
  bool text_ = false;
  std::string line_;
};

SitemapReader::SitemapReader(const Url& url, std::string_view content_type, Sink sink, const SitemapLimits& limits)
    : impl_(std::make_unique<Impl>(url, content_type, std::move(sink), limits)) {}

SitemapReader::~SitemapReader() = default;

bool SitemapReader::Feed(std::string_view bytes) {
  return impl_->Feed(bytes);
}

SitemapType SitemapReader::type() const {
  return impl_->type();
}

SitemapEnd SitemapReader::Finish() {
  return impl_->Finish();
}

}  // namespace spinneret
