// Url under any bytes: the first line is a base, the rest is parsed against it and without it. What must always hold is
// checked, so that a wrong offset is found even where no byte is read out of bounds.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "parser/canonical_url.h"
#include "parser/url.h"

namespace {

using spinneret::CanonicalKey;
using spinneret::CanonicalOptions;
using spinneret::CanonicalRules;
using spinneret::TrailingSlash;
using spinneret::Url;

std::string PartsOf(const Url& url) {
  std::string text;
  for (const std::string_view part : {url.scheme(), url.username(), url.password(), url.host(), url.path(), url.query(),
                                      url.fragment(), url.path_and_query()}) {
    text += part;
    text += '\n';
  }
  text += url.port() ? std::to_string(*url.port()) : "none";
  text += url.has_query() ? " query" : "";
  text += url.has_fragment() ? " fragment" : "";
  text += url.has_credentials() ? " credentials" : "";
  text += url.host_is_ip() ? " ip" : "";
  return text;
}

void CheckSame(const Url& one, const std::optional<Url>& other) {
  SPINNERET_CHECK(other.has_value(), "a serialisation parses");
  SPINNERET_CHECK(other->href() == one.href(), "a serialisation parses to itself");
  SPINNERET_CHECK(PartsOf(*other) == PartsOf(one), "and to the same components");
}

// Every option by itself and together, with names that the corpus and a fuzzer's bytes can meet.
const std::vector<CanonicalRules>& AllRules() {
  static const std::vector<CanonicalRules> rules = [] {
    std::vector<CanonicalRules> made;
    for (unsigned bits = 1; bits < 16; ++bits) {
      CanonicalOptions options;
      if ((bits & 1U) != 0) {
        options.strip_params = {"utm_*", "a", "*b*", "%3D", "%80*"};
      }
      if ((bits & 2U) != 0) {
        options.keep_params = {"a*", "c", "utm_x", ""};
      }
      options.sort_params = (bits & 4U) != 0;
      options.trailing_slash = (bits & 8U) != 0 ? TrailingSlash::kIgnore : TrailingSlash::kKeep;
      made.emplace_back(options);
    }
    return made;
  }();
  return rules;
}

void CheckKey(const Url& url, const CanonicalRules& rules) {
  std::string scratch;
  const std::string key(rules.KeyOf(url, scratch));
  SPINNERET_CHECK(rules.KeyOf(key, scratch) == key, "a key is its own key under the same rules");
  const std::optional<Url> parsed = Url::Parse(key);
  SPINNERET_CHECK(parsed && parsed->href() == key, "a key is a serialised URL");
  SPINNERET_CHECK(parsed->origin() == url.origin() && parsed->has_fragment() == false, "of the same origin");
  SPINNERET_CHECK(key.size() <= url.href().size(), "a key is no longer than its URL");
}

void CheckUrl(const Url& url, const Url* base) {
  for (const char c : url.href()) {
    SPINNERET_CHECK(c >= 0x20 && c < 0x7F, "hrefs are printable ASCII");
  }
  CheckSame(url, Url::Parse(url.href()));
  CheckSame(url, Url::Parse(url.href(), base));

  const Url clean = url.WithoutSecrets();
  SPINNERET_CHECK(!clean.has_credentials() && !clean.has_fragment(), "no secrets are left");
  SPINNERET_CHECK(clean.path_and_query() == url.path_and_query(), "and nothing else is taken");
  SPINNERET_CHECK(clean.host_key_text() == url.host_key_text(), "and nothing else is taken");
  CheckSame(clean, Url::Parse(clean.href()));

  const std::optional<Url> key = Url::Parse(CanonicalKey(url));
  SPINNERET_CHECK(key && CanonicalKey(*key) == CanonicalKey(url), "a key is its own key");

  for (const CanonicalRules& rules : AllRules()) {
    CheckKey(url, rules);
  }

  const std::optional<Url> fragment = Url::Parse("#x", &url);
  SPINNERET_CHECK(fragment && CanonicalKey(*fragment) == CanonicalKey(url), "a fragment stays on its page");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t line = bytes.find('\n');
  const std::string_view input = line == std::string_view::npos ? bytes : bytes.substr(line + 1);
  if (const std::optional<Url> url = Url::Parse(input)) {
    CheckUrl(*url, nullptr);
  }
  if (line == std::string_view::npos) {
    return 0;
  }
  const std::optional<Url> base = Url::Parse(bytes.substr(0, line));
  if (!base) {
    return 0;
  }
  CheckUrl(*base, nullptr);
  if (const std::optional<Url> url = Url::Parse(input, &*base)) {
    CheckUrl(*url, &*base);
  }
  return 0;
}
