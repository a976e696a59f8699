#include "parser/robots_txt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <string.h>

namespace spinneret {
namespace {

// What is read of one line: the bound of the published parser of Google, 8 × the longest URL a browser once took.
constexpr std::size_t kMaxLineBytes = 2083U * 8U - 1U;
constexpr std::chrono::milliseconds kMaxCrawlDelay = std::chrono::hours(24);

constexpr char kHexDigits[] = "0123456789ABCDEF";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsAlpha(char c) {
  return Lower(c) >= 'a' && Lower(c) <= 'z';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
int HexValue(char c) {
  if (IsDigit(c)) {
    return c - '0';
  }
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) == Lower(y); });
}
bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && EqualsIgnoringCase(text.substr(0, prefix.size()), prefix);
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// The leading part of `text` that is a product token: letters, '-' and '_' (RFC 9309 §2.2.1); with kAndDigits digits
// and dots too.
enum class TokenOf { kLetters, kAndDigits };
std::string_view ProductToken(std::string_view text, TokenOf characters) {
  std::size_t size = 0;
  while (size < text.size() && (IsAlpha(text[size]) || text[size] == '-' || text[size] == '_' ||
                                (characters == TokenOf::kAndDigits && (IsDigit(text[size]) || text[size] == '.')))) {
    ++size;
  }
  return text.substr(0, size);
}

// `value` is cut where a product token ends, so that "SpinneretBot/1.0" names spinneretbot. For an agent with digits in
// its own name the cut is made later, or "crawler1" would name "crawler2".
bool NamesAgent(std::string_view value, std::string_view agent) {
  const std::string_view wanted = ProductToken(agent, TokenOf::kAndDigits);
  const bool plain = wanted.size() == ProductToken(agent, TokenOf::kLetters).size();
  const std::string_view token = ProductToken(value, plain ? TokenOf::kLetters : TokenOf::kAndDigits);
  return !token.empty() && EqualsIgnoringCase(token, wanted);
}

bool NamesEveryAgent(std::string_view value) {
  return !value.empty() && value[0] == '*' && (value.size() == 1 || IsSpace(value[1]));
}

enum class Key { kUserAgent, kAllow, kDisallow, kSitemap, kCrawlDelay, kOther };

// Prefixes, and the misspellings that site owners are known to make, as Google's published parser takes them.
Key KeyOf(std::string_view key) {
  struct Spelling {
    std::string_view text;
    Key key;
  };
  static constexpr std::array<Spelling, 14> kSpellings{{
      {"user-agent", Key::kUserAgent},
      {"useragent", Key::kUserAgent},
      {"user agent", Key::kUserAgent},
      {"allow", Key::kAllow},
      {"disallow", Key::kDisallow},
      {"dissallow", Key::kDisallow},
      {"dissalow", Key::kDisallow},
      {"disalow", Key::kDisallow},
      {"diasllow", Key::kDisallow},
      {"disallaw", Key::kDisallow},
      {"sitemap", Key::kSitemap},
      {"site-map", Key::kSitemap},
      {"crawl-delay", Key::kCrawlDelay},
      {"crawldelay", Key::kCrawlDelay},
  }};
  for (const Spelling& spelling : kSpellings) {
    if (StartsWithIgnoringCase(key, spelling.text)) {
      return spelling.key;
    }
  }
  return Key::kOther;
}

// A sitemap's URL without its directive, as site owners are known to paste it: nothing else on the line.
bool IsBareSitemap(std::string_view text) {
  constexpr std::string_view kWord = "sitemap";
  return (StartsWithIgnoringCase(text, "http://") || StartsWithIgnoringCase(text, "https://")) &&
         std::none_of(text.begin(), text.end(), IsSpace) &&
         std::search(text.begin(), text.end(), kWord.begin(), kWord.end(),
                     [](char a, char b) { return Lower(a) == b; }) != text.end();
}

struct Line {
  Key key = Key::kOther;
  std::string_view value;
  std::string_view text;  // trimmed, without comment
};

// "key: value", or "key value" where those are the only two words. False when it is neither.
bool SplitLine(std::string_view text, Line& line) {
  text = Trim(text.substr(0, text.find('#')));
  std::size_t separator = text.find(':');
  if (separator == std::string_view::npos) {
    separator = text.find_first_of(" \t");
    if (separator == std::string_view::npos) {
      return false;
    }
    if (Trim(text.substr(separator)).find_first_of(" \t") != std::string_view::npos) {
      return false;
    }
  }
  const std::string_view key = Trim(text.substr(0, separator));
  if (key.empty()) {
    return false;
  }
  line.key = KeyOf(key);
  line.value = Trim(text.substr(separator + 1));
  line.text = text;
  return true;
}

bool IsUnreserved(unsigned char c) {
  return IsAlpha(static_cast<char>(c)) || IsDigit(static_cast<char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}
// May stand for itself in a path or query (RFC 3986 §2.2), '%' apart.
bool IsUriCharacter(unsigned char c) {
  return IsUnreserved(c) ||
         (c != 0 && std::string_view(":/?#[]@!$&'()*+,;=").find(static_cast<char>(c)) != std::string_view::npos);
}

void AppendEscaped(unsigned char c, std::string& out) {
  out.push_back('%');
  out.push_back(kHexDigits[c >> 4U]);
  out.push_back(kHexDigits[c & 15U]);
}

// One spelling for all that RFC 9309 §2.2.2 calls equal: escapes of unreserved characters are undone, all others are
// upper case, and what may not stand in a URI is escaped. `*` and `$` are escaped where they are plain characters
// (§2.2.3): always in a path; in a pattern, `$` anywhere but at the end.
enum class Side { kPattern, kPath };
std::string Normalise(std::string_view text, Side side) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      const auto octet = static_cast<unsigned char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      if (IsUnreserved(octet)) {
        out.push_back(static_cast<char>(octet));
      } else {
        AppendEscaped(octet, out);
      }
      i += 2;
    } else if (c == '*' && side == Side::kPattern) {
      // A run of stars is one star: it matches the same, and costs no more.
      if (out.empty() || out.back() != '*') {
        out.push_back('*');
      }
    } else if (c == '$' && side == Side::kPattern && i + 1 == text.size()) {
      out.push_back('$');
    } else if (c == '*' || c == '$' || (c != '%' && !IsUriCharacter(c))) {
      AppendEscaped(c, out);
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  return out;
}

// Leftmost search of the pieces between stars, which never has to go back: linear in the path for each rule.
bool Matches(std::string_view pattern, std::string_view path) {
  const bool anchored = !pattern.empty() && pattern.back() == '$';
  if (anchored) {
    pattern.remove_suffix(1);
  }
  std::size_t star = pattern.find('*');
  const std::string_view head = pattern.substr(0, star);
  if (!path.starts_with(head)) {
    return false;
  }
  path.remove_prefix(head.size());
  if (star == std::string_view::npos) {
    return !anchored || path.empty();
  }
  for (;;) {
    pattern.remove_prefix(star + 1);
    star = 0;
    const std::size_t next = pattern.find('*');
    const std::string_view piece = pattern.substr(0, next);
    if (next == std::string_view::npos && anchored) {
      return path.ends_with(piece);
    }
    // memmem is linear whatever the two strings are; string_view::find is not.
    const void* found = piece.empty() ? path.data() : ::memmem(path.data(), path.size(), piece.data(), piece.size());
    if (found == nullptr && !piece.empty()) {
      return false;
    }
    if (next == std::string_view::npos) {
      return true;
    }
    path.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - path.data()) + piece.size());
    star = next;
  }
}

std::optional<std::chrono::milliseconds> ReadDelay(std::string_view value) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), seconds, std::chars_format::fixed);
  if (error == std::errc::result_out_of_range && !value.empty() && IsDigit(value[0])) {
    return kMaxCrawlDelay;
  }
  if (error != std::errc() || !std::isfinite(seconds) || seconds < 0 ||
      (end != value.data() + value.size() && IsAlpha(*end))) {
    return std::nullopt;
  }
  const double limit = std::chrono::duration<double>(kMaxCrawlDelay).count();
  return std::chrono::milliseconds(std::llround(std::min(seconds, limit) * 1000.0));
}

// Takes the next line off `bytes`. A line ends with LF, CR or CRLF.
std::string_view NextLine(std::string_view& bytes) {
  const std::size_t end = bytes.find_first_of("\r\n");
  const std::string_view line = bytes.substr(0, end);
  if (end == std::string_view::npos) {
    bytes = {};
  } else {
    const bool pair = bytes[end] == '\r' && end + 1 < bytes.size() && bytes[end + 1] == '\n';
    bytes.remove_prefix(end + (pair ? 2 : 1));
  }
  return line.substr(0, kMaxLineBytes);
}

std::string_view WithoutBom(std::string_view bytes) {
  // A broken BOM is skipped as far as it goes, as Google does.
  for (const char c : std::string_view("\xEF\xBB\xBF")) {
    if (bytes.empty() || bytes.front() != c) {
      break;
    }
    bytes.remove_prefix(1);
  }
  return bytes;
}

}  // namespace

RobotsTxt RobotsTxt::Parse(std::string_view bytes, std::string_view agent) {
  // What the lines say to one set of agents: those that name ours, or `*`.
  struct Rules {
    bool current = false;  // the group that is being read is for it
    Group group;
    std::vector<Rule> rules;
    std::optional<std::chrono::milliseconds> crawl_delay;
  };
  Rules own;
  Rules everyone;
  bool in_rules = false;  // a rule has ended the list of agents of the group
  RobotsTxt robots;

  agent = Trim(agent);
  bytes = WithoutBom(bytes.substr(0, kMaxBytes));
  for (std::size_t number = 1; !bytes.empty(); ++number) {
    Line line;
    if (!SplitLine(NextLine(bytes), line)) {
      continue;
    }
    switch (line.key) {
      case Key::kUserAgent:
        if (in_rules) {
          own.current = everyone.current = in_rules = false;
        }
        if (const bool all = NamesEveryAgent(line.value); all || NamesAgent(line.value, agent)) {
          Rules& rules = all ? everyone : own;
          rules.current = true;
          if (rules.group.line == 0) {
            rules.group = {number, std::string(line.text)};
          }
        }
        break;
      case Key::kAllow:
      case Key::kDisallow: {
        in_rules = true;
        if (line.value.empty() || (!own.current && !everyone.current)) {
          break;
        }
        Rule rule;
        rule.allow = line.key == Key::kAllow;
        rule.line = number;
        rule.text = line.text;
        rule.pattern = Normalise(line.value, Side::kPattern);
        std::vector<Rule> made{rule};
        // Google reads an allowed ".../index.html" as allowing the directory ".../" itself.
        const std::size_t slash = rule.pattern.rfind('/');
        if (rule.allow && slash != std::string::npos && rule.pattern.compare(slash, 10, "/index.htm") == 0) {
          rule.pattern.resize(slash + 1);
          rule.pattern.push_back('$');
          made.push_back(std::move(rule));
        }
        for (Rules* rules : {&own, &everyone}) {
          if (rules->current) {
            rules->rules.insert(rules->rules.end(), made.begin(), made.end());
          }
        }
        break;
      }
      case Key::kCrawlDelay:
        // The first of an agent counts. It is no rule of RFC 9309, so it does not end the list of agents (§2.2.4).
        for (Rules* rules : {&own, &everyone}) {
          if (rules->current && !rules->crawl_delay) {
            rules->crawl_delay = ReadDelay(line.value);
          }
        }
        break;
      case Key::kSitemap:
        if (!line.value.empty()) {
          robots.sitemaps_.emplace_back(line.value);
        }
        break;
      case Key::kOther:
        if (IsBareSitemap(line.text)) {
          robots.sitemaps_.emplace_back(line.text);
        }
        break;
    }
  }

  Rules& chosen = own.group.line != 0 ? own : everyone;
  robots.rules_ = std::move(chosen.rules);
  robots.group_ = std::move(chosen.group);
  robots.crawl_delay_ = chosen.crawl_delay;
  // In the order of precedence, so that the first that matches decides: longest, then allow, then first in the file.
  std::stable_sort(robots.rules_.begin(), robots.rules_.end(), [](const Rule& a, const Rule& b) {
    return a.pattern.size() != b.pattern.size() ? a.pattern.size() > b.pattern.size() : a.allow && !b.allow;
  });
  return robots;
}

RobotsVerdict RobotsTxt::Check(std::string_view path_and_query) const {
  if (rules_.empty() || path_and_query == "/robots.txt") {
    return {};
  }
  const std::string path = Normalise(path_and_query, Side::kPath);
  for (const Rule& rule : rules_) {
    if (Matches(rule.pattern, path)) {
      return {rule.allow, rule.line, rule.text};
    }
  }
  return {};
}

}  // namespace spinneret
