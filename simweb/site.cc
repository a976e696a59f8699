#include "simweb/site.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "base/check.h"

namespace spinneret::simweb {
namespace {

constexpr std::size_t kWords = 509;
constexpr std::size_t kParagraphs = 64;
constexpr std::uint32_t kMaxLinks = 100'000;
constexpr std::size_t kMaxPageSize = std::size_t{1} << 30U;
constexpr std::size_t kNavLinks = 4;
// In a path, percent-encoded as a URL has it.
constexpr std::string_view kCafe = "caf%C3%A9";
constexpr std::string_view kHtmlEnd = "</footer>\n</body>\n</html>\n";

// splitmix64: the step and its finaliser.
class Random {
 public:
  explicit Random(std::uint64_t state) : state_(state) {}
  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::uint64_t Below(std::uint64_t limit) { return Next() % limit; }

 private:
  std::uint64_t state_;
};

std::uint64_t PageSeed(std::uint64_t seed, std::uint64_t page) {
  return Random(Random(seed).Next() ^ (page * 0xD6E8FEB86659FD93U)).Next();
}

void AppendNumber(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void AppendCapitalised(std::string_view word, std::string& out) {
  out.push_back(static_cast<char>(word.front() - 'a' + 'A'));
  out += word.substr(1);
}

std::string MakeWord(Random& random) {
  constexpr std::string_view kConsonants = "bdfgklmnprstvz";
  constexpr std::string_view kVowels = "aeiou";
  std::string word;
  for (std::uint64_t syllables = 2 + random.Below(2); syllables > 0; --syllables) {
    word.push_back(kConsonants[random.Below(kConsonants.size())]);
    word.push_back(kVowels[random.Below(kVowels.size())]);
  }
  return word;
}

}  // namespace

// A link before it is written: where to, and the bits that choose its words and its spelling.
struct Site::PlannedLink {
  std::uint64_t to;
  std::uint64_t bits;

  std::uint64_t Choice(unsigned shift, std::uint64_t options) const { return ((bits >> shift) & 0xFFU) % options; }
  bool with_fragment() const { return Choice(0, 8) == 0; }
  std::uint64_t url_style() const { return Choice(8, 8); }
  std::uint64_t quoting() const { return Choice(16, 4); }
  std::uint64_t tag_style() const { return Choice(24, 16); }
  std::uint64_t text_style() const { return Choice(32, 6); }
  std::uint64_t attributes() const { return Choice(40, 5); }
  std::uint64_t escaping() const { return Choice(48, 4); }
  std::uint64_t word() const { return bits >> 3U; }
  std::uint64_t second_word() const { return bits >> 29U; }
};

Site::Site(const SiteSettings& settings) : settings_(settings) {
  settings_.pages = std::clamp<std::uint64_t>(settings_.pages, 1, std::numeric_limits<std::uint64_t>::max() / 16);
  settings_.hosts = std::clamp<std::uint32_t>(settings_.hosts, 1, kMaxHosts);
  settings_.hosts = static_cast<std::uint32_t>(std::min<std::uint64_t>(settings_.hosts, settings_.pages));
  settings_.links = std::min(settings_.links, kMaxLinks);
  settings_.page_size = std::min(settings_.page_size, kMaxPageSize);
  fan_out_ = std::clamp<std::uint64_t>(settings_.links / 3, 1, 8);

  Random random(settings_.seed ^ 0x5EEDU);
  while (words_.size() < kWords) {
    words_.push_back(MakeWord(random));
  }
  while (paragraphs_.size() < kParagraphs) {
    std::string text = paragraphs_.size() % 3 == 0 ? "<p class=\"text\">" : "<p>";
    const std::uint64_t sentences = 2 + random.Below(5);
    for (std::uint64_t sentence = 0; sentence < sentences; ++sentence) {
      text += sentence == 0 ? "" : " ";
      AppendCapitalised(Word(random.Next()), text);
      for (std::uint64_t count = 4 + random.Below(10); count > 0; --count) {
        switch (random.Below(24)) {
          case 0:
            text.append(" <em>").append(Word(random.Next())).append("</em>");
            break;
          case 1:
            text.append(" &amp; ").append(Word(random.Next()));
            break;
          case 2:
            text.append(" &mdash;\n").append(Word(random.Next()));
            break;
          case 3:
            text.append("&nbsp;").append(Word(random.Next())).append(",");
            break;
          default:
            text.append(" ").append(Word(random.Next()));
        }
      }
      text += '.';
    }
    text += "</p>\n";
    paragraphs_.push_back(std::move(text));
  }
}

std::uint64_t Site::HostPages(std::uint64_t host) const {
  return (settings_.pages - host + settings_.hosts - 1) / settings_.hosts;
}

std::uint64_t Site::PageCountOfHost(std::uint32_t host) const {
  SPINNERET_CHECK(host < settings_.hosts, "no such host");
  return HostPages(host);
}

std::string Site::HostName(std::uint32_t host) const {
  SPINNERET_CHECK(host < settings_.hosts, "no such host");
  std::string name = "127.0.";
  AppendNumber((host + 1) / 256, name);
  name += '.';
  AppendNumber((host + 1) % 256, name);
  if (settings_.port != 80) {
    name += ':';
    AppendNumber(settings_.port, name);
  }
  return name;
}

std::optional<std::uint32_t> Site::FindHost(std::string_view host) const {
  constexpr std::string_view kPrefix = "127.0.";
  if (host.substr(0, kPrefix.size()) != kPrefix) {
    return std::nullopt;
  }
  const char* const end = host.data() + host.size();
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  const auto [dot, error] = std::from_chars(host.data() + kPrefix.size(), end, high);
  if (error != std::errc{} || dot == end || *dot != '.' || high > 255) {
    return std::nullopt;
  }
  const auto [after, second_error] = std::from_chars(dot + 1, end, low);
  const std::uint32_t number = high * 256 + low;
  if (second_error != std::errc{} || low > 255 || number == 0 || number > settings_.hosts) {
    return std::nullopt;
  }
  // The one spelling of the host is the comparison that counts (leading zeros, the port).
  return host == HostName(number - 1) ? std::optional(number - 1) : std::nullopt;
}

// Every target but "/" has the page's number as its last digits, so that it can be found again.
void Site::AppendTarget(std::uint64_t page, std::string& out) const {
  if (page < settings_.hosts) {
    out += '/';
    return;
  }
  const std::uint64_t bits = PageSeed(settings_.seed ^ 0x7A46E7U, page);
  const std::string_view section = words_[bits % 16];
  switch ((bits >> 8U) % 8) {
    case 0:
      out.append("/").append(section).append("/");
      AppendNumber(page, out);
      out.append("/");
      break;
    case 1:
      out.append("/").append(section).append("/").append(Word(bits >> 16U)).append("-").append(Word(bits >> 32U));
      out.append("-");
      AppendNumber(page, out);
      out.append(".html");
      break;
    case 2:
      out.append("/shop/item.html?cat=").append(section).append("&id=");
      AppendNumber(page, out);
      break;
    case 3:
      out.append("/").append(kCafe).append("/");
      AppendNumber(page, out);
      break;
    case 4:
      out.append("/").append(section).append("/about/");
      AppendNumber(page, out);
      break;
    default:
      out.append("/p/");
      AppendNumber(page, out);
  }
}

std::string Site::TargetOf(std::uint64_t page) const {
  SPINNERET_CHECK(page < settings_.pages, "no such page");
  std::string target;
  AppendTarget(page, target);
  return target;
}

std::string Site::UrlOf(std::uint64_t page) const {
  return "http://" + HostName(static_cast<std::uint32_t>(page % settings_.hosts)) + TargetOf(page);
}

std::optional<std::uint64_t> Site::FindPage(std::string_view host, std::string_view target) const {
  const std::optional<std::uint32_t> on = FindHost(host);
  if (!on) {
    return std::nullopt;
  }
  if (target == "/") {
    return *on;
  }
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t last = target.find_last_of(kDigits);
  if (last == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t before = target.find_last_not_of(kDigits, last);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  std::uint64_t page = 0;
  const auto [end, error] = std::from_chars(target.data() + first, target.data() + last + 1, page);
  if (error != std::errc{} || page >= settings_.pages || page % settings_.hosts != *on || page < settings_.hosts) {
    return std::nullopt;
  }
  return target == TargetOf(page) ? std::optional(page) : std::nullopt;
}

void Site::Plan(std::uint64_t page, std::vector<PlannedLink>& plan) const {
  const std::uint64_t hosts = settings_.hosts;
  const std::uint64_t host = page % hosts;
  const std::uint64_t index = page / hosts;
  const std::uint64_t host_pages = HostPages(host);
  Random random(PageSeed(settings_.seed, page));
  plan.clear();
  // Where a page's children would lie beyond the host's last page it has none; this also keeps the product small.
  for (std::uint64_t child = index < host_pages / fan_out_ + 1 ? index * fan_out_ + 1 : host_pages,
                     last = child + fan_out_;
       child < last && child < host_pages; ++child) {
    plan.push_back({child * hosts + host, random.Next()});
  }
  if (index == 0 && hosts > 1) {
    plan.push_back({(host + 1) % hosts, random.Next()});
  }
  while (plan.size() < settings_.links) {
    const std::uint64_t kind = random.Below(16);
    const std::uint64_t to = kind == 0   ? page
                             : kind == 1 ? host
                             : kind < 4  ? random.Below(settings_.pages)
                                         : random.Below(host_pages) * hosts + host;
    plan.push_back({to, random.Next()});
  }
  for (std::size_t i = plan.size(); i > 1; --i) {
    std::swap(plan[i - 1], plan[random.Below(i)]);
  }
}

void Site::AppendTitle(std::uint64_t page, std::string& out) const {
  const std::uint64_t bits = PageSeed(settings_.seed ^ 0x717EU, page);
  AppendCapitalised(Word(bits), out);
  out += ' ';
  out += Word(bits >> 20U);
  out += ' ';
  AppendNumber(page, out);
}

std::string Site::TitleOf(std::uint64_t page) const {
  SPINNERET_CHECK(page < settings_.pages, "no such page");
  std::string title;
  AppendTitle(page, title);
  return title;
}

std::vector<SiteLink> Site::LinksOf(std::uint64_t page) const {
  std::vector<SiteLink> links;
  links.push_back({UrlOf(page), "", "link", "canonical"});
  std::vector<PlannedLink> plan;
  Plan(page, plan);
  for (const PlannedLink& planned : plan) {
    std::string text;
    AppendCapitalised(Word(planned.word()), text);
    switch (planned.text_style()) {
      case 0:
        break;
      case 1:
        text.append(" & ").append(Word(planned.second_word()));
        break;
      case 2:
        text.append(" caf\xC3\xA9 ").append(Word(planned.second_word()));
        break;
      case 3:
        text.append(" ");
        AppendNumber(planned.to, text);
        break;
      default:
        text.append(" ").append(Word(planned.second_word()));
    }
    links.push_back({UrlOf(planned.to), std::move(text), "a", ""});
  }
  return links;
}

// The value of the href attribute, without quotes: one of many spellings of the same URL.
void Site::AppendHref(std::uint64_t from, int depth, const PlannedLink& link, std::string& out) const {
  thread_local std::string target;
  target.clear();
  AppendTarget(link.to, target);
  std::string_view rest = target;
  const bool same_host = link.to % settings_.hosts == from % settings_.hosts;
  const std::uint64_t style = same_host ? link.url_style() : link.url_style() % 2;
  if (style < 2) {
    out += style == 0 ? "http://" : "//";
    out += HostName(static_cast<std::uint32_t>(link.to % settings_.hosts));
  } else if (style < 4) {
    // Relative to the directory of the page that links.
    for (int i = 0; i < depth; ++i) {
      out += "../";
    }
    out += depth == 0 ? "./" : "";
    rest.remove_prefix(1);
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '&') {
      out += link.escaping() == 0 ? "&" : link.escaping() == 1 ? "&#38;" : "&amp;";
    } else if (rest[i] == '%' && link.escaping() != 0) {  // kCafe's last letter
      out += link.escaping() == 1 ? "&eacute;" : link.escaping() == 2 ? "\xC3\xA9" : "%C3%A9";
      i += 5;
    } else {
      out += rest[i];
    }
  }
  if (link.with_fragment()) {
    out += '#';
    out += Word(link.second_word());
  }
}

void Site::AppendAnchor(std::uint64_t from, int depth, const PlannedLink& link, std::string& out) const {
  const bool upper = link.tag_style() == 0;
  out += upper ? "<A" : "<a";
  switch (link.attributes()) {
    case 0:
      out.append(" class=\"link ").append(Word(link.second_word())).append("\"");
      break;
    case 1:
      out.append(" title='more > less' data-id=");
      AppendNumber(link.to, out);
      break;
    case 2:
      out += "\n   id=x";
      AppendNumber(link.bits & 0xFFFFU, out);
      break;
    default:
      break;
  }
  out += link.tag_style() == 1 ? " HREF = " : link.tag_style() == 2 ? "\thref=" : " href=";
  switch (link.quoting()) {
    case 0:
      out += '\'';
      AppendHref(from, depth, link, out);
      out += '\'';
      break;
    case 1:
      AppendHref(from, depth, link, out);
      break;
    case 2:
      out += link.text_style() == 5 ? "\" " : "\"";
      AppendHref(from, depth, link, out);
      out += link.text_style() == 5 ? "\n\"" : "\"";
      break;
    default:
      out += '"';
      AppendHref(from, depth, link, out);
      out += '"';
  }
  out += link.attributes() == 3 ? " hidden>" : ">";
  // The same words as in LinksOf, with markup and white space.
  switch (link.text_style()) {
    case 0:
      AppendCapitalised(Word(link.word()), out);
      break;
    case 1:
      AppendCapitalised(Word(link.word()), out);
      out.append(" &amp; ").append(Word(link.second_word()));
      break;
    case 2:
      out += "\n  ";
      AppendCapitalised(Word(link.word()), out);
      out.append(" caf&eacute;\n  <span>").append(Word(link.second_word())).append("</span> ");
      break;
    case 3:
      out += "<b>";
      AppendCapitalised(Word(link.word()), out);
      out += "</b> ";
      AppendNumber(link.to, out);
      break;
    default:
      AppendCapitalised(Word(link.word()), out);
      out.append(" ").append(Word(link.second_word()));
  }
  out += upper ? "</A>" : "</a>";
}

void Site::AppendHead(std::uint64_t page, std::string& out) const {
  const std::uint64_t bits = PageSeed(settings_.seed ^ 0x4EADU, page);
  out += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>";
  AppendTitle(page, out);
  out += "</title>\n<meta name=\"description\" content=\"About ";
  out.append(Word(bits)).append(" &amp; ").append(Word(bits >> 16U)).append(" and ").append(Word(bits >> 32U));
  out += "\">\n<meta name=viewport content='width=device-width, initial-scale=1'>\n<link rel=\"canonical\" href=\"";
  out.append("http://").append(HostName(static_cast<std::uint32_t>(page % settings_.hosts)));
  const std::size_t target = out.size();
  AppendTarget(page, out);
  if (const std::size_t ampersand = out.find('&', target); ampersand != std::string::npos) {
    out.insert(ampersand + 1, "amp;");
  }
  out +=
      "\">\n<style>\nbody { margin: 0 auto; max-width: 60em }\nnav > ul { display: flex }\n</style>\n"
      "<script>var page = { id: ";
  AppendNumber(page, out);
  out += ", row: '<a href=\"/no/link\">none<\\/a>', ready: 1 < 2 && 3 > 2 };</script>\n</head>\n";
}

void Site::AppendHtml(std::uint64_t page, std::string& out) const {
  SPINNERET_CHECK(page < settings_.pages, "no such page");
  thread_local std::vector<PlannedLink> plan;
  Plan(page, plan);
  const std::size_t start = out.size();
  AppendHead(page, out);
  // How many directories deep this page's URL is: what "../" has to undo.
  const std::string own_target = TargetOf(page);
  const std::string_view path = std::string_view(own_target).substr(0, own_target.find('?'));
  const int depth = static_cast<int>(std::count(path.begin(), path.end(), '/')) - 1;

  out += "<body>\n<header><nav><ul>\n";
  std::size_t next = 0;
  for (; next < std::min(kNavLinks, plan.size()); ++next) {
    out += "<li>";
    AppendAnchor(page, depth, plan[next], out);
    out += "</li>\n";
  }
  out += "</ul></nav></header>\n<h1>";
  AppendTitle(page, out);
  out += "</h1>\n<!-- <a href=\"/no/link/either\">not here</a> -->\n<p class=price>";
  const std::uint64_t bits = PageSeed(settings_.seed ^ 0x9A1CEU, page);
  AppendNumber(1 + bits % 900, out);
  out += '.';
  AppendNumber(10 + (bits >> 20U) % 90, out);
  out += " &euro;</p>\n<ul class=\"facts\"><li>";
  out.append(Word(bits >> 8U)).append("<li>").append(Word(bits >> 28U)).append("</ul>\n");

  // The text is spread so that links stand all over the page.
  constexpr std::string_view kTailStart = "<footer><p class='end'>";
  constexpr std::string_view kTailEnd = "</p>";
  constexpr std::size_t kTail = kTailStart.size() + kTailEnd.size() + kHtmlEnd.size();
  const std::size_t end = start + settings_.page_size;
  const std::size_t first_link = next;
  const std::size_t body_start = out.size();
  const std::size_t room = end > body_start + kTail ? end - body_start - kTail : 0;
  Random random(bits);
  for (; next < plan.size(); ++next) {
    const std::size_t goal = body_start + room * (next - first_link) / (plan.size() - first_link);
    for (const std::string* text = &paragraphs_[random.Below(kParagraphs)]; out.size() + text->size() <= goal;
         text = &paragraphs_[random.Below(kParagraphs)]) {
      out += *text;
    }
    const bool in_text = (plan[next].bits & 1U) != 0;
    out += in_text ? "<p>" : "<div class=\"teaser\"><h2>";
    out += in_text ? Word(plan[next].second_word()) : std::string_view();
    out += in_text ? " " : "";
    AppendAnchor(page, depth, plan[next], out);
    out += in_text ? ".</p>\n" : "</h2></div>\n";
  }
  for (const std::string* text = &paragraphs_[random.Below(kParagraphs)]; out.size() + text->size() + kTail <= end;
       text = &paragraphs_[random.Below(kParagraphs)]) {
    out += *text;
  }
  out += kTailStart;
  // Plain words, which may be cut anywhere, fill up to the byte.
  const std::size_t words_start = out.size();
  const std::size_t words_end = std::max(words_start, end - std::min(end, kTailEnd.size() + kHtmlEnd.size()));
  while (out.size() < words_end) {
    out += Word(random.Next());
    out += ' ';
  }
  out.resize(words_end);
  out += kTailEnd;
  out += kHtmlEnd;
}

std::string Site::HtmlOf(std::uint64_t page) const {
  std::string html;
  html.reserve(settings_.page_size + 4096);
  AppendHtml(page, html);
  return html;
}

}  // namespace spinneret::simweb
