// The blog: /records/blog/, ?before=NUMBER for older posts, YEAR/MONTH/SLUG-NUMBER/ for a post (under de/ its
// translation), archive/YEAR/MONTH/ and authors/NAME.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simweb/record_parts.h"

namespace spinneret::simweb::internal {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kHome = "/records/blog/";
constexpr std::uint32_t kListed = 5;

// Questions for Draw.
enum : std::uint32_t { kTitle = 1000, kAuthor, kDateForm, kTime, kTags, kComments, kSummary, kBlocks, kBlock };

constexpr const char* kSubjects[] = {"ports", "queues", "R&D", "naps <short>", "\"quotes\"", "caf\u00E9s"};
constexpr const char* kTagWords[] = {"c++", "q&a", "life", "\u65E5\u672C", "<b>"};
constexpr const char* kWords[] = {"lines", "wait", "until", "rain", "is", "over", "and", "nobody", "minds", "much"};

struct Author {
  std::string_view name, page, bio;
};
constexpr Author kAuthors[] = {{"Ada M. \"Countess\" L.", "authors/ada", "Writes by hand & machine."},
                               {"Zo\u00EB O'Hara", "authors/zoe", ""},
                               {"\u0639\u0645\u0631", "authors/omar", "Reads <everything>."}};

// A piece of a post, as HTML and as the markdown that it means.
struct Block {
  std::string html;
  std::string markdown;
};

struct Post {
  std::uint32_t number = 0;
  Language language = Language::kEnglish;
  std::string title;
  Date date;
  std::string path;
  std::string published_html;
  std::string published;
  const Author* author = nullptr;
  std::vector<std::string> tags;
  std::uint32_t comments = 0;  // 0: the page says it in words
  std::optional<std::string> summary;
  std::vector<std::uint32_t> versions;  // itself and its translation; empty: there is none
  std::vector<Block> body;
};

// Every fourth post is the one before it, in German.
bool IsTranslation(std::uint32_t number) {
  return number % 4 == 0;
}
std::uint32_t OriginalOf(std::uint32_t number) {
  return IsTranslation(number) ? number - 1 : number;
}

Date DateOf(std::uint32_t number) {
  using std::chrono::days;
  using std::chrono::sys_days;
  constexpr Date kFirst(std::chrono::year(2015), std::chrono::month(1), std::chrono::day(2));
  // A post every other day for eight years, and then round again.
  return sys_days(kFirst) + days(OriginalOf(number) * 2 % 2922);
}

std::string PathOf(std::uint32_t number) {
  const Date date = DateOf(number);
  return fmt::format("{}{}{:04}/{:02}/on-{}-{}/", kHome, IsTranslation(number) ? "de/" : "",
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()), number % 7, number);
}

void SpellDate(Post& post) {
  const Date date = post.date;
  const std::string iso = IsoDate(date);
  const std::string written = WrittenDate(date, post.language);
  const auto day = static_cast<unsigned>(date.day());
  const auto month = static_cast<unsigned>(date.month());
  const int year = static_cast<int>(date.year());
  const std::string time = fmt::format("{:02}:{:02}", Draw(post.number, kTime, 24), Draw(post.number, kTime + 100, 60));
  const auto set = [&](std::string html, std::string value) {
    post.published_html = std::move(html);
    post.published = std::move(value);
  };
  const std::uint32_t form = Draw(post.number, kDateForm, 5);
  if (form == 0) {
    set(fmt::format("<time datetime=\"{}T{}:00+02:00\">some time ago</time>", iso, time),
        fmt::format("{}T{}:00+02:00", iso, time));
  } else if (form == 1) {
    set(fmt::format("<time>{}</time>", written), iso);
  } else if (post.language == Language::kGerman) {
    form == 2 ? set(fmt::format("<span class=\"date\">Am {}.{}.{} um {} Uhr</span>", day, month, year, time),
                    fmt::format("{}T{}:00", iso, time))
    : form == 3
        ? set(fmt::format("<span class=\"date\">{:02}.{:02}.{}</span>", day, month, year), iso)
        : set(fmt::format("<span class=\"date\">{}, {} Uhr</span>", written, time), fmt::format("{}T{}:00", iso, time));
  } else {
    const std::string_view name = MonthName(date, Language::kEnglish);
    form == 2 ? set(fmt::format("<span class=\"date\">Posted on {} {} {} at {}</span>", day, name, year, time),
                    fmt::format("{}T{}:00", iso, time))
    : form == 3
        ? set(fmt::format("<span class=\"date\">{:02} {} {} {}:30 GMT</span>", day, name.substr(0, 3), year, time),
              fmt::format("{}T{}:30Z", iso, time))
        : set(fmt::format("<span class=\"date\">{}/{}/{}</span>", year, month, day), iso);
  }
}

std::string Sentence(std::uint32_t number, std::uint32_t what) {
  std::string text;
  for (std::uint32_t i = 0; i < 6 + Draw(number, what, 8); ++i) {
    text.append(i == 0 ? "" : " ").append(DrawOf(kWords, number, what + 100 * (i + 1)));
  }
  return text;
}

Block BlockOf(std::uint32_t number, std::uint32_t index, std::string_view origin) {
  const std::uint32_t what = kBlock + 10'000 * (index + 1);
  const std::string words = Sentence(number, what);
  switch (Draw(number, what + 1, 7)) {
    case 0:
      return {fmt::format("<h2>Part {}</h2>\n<p>{}</p>\n", index, words),
              fmt::format("## Part {}\n\n{}\n", index, words)};
    case 1:
      return {
          fmt::format("<pre><code class=\"language-cpp\">int x{0} = 1;\nif (x{0} &lt; 2 &amp;&amp; true) {{\n  "
                      "puts(\"{1}\");\n}}\n</code></pre>\n",
                      number, words),
          fmt::format("```cpp\nint x{0} = 1;\nif (x{0} < 2 && true) {{\n  puts(\"{1}\");\n}}\n```\n", number, words)};
    case 2:
      return {
          fmt::format("<table><thead><tr><th>name<th>value</tr></thead>\n<tbody><tr><td>{}<td>{}</tr>\n<tr><td>a|b<td>"
                      "<code>c</code></tr></tbody></table>\n",
                      words, number),
          fmt::format("| name | value |\n| --- | --- |\n| {} | {} |\n| a\\|b | `c` |\n", words, number)};
    case 3:
      return {fmt::format("<ul>\n<li>{}</li>\n<li>a &amp; b\n<ol><li>one<li>two</ol></li>\n</ul>\n", words),
              fmt::format("- {}\n- a & b\n  1. one\n  2. two\n", words)};
    case 4:
      return {fmt::format("<blockquote><p>{}</p></blockquote>\n", words), fmt::format("> {}\n", words)};
    case 5: {
      const std::string other = PathOf(std::max(1U, number / 2));
      return {fmt::format("<p>See <a href=\"{}\">an older post</a>, or <a href=\"javascript:void(0)\">do not</a>. "
                          "<script>document.write('<p>no')</script></p>\n",
                          other),
              fmt::format("See [an older post]({}{}), or do not.\n", origin, other)};
    }
    default:
      return {fmt::format("<p>{}: <em>not</em> <strong>that</strong>\n  <code>f(a, *b)</code>.</p>\n", words),
              fmt::format("{}: *not* **that** `f(a, *b)`.\n", words)};
  }
}

Post PostOf(std::uint32_t number, std::uint32_t posts, std::string_view origin) {
  Post post;
  post.number = number;
  post.language = IsTranslation(number) ? Language::kGerman : Language::kEnglish;
  post.title =
      fmt::format("{} {} ({})", IsTranslation(number) ? "\u00DCber" : "On", DrawOf(kSubjects, number, kTitle), number);
  post.date = DateOf(number);
  post.path = PathOf(number);
  SpellDate(post);
  // Some are by nobody.
  if (const std::uint32_t author = Draw(number, kAuthor, 4); author < 3) {
    post.author = &kAuthors[author];
  }
  for (std::uint32_t i = 0; i < Draw(number, kTags, 4); ++i) {
    post.tags.emplace_back(DrawOf(kTagWords, number, kTags + 100 * (i + 1)));
  }
  post.comments = Draw(number, kComments, 3) * 1'234;
  if (Draw(number, kSummary, 3) != 0) {
    post.summary = fmt::format("What is to be said \"{}\" & more", number);
  }
  if (const std::uint32_t original = OriginalOf(number); original % 4 == 3 && original + 1 <= posts) {
    post.versions = {original, original + 1};
  }
  for (std::uint32_t i = 0; i < 1 + Draw(number, kBlocks, 4); ++i) {
    post.body.push_back(BlockOf(number, i, origin));
    // Two lists in a row would have to be told apart.
    if (i > 0 && post.body[i].markdown.starts_with("- ") && post.body[i - 1].markdown.starts_with("- ")) {
      post.body.pop_back();
      break;
    }
  }
  return post;
}

// --- Pages

std::string Head(Language language, std::string_view title, std::string_view more) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{} - A blog</title>\n{}</head>\n",
      LanguageTag(language), Escaped(title), more);
}

std::string PostHtml(const Post& post) {
  std::string more;
  if (post.summary) {
    more += fmt::format("<meta name=\"description\" content=\"{}\">\n", Escaped(*post.summary));
  }
  for (const std::uint32_t version : post.versions) {
    more += fmt::format("<link rel=\"alternate\" hreflang=\"{}\" href=\"{}\">\n", IsTranslation(version) ? "de" : "en",
                        PathOf(version));
  }
  more += "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/records/blog/\">\n";
  std::string html = Head(post.language, post.title, more);
  const auto year = static_cast<int>(post.date.year());
  const auto month = static_cast<unsigned>(post.date.month());
  html +=
      fmt::format("<body>\n<nav><a href=\"{0}\">A blog</a> <a href=\"{0}archive/{1:04}/{2:02}/\">{1}/{2}</a></nav>\n",
                  kHome, year, month);
  html += fmt::format("<article class=\"post\">\n<h1>{}</h1>\n<p class=\"byline\">{}", Escaped(post.title),
                      post.published_html);
  if (post.author != nullptr) {
    html += fmt::format(" by <span class=\"author\"><a href=\"{}{}\">{}</a>", kHome, post.author->page,
                        Escaped(post.author->name));
    if (!post.author->bio.empty()) {
      html += fmt::format(" <small>{}</small>", Escaped(post.author->bio));
    }
    html += "</span>";
  }
  html += "</p>\n<div class=\"body\">\n<!-- <p>not said</p> -->\n";
  for (const Block& block : post.body) {
    html += block.html;
  }
  html += "</div>\n<footer>\n";
  for (const std::string& tag : post.tags) {
    html += fmt::format("<span class=\"tag\">{}</span>\n", Escaped(tag));
  }
  const bool german = post.language == Language::kGerman;
  html += post.comments == 0
              ? "<p class=\"comments\">nobody has said anything</p>\n"
              : fmt::format("<p class=\"comments\">{}{}{:03} {}</p>\n", post.comments / 1000, german ? '.' : ',',
                            post.comments % 1000, german ? "Kommentare" : "comments");
  // The dates of others are not this post's.
  return html +
         "</footer>\n</article>\n<aside>Updated <time datetime=\"2001-01-01\">never</time></aside>\n</body>\n</html>\n";
}

// The newest posts up to `newest`, and the button that fetches what is older.
std::string ListHtml(std::uint32_t newest, std::uint32_t posts) {
  std::string html = Head(Language::kEnglish, "Posts", "") + "<body>\n<h1>A blog</h1>\n";
  std::uint32_t left = newest;
  for (std::uint32_t i = 0; i < kListed && left > 0; ++i, --left) {
    const Post post = PostOf(left, posts, "");
    html +=
        fmt::format("<h2><a href=\"{}\">{}</a></h2>\n<p>{}</p>\n", post.path, Escaped(post.title), post.published_html);
  }
  if (left > 0) {
    html += fmt::format("<button class=\"older\" data-next=\"{}?before={}\">Load older</button>\n", kHome, left + 1);
  }
  return html + "</body>\n</html>\n";
}

// "YEAR/MONTH/": the posts of that month.
std::optional<std::string> ArchiveHtml(std::string_view rest, std::uint32_t posts) {
  if (rest.size() != 8 || rest[4] != '/' || rest[7] != '/') {
    return std::nullopt;
  }
  std::string links;
  for (std::uint32_t number = 1; number <= posts; ++number) {
    if (IsoDate(DateOf(number)).replace(4, 1, "/").substr(0, 7) == rest.substr(0, 7)) {
      links += fmt::format("<li><a href=\"{}\">Post {}</a></li>\n", PathOf(number), number);
    }
  }
  if (links.empty()) {
    return std::nullopt;
  }
  return Head(Language::kEnglish, "Archive", "") + fmt::format("<body>\n<ul>\n{}</ul>\n</body>\n</html>\n", links);
}

std::string RecordOf(const Post& post, std::string_view origin) {
  ordered_json record = ordered_json::object();
  record["title"] = post.title;
  record["language"] = LanguageTag(post.language);
  record["published"] = post.published;
  record["author"] = nullptr;
  if (post.author != nullptr) {
    ordered_json& author = record["author"] = ordered_json::object();
    author["name"] = post.author->name;
    author["url"] = fmt::format("{}{}{}", origin, kHome, post.author->page);
    author["bio"] = post.author->bio.empty() ? ordered_json(nullptr) : ordered_json(post.author->bio);
  }
  record["summary"] = post.summary ? ordered_json(*post.summary) : ordered_json(nullptr);
  std::string body;
  for (const Block& block : post.body) {
    body += (body.empty() ? "" : "\n") + block.markdown;
  }
  record["body"] = std::move(body);
  record["tags"] = post.tags;
  record["comments"] = post.comments;
  record["translations"] = ordered_json::array();
  for (const std::uint32_t version : post.versions) {
    ordered_json one = {{"language", IsTranslation(version) ? "de" : "en"},
                        {"url", fmt::format("{}{}", origin, PathOf(version))}};
    record["translations"].push_back(std::move(one));
  }
  return record.dump();
}

}  // namespace

std::optional<std::string> BlogPage(std::string_view path, std::string_view query, std::uint32_t records) {
  constexpr std::string_view kBefore = "before=";
  constexpr std::string_view kArchive = "archive/";
  const std::string_view rest = path.substr(kHome.size());
  if (rest.empty() && (query.empty() || query.starts_with(kBefore))) {
    const std::optional<std::uint32_t> before =
        query.empty() ? records + 1 : Count(query.substr(kBefore.size()), records);
    return before ? std::optional(ListHtml(*before - 1, records)) : std::nullopt;
  }
  if (!query.empty()) {
    return std::nullopt;
  }
  if (rest.starts_with(kArchive)) {
    return ArchiveHtml(rest.substr(kArchive.size()), records);
  }
  for (const Author& author : kAuthors) {
    if (rest == author.page) {
      return Head(Language::kEnglish, author.name, "") + fmt::format("<h1>{}</h1>\n</html>\n", Escaped(author.name));
    }
  }
  if (!rest.ends_with('/')) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> number = TrailingNumber(rest.substr(0, rest.size() - 1), records);
  return number && PathOf(*number) == path ? std::optional(PostHtml(PostOf(*number, records, ""))) : std::nullopt;
}

std::vector<PublishedRecord> BlogRecords(std::uint32_t records, std::string_view origin) {
  std::vector<PublishedRecord> published;
  published.reserve(records);
  for (std::uint32_t number = 1; number <= records; ++number) {
    const Post post = PostOf(number, records, origin);
    published.push_back({fmt::format("{}{}", origin, post.path), RecordOf(post, origin)});
  }
  return published;
}

}  // namespace spinneret::simweb::internal
