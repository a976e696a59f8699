#include "storage/postgres/postgres_url.h"

#include <algorithm>

namespace spinneret {
namespace {

std::string OneWithoutPassword(std::string_view url) {
  std::string shown(url);
  const std::size_t scheme = shown.find("://");
  if (scheme != std::string::npos) {
    const std::size_t begin = scheme + 3;
    const std::size_t end = shown.find_first_of("/?", begin);
    const std::size_t at = shown.rfind('@', end == std::string::npos ? std::string::npos : end);
    if (at != std::string::npos && at >= begin) {
      const std::size_t colon = shown.find(':', begin);
      if (colon < at) {
        shown.erase(colon, at - colon);
      }
    }
  }
  const std::size_t query = shown.find('?');
  if (query == std::string::npos) {
    return shown;
  }
  // libpq reads escapes in names, too, and knows more than one password (sslpassword): what cannot be told is not shown.
  std::string kept = shown.substr(0, query);
  char mark = '?';
  for (std::string_view rest = std::string_view(shown).substr(query + 1); !rest.empty();) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (!name.ends_with("password") && name.find('%') == std::string_view::npos) {
      kept += mark;
      kept += parameter;
      mark = '&';
    }
  }
  return kept;
}

}  // namespace

bool IsPostgresUrl(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

std::vector<std::string> PostgresUrls(std::string_view text) {
  std::vector<std::string> urls;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    // libpq takes a space in a name, so what follows has to be a URL.
    if (i == text.size() || (text[i] == ' ' && IsPostgresUrl(text.substr(i + 1)))) {
      std::string_view url = text.substr(begin, i - begin);
      while (url.ends_with(' ')) {
        url.remove_suffix(1);
      }
      urls.emplace_back(url);
      begin = i + 1;
    }
  }
  return urls;
}

std::string WithoutPassword(std::string_view urls) {
  std::string shown;
  for (const std::string& url : PostgresUrls(urls)) {
    shown += (shown.empty() ? "" : " ") + OneWithoutPassword(url);
  }
  return shown;
}

}  // namespace spinneret
