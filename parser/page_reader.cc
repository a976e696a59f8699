#include "parser/page_reader.h"

#include "parser/html_scanner.h"
#include "parser/html_text.h"
#include "parser/page_scan.h"
#include "parser/refresh.h"

namespace spinneret {
namespace {

class ScanningPageReader final : public PageReader {
 public:
  explicit ScanningPageReader(const ReadLimits& limits) : scanner_(limits), tree_(MakeGumboPageReader(limits)) {}

  void Read(std::string_view html, PageContents& contents) override {
    if (!scanner_.Scan(html, contents)) {
      tree_->Read(html, contents);
    }
  }

 private:
  internal::HtmlScanner scanner_;
  std::unique_ptr<PageReader> tree_;
};

}  // namespace

PageScan::PageScan(const ReadLimits& limits) : scanner_(std::make_unique<internal::HtmlScanner>(limits)) {}

PageScan::~PageScan() = default;

bool PageScan::Read(std::string_view html, PageContents& contents, PageMarkup& markup) {
  return scanner_->Scan(html, contents, &markup);
}

std::string_view LinkTagName(LinkTag tag) {
  switch (tag) {
    case LinkTag::kA:
      return "a";
    case LinkTag::kArea:
      return "area";
    case LinkTag::kIframe:
      return "iframe";
    case LinkTag::kFrame:
      return "frame";
    case LinkTag::kLink:
      return "link";
    case LinkTag::kRecipe:
      return "recipe";
  }
  return "a";
}

void PageContents::Clear() {
  title.clear();
  description.clear();
  h1.clear();
  lang.clear();
  canonical.clear();
  robots.clear();
  refresh.clear();
  base_href.clear();
  links.clear();
  word_count = 0;
  cut = {};
  by_tree = false;
}

void PageContents::AddMeta(std::string_view name, std::string_view http_equiv, std::string_view content,
                           const ReadLimits& limits) {
  if (refresh.empty() && internal::EqualsIgnoringCase(http_equiv, "refresh") && ParseRefresh(content)) {
    refresh = content;
  }
  const std::string key = internal::Collapsed(name, 64);
  if (internal::EqualsIgnoringCase(key, "description")) {
    if (description.empty()) {
      description = internal::Collapsed(content, limits.field_bytes);
    }
  } else if (internal::EqualsIgnoringCase(key, "robots") || internal::EqualsIgnoringCase(key, "spinneret")) {
    std::string directives = internal::Collapsed(content, limits.field_bytes);
    internal::MakeLowerAscii(directives);
    if (!directives.empty() && robots.size() + directives.size() + 2 <= limits.field_bytes) {
      robots.append(robots.empty() ? "" : ", ").append(directives);
    }
  }
}

std::unique_ptr<PageReader> MakePageReader(const ReadLimits& limits) {
  return std::make_unique<ScanningPageReader>(limits);
}

}  // namespace spinneret
