#include "parser/parsed_page.h"

#include "parser/gumbo_page_reader.h"
#include "parser/html_document.h"

namespace spinneret {

ParsedPage::ParsedPage(const ReadLimits& limits)
    : limits_(limits), document_(std::make_unique<internal::HtmlDocument>()) {}
ParsedPage::~ParsedPage() = default;

void ParsedPage::Parse(std::string_view html) {
  cut_ = document_->Parse(html, limits_, internal::RawText::kKeep);
  tree_.Build(*document_);
}

void ParsedPage::ReadContents(PageContents& contents) const {
  if (document_->root() == nullptr) {
    contents.Clear();
    return;
  }
  internal::ReadContents(*document_, limits_, contents);
  contents.cut = cut_.empty() ? contents.cut : cut_;
}

}  // namespace spinneret
