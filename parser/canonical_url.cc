#include "parser/canonical_url.h"

#include <algorithm>

#include "parser/url_encode.h"

namespace spinneret {
namespace {

// One parameter of a query. A piece's name is decoded as a form's is, for comparing alone.
struct Parameter {
  std::string_view text;  // as written, without the separator before it
  char separator = '&';   // before it
  std::string decoded;    // of a name that is not as it is written
  bool is_decoded = false;

  std::string_view name() const { return is_decoded ? std::string_view(decoded) : text.substr(0, NameSize(text)); }

  static std::size_t NameSize(std::string_view text) { return std::min(text.find_first_of("=;"), text.size()); }
};

// Form encoding (URL standard §5.1): '+' is a space, "%XX" a byte.
void DecodeName(Parameter& parameter) {
  const std::string_view name = parameter.name();
  if (name.find_first_of("%+") == std::string_view::npos) {
    return;
  }
  std::string spaced(name);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  parameter.decoded = url_encode::PercentDecode(spaced);
  parameter.is_decoded = true;
}

// Where the parameter that begins at `from` ends. '&' ends it; ';' does so only before something with a '=': many
// servers take it for a separator there, and elsewhere it is part of a value.
std::size_t EndOfParameter(std::string_view query, std::size_t from) {
  for (std::size_t at = from;;) {
    at = query.find_first_of("&;", at);
    if (at == std::string_view::npos) {
      return query.size();
    }
    if (query[at] == '&') {
      return at;
    }
    const std::size_t next = query.find_first_of("=&;", at + 1);
    if (next != std::string_view::npos && query[next] == '=') {
      return at;
    }
    ++at;
  }
}

}  // namespace

std::string_view CanonicalKey(const Url& url) {
  return url.href_without_fragment();
}

CanonicalRules::CanonicalRules(const CanonicalOptions& options)
    : strip_(Compile(options.strip_params)),
      keep_(Compile(options.keep_params)),
      sorts_(options.sort_params),
      reads_query_(!strip_.empty() || !keep_.empty() || sorts_),
      ignores_slash_(options.trailing_slash == TrailingSlash::kIgnore) {}

std::vector<CanonicalRules::Pattern> CanonicalRules::Compile(const std::vector<std::string>& patterns) {
  std::vector<Pattern> compiled;
  for (const std::string_view pattern : patterns) {
    Pattern pieces;
    for (std::size_t from = 0, star = 0; star != std::string_view::npos; from = star + 1) {
      star = pattern.find('*', from);
      pieces.push_back(url_encode::PercentDecode(pattern.substr(from, star - from)));
    }
    compiled.push_back(std::move(pieces));
  }
  return compiled;
}

bool CanonicalRules::AnyMatches(const std::vector<Pattern>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [name](const Pattern& pieces) {
    const std::string& first = pieces.front();
    const std::string& last = pieces.back();
    if (pieces.size() == 1) {
      return name == first;
    }
    if (name.size() < first.size() + last.size() || !name.starts_with(first) || !name.ends_with(last)) {
      return false;
    }
    std::string_view rest = name.substr(first.size(), name.size() - first.size() - last.size());
    for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
      const std::size_t found = rest.find(pieces[i]);
      if (found == std::string_view::npos) {
        return false;
      }
      rest.remove_prefix(found + pieces[i].size());
    }
    return true;
  });
}

bool CanonicalRules::Counts(std::string_view name) const {
  return (keep_.empty() || AnyMatches(keep_, name)) && !AnyMatches(strip_, name);
}

std::string_view CanonicalRules::Rewrite(std::string_view href, std::string& scratch) const {
  if (!href.starts_with("http://") && !href.starts_with("https://")) {
    return href;
  }
  // A serialised http(s) URL has a path, and no '/' before it but those of its scheme; the first '?' begins its query.
  const std::size_t question = std::min(href.find('?'), href.size());
  std::size_t path_end = question;
  if (ignores_slash_) {
    const std::size_t path_start = href.find('/', href.find("//") + 2);
    while (path_end > path_start + 1 && href[path_end - 1] == '/') {
      --path_end;  // all of them: a key is its own key
    }
  }
  const bool has_query = question < href.size();
  if (path_end == question && !(has_query && reads_query_)) {
    return href;
  }
  scratch.assign(href, 0, path_end);
  if (!reads_query_) {
    scratch.append(href, question);
  } else if (has_query) {
    AppendQuery(href.substr(question + 1), scratch);
  }
  return scratch;
}

// '?' and the parameters that count. A query without any has no '?' either.
void CanonicalRules::AppendQuery(std::string_view query, std::string& out) const {
  std::vector<Parameter> parameters;
  for (std::size_t at = 0; at <= query.size();) {
    const std::size_t end = EndOfParameter(query, at);
    Parameter parameter;
    parameter.text = query.substr(at, end - at);
    parameter.separator = at > 0 ? query[at - 1] : '&';
    DecodeName(parameter);
    // Nothing between two separators is no parameter (URL standard §5.1).
    if (!parameter.text.empty() && Counts(parameter.name())) {
      parameters.push_back(std::move(parameter));
    }
    at = end + 1;
  }
  if (sorts_) {
    // Separators stay where they are, so that a ';' is not made into a '&'.
    std::vector<char> separators;
    for (const Parameter& parameter : parameters) {
      separators.push_back(parameter.separator);
    }
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const Parameter& a, const Parameter& b) { return a.name() < b.name(); });
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].separator = separators[i];
    }
  }
  bool first = true;
  for (const Parameter& parameter : parameters) {
    out += first ? '?' : parameter.separator;
    out += parameter.text;
    first = false;
  }
}

}  // namespace spinneret
