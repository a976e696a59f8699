// What `spinneret extract` finds on one page, as JSON.
//
// Limits    those of the readers; a field that met one has its values so far, and an entry under "errors".
// Thread    one at a time; memory is kept between pages.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "parser/page_extracts.h"
#include "parser/parsed_page.h"
#include "parser/selector.h"
#include "parser/url.h"

namespace spinneret::cli {

// A field's name with the selector that finds it.
using FieldSelectors = std::vector<std::pair<std::string, Selector>>;

class PageExtractor {
 public:
  // Everything after reads this page. `html` is UTF-8 and must live as long as it is read.
  void Read(std::string_view html, const Url& url);

  // Title, links, metadata and the rest.
  nlohmann::json Everything() const;
  // What ReadExtracts finds, under the kinds' names.
  nlohmann::json Extracts(ExtractKinds kinds) const;
  // The values of one selector.
  FieldValues Values(const Selector& selector) const;

 private:
  nlohmann::json Links() const;
  nlohmann::json Resources() const;

  ParsedPage page_;
  PageContents contents_;
  Url url_;
  Url base_;
};

// Why values were left out, for people.
std::string_view CutMessage();

}  // namespace spinneret::cli
