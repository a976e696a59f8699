#include "storage/search_query.h"

#include <cstddef>

namespace spinneret {

std::string SearchQuery(std::string_view words) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  std::string query;
  while (true) {
    const std::size_t start = words.find_first_not_of(kSpace);
    if (start == std::string_view::npos) {
      return query;
    }
    words.remove_prefix(start);
    const bool phrase = words.front() == '"';
    const std::size_t end = phrase ? words.find('"', 1) : words.find_first_of(" \t\r\n\f\v\"");
    std::string_view term = words.substr(phrase ? 1 : 0, end == std::string_view::npos ? end : end - (phrase ? 1 : 0));
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + (phrase ? 1 : 0));
    const bool prefix = !phrase && term.ends_with('*');
    term.remove_suffix(prefix ? 1 : 0);
    if (term.empty()) {
      continue;
    }
    query += (query.empty() ? "\"" : " \"") + std::string(term) + (prefix ? "\"*" : "\"");
  }
}

}  // namespace spinneret
