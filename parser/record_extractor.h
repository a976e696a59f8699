// RecordExtractor: the records that a recipe finds on a page, as JSON objects, and the links that it wants followed.
//
// Values     what an element without a pseudo-element gives is what the field's type looks for: a URL is an <a>'s href or
//            an <img>'s src, a date a <time>'s datetime, a number a <data>'s value, anything a <meta>'s content; else the
//            text with white space collapsed. Then the capture is taken, and what is left is converted; what cannot be is
//            as if it were not there. Empty text is no value. XPath's attributes, texts, numbers and truths are as they
//            are; its elements give what a selector's do.
// Missing    null, [] in a list, false for a bool, or the default. A record without a required field is left out and
//            counted, and one in which nothing at all was found is none.
// Limits     kRecordsPerPage records and kRecordBytesPerPage bytes of them; `cut` says that there were more. An XPath that
//            is too much work on a page (xpath.h) finds nothing there, and `xpath_stopped` counts it.
// Thread     one extractor per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "parser/date_text.h"
#include "parser/number_text.h"
#include "parser/page_tree.h"
#include "parser/recipe.h"
#include "parser/url.h"
#include "parser/xpath.h"

namespace spinneret {

inline constexpr std::size_t kRecordsPerPage = 100'000;
inline constexpr std::size_t kRecordBytesPerPage = 32U << 20U;

struct ExtractedRecords {
  std::vector<std::string> records;  // JSON objects, members in the recipe's order
  std::vector<std::string> follow;   // absolute http(s) URLs without fragment, in document order, each once
  std::uint32_t incomplete = 0;      // left out for want of a required field
  std::uint32_t xpath_stopped = 0;
  bool cut = false;
};

class RecordExtractor {
 public:
  explicit RecordExtractor(std::shared_ptr<const Recipe> recipe);

  const Recipe& recipe() const { return *recipe_; }

  // `base`: what relative URLs of the page start from. `out` is overwritten. A page that the recipe does not want gives
  // nothing.
  void Read(const PageTree& tree, const Url& page, const Url& base, ExtractedRecords& out);

 private:
  struct Page;  // what is being read, and the matchers on it
  struct Outcome {
    bool found = false;       // something stood there
    bool incomplete = false;  // a required field did not
  };

  struct RawValue {
    std::string text;
    bool is_number = false;  // XPath's: its "." is no matter of locale
  };

  void ReadPage(Page& page, ExtractedRecords& out);
  Outcome ReadObject(Page& page, const std::vector<RecipeField>& fields, NodeIndex scope,
                     nlohmann::ordered_json& object);
  Outcome ReadObjectField(Page& page, const RecipeField& field, NodeIndex scope, nlohmann::ordered_json& value);
  bool ReadField(Page& page, const RecipeField& field, NodeIndex scope, nlohmann::ordered_json& value);
  static std::string RawValueOf(const PageTree& tree, NodeIndex element, FieldType type);
  // Of the first that finds something.
  static std::vector<RawValue> RawValues(Page& page, std::span<const Selector> selectors, std::span<const XPath> xpaths,
                                         FieldType type, NodeIndex scope);
  bool Convert(Page& page, const RecipeField& field, const RawValue& raw, nlohmann::ordered_json& value);
  void ReadFollow(Page& page, ExtractedRecords& out);
  const NumberReader& Numbers(const std::string& locale);
  const DateReader& Dates(const std::string& locale);

  std::shared_ptr<const Recipe> recipe_;
  std::map<std::string, NumberReader> numbers_;  // by locale
  std::map<std::string, DateReader> dates_;
  std::optional<XPathEngine> xpath_;  // made when a recipe asks for it
};

}  // namespace spinneret
