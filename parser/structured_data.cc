#include "parser/structured_data.h"

#include <algorithm>
#include <string_view>

#include "parser/html_text.h"
#include "parser/lenient_json.h"

namespace spinneret {

using internal::KeyOfTag;

namespace {

// Different names of one item: they are searched one by one.
constexpr std::size_t kMaxProperties = 1000;

// The values of an array on the outside, one by one. `json` is JSON without white space.
void TakeApart(std::string_view json, std::vector<std::string>& out) {
  if (!json.starts_with('[')) {
    out.emplace_back(json);
    return;
  }
  std::size_t start = 1;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 1; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == ',' || c == ']') && depth == 0) {
      if (i > start) {
        out.emplace_back(json.substr(start, i - start));
      }
      start = i + 1;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

void AppendItem(const StructuredItem& item, std::string& out) {
  out.append("{\"type\":[");
  for (const std::string& type : item.types) {
    out.append(&type == &item.types.front() ? "" : ",");
    AppendJsonString(type, out);
  }
  out.append("]");
  if (!item.id.empty()) {
    out.append(",\"id\":");
    AppendJsonString(item.id, out);
  }
  out.append(",\"properties\":{");
  for (const auto& [name, values] : item.properties) {
    out.append(&name == &item.properties.front().first ? "" : ",");
    AppendJsonString(name, out);
    out.append(":[");
    for (const StructuredValue& value : values) {
      out.append(&value == &values.front() ? "" : ",");
      if (value.item != nullptr) {
        AppendItem(*value.item, out);  // as deep as StructuredLimits::nesting
      } else {
        AppendJsonString(value.text, out);
      }
    }
    out.append("]");
  }
  out.append("}}");
}

}  // namespace

void StructuredItem::Add(const std::string& name, StructuredValue value) {
  auto found = std::find_if(properties.begin(), properties.end(),
                            [&name](const auto& property) { return property.first == name; });
  if (found == properties.end()) {
    if (properties.size() >= kMaxProperties) {
      return;
    }
    properties.emplace_back(name, std::vector<StructuredValue>());
    found = properties.end() - 1;
  }
  found->second.push_back(std::move(value));
}

std::string ItemsToJson(const std::vector<StructuredItem>& items) {
  std::string out = "[";
  for (const StructuredItem& item : items) {
    out.append(&item == &items.front() ? "" : ",");
    AppendItem(item, out);
  }
  return out + "]";
}

JsonLd ReadJsonLd(const PageMarkup& markup, const StructuredLimits& limits) {
  JsonLd found;
  std::size_t bytes = 0;
  for (const std::string& text : markup.json_ld) {
    std::vector<std::string> scripts;
    const JsonState state = ReadLenientJson(text, scripts);
    found.mended += state == JsonState::kMended ? 1 : 0;
    found.broken += state == JsonState::kBroken ? 1 : 0;
    for (const std::string& script : scripts) {
      bytes += script.size();
      if (bytes > limits.bytes || found.values.size() >= limits.values) {
        found.cut = true;
        return found;
      }
      TakeApart(script, found.values);
    }
  }
  return found;
}

}  // namespace spinneret
