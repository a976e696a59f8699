// What `spinneret export` writes, read back by programs that are not this one: SQLite's shell, Python's csv, xml and gzip.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "tests/integration/crawl_runner.h"
#include "tests/support/json_lines.h"

namespace spinneret::testing {
namespace {

using nlohmann::json;

constexpr const char* kFormula = "=HYPERLINK(\"http://evil.example/\")";

std::string Gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A home page, two pages with one body, a packed one, a redirect, one that is not there, and hostile titles.
std::unique_ptr<simweb::RoughServer> StartSite() {
  auto server = StartRough();
  server->AddPage("/", "<title>Home</title>" + LinkPage({"/same1", "/same2", "/packed", "/moved", "/gone", "/formula",
                                                         "/same1", "/a%20b/..%2Fc?d=1&e=2"}));
  server->AddPage("/same1", "<title>Same</title><p>one body");
  server->AddPage("/same2", "<title>Same</title><p>one body");
  server->AddPage("/formula", std::string("<title>") + kFormula + "</title><h1>a \"quoted\", h1 &amp; more</h1>");
  server->AddPage("/a%20b/..%2Fc",
                  "<title>Odd &lt;name&gt;</title><main><p>Words of the odd page, enough of them to be "
                  "the text of it, as pages have.</p></main>");
  server->OnRequest("/packed", [](const simweb::RoughRequest&) {
    return simweb::RoughReply(
        simweb::RawResponse(200, Gzip("<title>Packed</title><p>packed body"), "text/html",
                            {{"Content-Encoding", "gzip"}, {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
  });
  server->OnRequest("/moved", [](const simweb::RoughRequest&) {
    return simweb::RoughReply(simweb::RawResponse(301, "moved", "text/html", {{"Location", "/packed"}}));
  });
  return server;
}

struct Site {
  std::unique_ptr<simweb::RoughServer> server = StartSite();
  Crawl crawl;

  explicit Site(const Words& flags = {"--store-body", "zstd"}) {
    Words arguments = flags;
    arguments.push_back(server->Url("/"));
    crawl.Run(arguments);
    REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  }
  std::string Path(const std::string& name) const { return crawl.folder() / name; }
  // Writes to NAME; what it said on stderr.
  std::string Export(const Words& arguments, const std::string& name) const {
    Words line = {"export", crawl.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    line.insert(line.end(), {"-o", Path(name)});
    const ProcessResult done = Spinneret(line);
    CHECK_MESSAGE(done.exit_code == 0, done.err);
    CHECK(done.out.empty());
    return done.err;
  }
};

// Runs Python's standard library over a file; what it prints, as JSON.
json Python(const std::string& program, const Words& arguments) {
  Words line = {"python3", "-c", program};
  line.insert(line.end(), arguments.begin(), arguments.end());
  const ProcessResult done = Run(line);
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  return json::parse(done.out);
}

json ReadCsv(const std::string& path) {
  return Python(
      "import csv, json, sys\n"
      "print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))))",
      {path});
}

TEST_SUITE("integration/export") {
TEST_CASE("export: csv and jsonl hold the rows of the views, and formulas of spreadsheets are inert unless kept") {
  const Site site;
  site.Export({}, "pages.csv");
  const json pages = ReadCsv(site.Path("pages.csv"));
  CHECK(pages.size() == static_cast<std::size_t>(site.crawl.Number("SELECT count(*) FROM v_pages")));
  const auto title_of = [](const json& rows, const std::string& path) {
    for (const json& row : rows) {
      if (row["url"].get<std::string>().ends_with(path)) {
        return row["title"].get<std::string>();
      }
    }
    return std::string("no such row");
  };
  CHECK(title_of(pages, "/formula") == "'" + std::string(kFormula));
  CHECK(title_of(pages, "/same1") == "Same");
  site.Export({"--formulas", "keep"}, "kept.csv");
  CHECK(title_of(ReadCsv(site.Path("kept.csv")), "/formula") == kFormula);

  site.Export({"links"}, "links.jsonl");
  const json links = ReadJsonLines(ReadFile(site.Path("links.jsonl")));
  CHECK(links.size() == static_cast<std::size_t>(site.crawl.Number("SELECT count(*) FROM v_links")));
  site.Export({"--where", "status = 404"}, "gone.jsonl");
  const json gone = ReadJsonLines(ReadFile(site.Path("gone.jsonl")));
  REQUIRE(gone.size() == 1);
  CHECK(gone[0]["status"] == 404);
  const ProcessResult query = Spinneret({"export", site.crawl.database(), "broken-links", "--format", "jsonl"});
  REQUIRE(query.exit_code == 0);
  CHECK(ReadJsonLines(query.out).size() == 1);
  const ProcessResult sql = Spinneret({"export", site.crawl.database(), "SELECT 1 AS one, NULL AS none"});
  CHECK(sql.out == "one,none\r\n1,\r\n");
}

TEST_CASE("export: records of a recipe have a column for each field") {
  const auto server = StartRough();
  server->AddPage("/", "<h1>-Best of all</h1><b class=price>3.50</b>");
  Crawl crawl;
  WriteFile(crawl.folder() / "wine.toml",
            "name = 'wine'\n[fields]\nname = 'h1'\nprice = { css = '.price', type = 'number' }\n");
  crawl.Run({server->Url("/"), "--recipe", crawl.folder() / "wine.toml"});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const ProcessResult done = Spinneret({"export", crawl.database(), "records", "wine"});
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(done.out.starts_with("page_url,name,price\r\n"));
  CHECK(done.out.find(",'-Best of all,3.5\r\n") != std::string::npos);
  const ProcessResult wrong = Spinneret({"export", crawl.database(), "records", "beer"});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err.find("wine") != std::string::npos);
}

TEST_CASE("export: a sitemap lists what may be indexed, and `spinneret sitemap` and an XML reader agree on it") {
  const Site site;
  site.Export({}, "sitemap.xml");
  const json read = Python(
      "import json, sys, xml.etree.ElementTree as tree\n"
      "root = tree.parse(sys.argv[1]).getroot()\n"
      "print(json.dumps([root.tag] + sorted([e.text for e in url] for url in root)))",
      {site.Path("sitemap.xml")});
  CHECK(read[0] == "{http://www.sitemaps.org/schemas/sitemap/0.9}urlset");
  CHECK(read.size() ==
        1 + static_cast<std::size_t>(site.crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200")));
  CHECK(std::find(read.begin(), read.end(), json{site.server->Url("/packed"), "1994-11-06T08:49:37Z"}) != read.end());
  const ProcessResult ours = Spinneret({"sitemap", site.Path("sitemap.xml")});
  CHECK_MESSAGE(ours.exit_code == 0, ours.err);
  CHECK(ours.out.find("/a%20b/..%2Fc?d=1&e=2") != std::string::npos);
}

TEST_CASE("export: more URLs than a sitemap may have are several, with an index that says where they will be") {
  const Site site;
  const ProcessResult filled =
      Run({"sqlite3", site.crawl.database(),
           "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
           "SELECT i FROM n;"
           "INSERT INTO urls(id, host_id, admission, depth, via, redirect_hops, url)"
           " SELECT 1000 + i, 1, 0, 1, 1, 0, 'http://many.example/' || i FROM n;"
           "INSERT INTO fetches(id, url_id, attempt, at_ms, status, bytes_wire, bytes_body)"
           " SELECT 1000 + i, 1000 + i, 1, 0, 200, 0, 0 FROM n;"
           "INSERT INTO outcomes(url_id, kind, fetch_id) SELECT 1000 + i, 0, 1000 + i FROM n"});
  REQUIRE_MESSAGE(filled.exit_code == 0, filled.err);
  const long long pages = site.crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200");
  const std::string said = site.Export({"--base-url", "https://shop.example/maps"}, "map.xml");
  CHECK(said.find("2 sitemaps") != std::string::npos);
  const json read = Python(
      "import json, sys, xml.etree.ElementTree as tree\n"
      "files = [tree.parse(name).getroot() for name in sys.argv[1:]]\n"
      "print(json.dumps([[f.tag.split('}')[1], len(f)] for f in files] + [e[0].text for e in files[0]]))",
      {site.Path("map.xml"), site.Path("map-1.xml"), site.Path("map-2.xml")});
  CHECK(read == json{{"sitemapindex", 2},
                     {"urlset", 50000},
                     {"urlset", pages - 50000},
                     "https://shop.example/maps/map-1.xml",
                     "https://shop.example/maps/map-2.xml"});
  CHECK_FALSE(std::filesystem::exists(site.Path("map.xml.part")));
  const ProcessResult streamed = Spinneret({"export", site.crawl.database(), "--format", "sitemap"});
  CHECK(streamed.exit_code == 2);
  CHECK(streamed.err.find("-o FILE") != std::string::npos);
}

TEST_CASE("export: GraphML and the edge list tell the same graph") {
  const Site site;
  site.Export({}, "site.graphml");
  site.Export({}, "site.edges");
  const json graph = Python(
      "import json, sys, xml.etree.ElementTree as tree\n"
      "ns = '{http://graphml.graphdrawing.org/xmlns}'\n"
      "graph = tree.parse(sys.argv[1]).getroot().find(ns + 'graph')\n"
      "data = lambda e: {d.get('key'): d.text for d in e.iter(ns + 'data')}\n"
      "nodes = {n.get('id'): data(n) for n in graph.iter(ns + 'node')}\n"
      "edges = sorted([nodes[e.get('source')]['url'], nodes[e.get('target')]['url'], data(e)['weight']]\n"
      "               for e in graph.iter(ns + 'edge'))\n"
      "print(json.dumps({'titles': sorted(n.get('title') or '' for n in nodes.values()), 'edges': edges}))",
      {site.Path("site.graphml")});
  json lines = json::array();
  std::ifstream file(site.Path("site.edges"));
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    lines.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  std::sort(lines.begin(), lines.end());
  CHECK(graph["edges"] == lines);
  const auto has = [&](const std::string& from, const std::string& to, const std::string& weight) {
    return std::find(lines.begin(), lines.end(), json{site.server->Url(from), site.server->Url(to), weight}) !=
           lines.end();
  };
  CHECK(has("/", "/same1", "2"));
  CHECK(has("/moved", "/packed", "1"));
  CHECK(graph["titles"].dump().find("Odd <name>") != std::string::npos);
}

TEST_CASE("export: markdown is a file for each page, whose names no URL can lead out of the folder") {
  const Site site;
  site.Export({"--format", "markdown"}, "pages");
  Words names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(site.Path("pages"))) {
    if (entry.is_regular_file()) {
      names.push_back(std::filesystem::relative(entry.path(), site.Path("pages")).string());
    }
  }
  CHECK(names.size() == static_cast<std::size_t>(site.crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200")));
  const auto odd = std::find_if(names.begin(), names.end(),
                                [](const std::string& name) { return name.find("_2Fc-") != std::string::npos; });
  REQUIRE(odd != names.end());
  const std::string text = ReadFile(site.Path("pages/" + *odd));
  CHECK(text.find("title: \"Odd <name>\"\n") != std::string::npos);
  CHECK(text.find("\n---\n\nWords of the odd page") != std::string::npos);
  // A folder that holds something is not written into.
  const ProcessResult again =
      Spinneret({"export", site.crawl.database(), "--format", "markdown", "-o", site.Path("pages")});
  CHECK(again.exit_code == 2);
}

TEST_CASE("export: a WARC file is read by a strict reader, bodies and headers are those of the server") {
  const Site site;
  site.Export({}, "site.warc.gz");
  const ProcessResult done = Run({"python3", SPINNERET_TEST_DATA "/../integration/check_warc.py",
                                  site.Path("site.warc.gz"), site.Path("site.cdxj")});
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  const json read = json::parse(done.out);
  if (read["warcio"] == "skipped") {
    MESSAGE("skip: the Python package warcio is not installed; the file was read by check_warc.py alone");
  } else {
    CHECK(read["warcio"] == read["records"].size());
  }
  std::map<std::string, json> by_path;
  for (const json& record : read["records"]) {
    if (record.contains("url")) {
      by_path[PathOf(record["url"])] = record;
    }
  }
  CHECK(by_path.size() == static_cast<std::size_t>(site.crawl.Number("SELECT count(*) FROM v_pages")));
  CHECK(by_path["/same1"]["type"] != by_path["/same2"]["type"]);
  CHECK(by_path["/gone"]["status"] == 404);
  CHECK(by_path["/moved"]["headers"]["location"] == "/packed");
  CHECK(by_path["/moved"]["fields"]["WARC-Truncated"] == "unspecified");
  CHECK(by_path["/packed"]["headers"]["x-crawl-content-encoding"] == "gzip");
  CHECK(by_path["/packed"]["payload"] == "PHRpdGxlPlBhY2tlZDwvdGl0bGU+PHA+cGFja2VkIGJvZHk=");
  CHECK(read["keys"][0] == "127.0.0.1:" + std::to_string(site.server->port()) + ")/");

  const Site bare(Words{});
  const ProcessResult none = Spinneret({"export", bare.crawl.database(), "-o", bare.Path("none.warc.gz")});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("--store-body zstd") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(bare.Path("none.warc.gz")));
}

TEST_CASE("export: a database of chosen pages answers every query, has nothing pending and is not resumed") {
  const Site site;
  site.Export({"--where", "url LIKE '%/same_' OR url LIKE '%/moved'"}, "part.db");
  const std::string part = site.Path("part.db");
  CHECK(QueryColumn(part, "SELECT title FROM v_pages ORDER BY url") == Words{"NULL", "Same", "Same"});
  CHECK(QueryColumn(part, "SELECT final_url FROM v_pages WHERE status = 301") == Words{site.server->Url("/packed")});
  CHECK(QueryColumn(part, "SELECT DISTINCT detail FROM v_skipped") == Words{"not in this export"});
  CHECK(QueryValue(part, "SELECT sum(pending) FROM v_hosts") == "0");
  CHECK(AskShell(part, "PRAGMA integrity_check") == "ok");
  CHECK(AskShell(part, "PRAGMA foreign_key_check").empty());
  CHECK(AskShell(part, "PRAGMA journal_mode") == "delete");
  CHECK(Spinneret({"stats", part}).exit_code == 0);
  const ProcessResult resumed = Spinneret({"resume", part});
  CHECK(resumed.exit_code == 2);
  CHECK(resumed.err.find("part of a crawl") != std::string::npos);
  // Never over what is there.
  CHECK(Spinneret({"export", site.crawl.database(), "-o", part}).exit_code == 2);
  // Everything is everything.
  site.Export({}, "all.db");
  CHECK(Difference(EndStateOf(site.crawl.database()), EndStateOf(site.Path("all.db"))).empty());
}

TEST_CASE("export: a reader that goes away ends it without a word") {
  const Site site;
  for (const std::string format : {"csv", "jsonl", "edges", "graphml", "sitemap", "warc"}) {
    const ProcessResult done = Run(
        {"bash", "-c", "\"$0\" export \"$1\" --format " + format + " | head -c 20 >/dev/null; exit ${PIPESTATUS[0]}",
         SPINNERET_PROGRAM, site.crawl.database()});
    CAPTURE(format);
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
  }
}

TEST_CASE("export: what cannot be meant is exit 2, and leaves no file") {
  const Site site;
  const std::vector<Words> cases = {
      {"pages", "-o", site.Path("what.zip")},
      {"no-such-query", "-o", site.Path("a.csv")},
      {"SELEC 1", "-o", site.Path("a.csv")},
      {"--where", "no_column = 1", "-o", site.Path("a.csv")},
      {"--where", "no_column = 1", "-o", site.Path("a.db")},
      {"broken-links", "--where", "1", "-o", site.Path("a.csv")},
      {"broken-links", "-o", site.Path("a.warc.gz")},
      {"links", "shop", "-o", site.Path("a.csv")},
      {"--format", "markdown"},
      {"--format", "sqlite"},
      {"-o", site.Path("no/such/folder.csv")},
      {"ATTACH 'x.db' AS x", "-o", site.Path("a.csv")},
  };
  for (const Words& arguments : cases) {
    Words line = {"export", site.crawl.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const ProcessResult done = Spinneret(line);
    CAPTURE(arguments.front());
    CHECK_MESSAGE(done.exit_code == 2, done.err);
    CHECK_FALSE(done.err.empty());
  }
  for (const auto& entry : std::filesystem::directory_iterator(site.crawl.folder().path())) {
    CHECK(entry.path().filename().string().starts_with("crawl.db"));
  }
  CHECK(Spinneret({"export", site.Path("none.db")}).exit_code == 2);
  CHECK(Spinneret({"export"}).exit_code == 2);
}
}  // TEST_SUITE("integration/export")

}  // namespace
}  // namespace spinneret::testing
