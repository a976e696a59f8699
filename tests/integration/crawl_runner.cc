#include "tests/integration/crawl_runner.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include <doctest/doctest.h>

namespace spinneret::testing {
namespace {

constexpr std::size_t kShownDifferences = 8;

// The rows as lines, fields apart by a bar; NULL and an empty text are the same to a reader.
Words Lines(const Rows& rows) {
  Words lines;
  lines.reserve(rows.size());
  for (const Row& row : rows) {
    std::string& line = lines.emplace_back();
    for (const std::string& field : row) {
      line += field == "NULL" ? "" : field;
      line += '|';
    }
  }
  return lines;
}

Words Sorted(Words words) {
  std::sort(words.begin(), words.end());
  return words;
}

void Append(Words& to, const Words& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

ProcessResult Spinneret(const Words& arguments, const ProcessOptions& options) {
  Words argv = {SPINNERET_PROGRAM};
  Append(argv, arguments);
  ProcessResult result = testing::Run(argv, options, std::chrono::minutes(IsLong() ? 15 : 3));
  CHECK_MESSAGE(!result.timed_out, "the program did not end; it said: ", result.err);
  return result;
}

EndState EndStateOf(const std::string& database) {
  EndState state;
  state.pages = Sorted(
      Lines(Query(database, "SELECT url, status, error, truncated, redirect_to, final_url, digest FROM v_pages")));
  Rows links = Query(database, "SELECT from_url, to_url, tag, rel, text FROM v_links");
  std::stable_sort(links.begin(), links.end(), [](const Row& a, const Row& b) { return a.front() < b.front(); });
  state.links = Lines(links);
  state.skipped = Sorted(Lines(Query(database, "SELECT url, reason FROM v_skipped")));
  state.records = Sorted(Lines(Query(database, "SELECT url, recipe, json FROM v_records")));
  return state;
}

std::string Difference(const Words& expected, const Words& got) {
  std::string text;
  std::size_t shown = 0;
  if (Sorted(expected) == Sorted(got)) {
    if (expected == got) {
      return text;
    }
    const auto [a, b] = std::mismatch(expected.begin(), expected.end(), got.begin(), got.end());
    return "\nthe same lines in another order, from here on\n- " + *a + "\n+ " + *b;
  }
  const auto add = [&](std::string_view mark, const Words& from, const Words& without) {
    Words only;
    std::set_difference(from.begin(), from.end(), without.begin(), without.end(), std::back_inserter(only));
    for (const std::string& line : only) {
      if (++shown <= kShownDifferences) {
        text.append("\n").append(mark).append(line);
      }
    }
  };
  add("- ", Sorted(expected), Sorted(got));
  shown = 0;
  add("+ ", Sorted(got), Sorted(expected));
  return text + "\n(" + std::to_string(expected.size()) + " expected, " + std::to_string(got.size()) + " got)";
}

std::string Difference(const EndState& expected, const EndState& got) {
  std::string text;
  for (const auto& [name, difference] :
       {std::pair<std::string, std::string>{"pages", Difference(expected.pages, got.pages)},
        {"links", Difference(expected.links, got.links)},
        {"skipped", Difference(expected.skipped, got.skipped)},
        {"records", Difference(expected.records, got.records)}}) {
    if (!difference.empty()) {
      text.append("\n").append(name).append(":").append(difference);
    }
  }
  return text;
}

Words Crawl::Fast() {
  return {"--allow-private", "--host-delay", "0", "--progress", "none"};
}
Words Crawl::Polite() {
  return {"--allow-private", "--progress", "none"};
}

Words Crawl::CrawlArguments(const Words& arguments) const {
  Words all = {"crawl"};
  Append(all, flags_);
  Append(all, arguments);
  Append(all, {"-o", database()});
  return all;
}

const ProcessResult& Crawl::Run(const Words& arguments, const std::string& input) {
  ProcessOptions options;
  options.input = input;
  result_ = Spinneret(CrawlArguments(arguments), options);
  return result_;
}

const ProcessResult& Crawl::Resume(const Words& arguments) {
  Words all = {"resume", database(), "--progress", "none"};
  Append(all, arguments);
  result_ = Spinneret(all);
  return result_;
}

Process Crawl::Start(const Words& arguments) {
  Words argv = {SPINNERET_PROGRAM};
  Append(argv, CrawlArguments(arguments));
  return Process(argv);
}

Process Crawl::StartResume(const Words& arguments) {
  Words argv = {SPINNERET_PROGRAM, "resume", database(), "--progress", "none"};
  Append(argv, arguments);
  return Process(argv);
}

std::set<std::string> Crawl::Files() const {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

Words Crawl::Suspects() const {
  // A block for the file's mark, then one for each worker: two words, a third, and from byte 64 on the URL.
  constexpr std::size_t kBlock = 8192;
  const std::string slots = ReadFile(database() + "-inflight");
  Words suspects;
  for (std::size_t at = kBlock; at + kBlock <= slots.size(); at += kBlock) {
    std::uint32_t size = 0;
    std::memcpy(&size, slots.data() + at + 4, sizeof size);
    if (size > 0) {
      suspects.push_back(slots.substr(at + 64, size));
    }
  }
  return suspects;
}

Words Crawl::Pages(const std::string& where, const std::string& column) const {
  return Sorted(QueryColumn(database(), "SELECT " + column + " FROM v_pages WHERE " + where));
}

Words Crawl::Paths(const std::string& where) const {
  Words paths;
  for (const std::string& url : Pages(where)) {
    paths.push_back(PathOf(url));
  }
  return Sorted(std::move(paths));
}

Words Crawl::Skipped() const {
  Words lines;
  for (const Row& row : Query(database(), "SELECT url, reason FROM v_skipped")) {
    lines.push_back(PathOf(row[0]) + " " + row[1]);
  }
  return Sorted(std::move(lines));
}

long long Crawl::PageCount() const {
  return Number("SELECT count(*) FROM v_pages WHERE redirect_to IS NULL");
}

void Crawl::CheckWhole() const {
  // First of all: a process that was killed while it changed the file outside of the WAL has left a journal, which the
  // program takes back and a shell that may not write does not.
  CHECK(Number("SELECT count(*) FROM urls") >= 0);
  CHECK(AskShell(database(), "PRAGMA integrity_check") == "ok");
  CHECK(AskShell(database(), "PRAGMA foreign_key_check") == "");
  CHECK(Number("SELECT count(*) - count(DISTINCT url) FROM v_pages") == 0);
  CHECK(Number("SELECT count(*) FROM v_pages WHERE url IN (SELECT url FROM v_skipped)") == 0);
}

void Crawl::CheckFinished() const {
  std::string others;
  for (const std::string& name : Files()) {
    others += name == "crawl.db" ? "" : " " + name;
  }
  CHECK_EQ(others, "");
  CheckWhole();
  CHECK(Number("SELECT count(*) FROM urls WHERE (admission = 0) <> (id IN (SELECT url_id FROM outcomes))") == 0);
}

std::string PathOf(const std::string& url) {
  const std::size_t authority = url.find("://");
  const std::size_t path = authority == std::string::npos ? authority : url.find('/', authority + 3);
  return path == std::string::npos ? url : url.substr(path);
}

std::string LinkPage(const Words& hrefs) {
  std::string html = "<!doctype html><title>links</title>";
  for (const std::string& href : hrefs) {
    html.append("<p><a href=\"").append(href).append("\">to ").append(href).append("</a>");
  }
  return html + "\n";
}

std::unique_ptr<simweb::RoughServer> StartRough() {
  Result<std::unique_ptr<simweb::RoughServer>> server = simweb::RoughServer::Start();
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

Words Asked(const simweb::AccessLog& log) {
  Words targets;
  for (const simweb::AccessEntry& entry : log.Snapshot()) {
    if (entry.target != "/robots.txt") {
      targets.push_back(entry.target);
    }
  }
  return Sorted(std::move(targets));
}

}  // namespace spinneret::testing
