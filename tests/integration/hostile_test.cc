// Servers and pages made to crash, hang or exhaust a crawler: each has a named outcome, and a bound on what it costs.
//
// The long form prints a row for each: what became of it, the time and the largest memory of a whole crawl of it.
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using simweb::HeaderList;
using simweb::RoughReply;
using simweb::RoughRequest;
using simweb::RoughServer;

// A sanitizer's own memory is not the crawl's.
constexpr std::uint64_t kMostMemory = kSanitized ? UINT64_MAX : std::uint64_t{200} << 20U;
constexpr const char* kMaxBody = "32M";

struct Hostile {
  std::string name;
  std::string path;                                               // asked for
  std::string outcome;                                            // "status error truncated", "-" for what is null
  std::function<void(RoughServer&)> serve = [](RoughServer&) {};  // for what is no route of its own
  Words flags = {};
  std::function<void(const Crawl&, RoughServer&)> check = [](const Crawl&, RoughServer&) {};
};

std::string Repeated(std::string_view text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

std::string Gzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string Zstd(const std::string& bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0);
  packed.resize(size);
  return packed;
}

Hostile Page(const std::string& name, const std::string& html, const std::string& outcome = "200 - -",
             const std::string& content_type = "text/html", const HeaderList& headers = {}) {
  Hostile hostile{name, "/page", outcome};
  hostile.serve = [html, content_type, headers](RoughServer& server) {
    server.AddPage("/page", html, content_type, headers);
  };
  return hostile;
}

Hostile Raw(const std::string& name, const std::string& bytes, const std::string& outcome) {
  Hostile hostile{name, "/raw", outcome};
  hostile.serve = [bytes](RoughServer& server) {
    server.OnRequest("/raw", [bytes](const RoughRequest&) { return RoughReply(bytes); });
  };
  return hostile;
}

Hostile Coded(const std::string& name, const std::string& coding, const std::string& bytes,
              const std::string& outcome) {
  return Page(name, bytes, outcome, "text/html", {{"Content-Encoding", coding}});
}

// What became of the page that was asked for.
std::string OutcomeOf(const Crawl& crawl, const std::string& url) {
  const Rows rows = Query(crawl.database(),
                          "SELECT coalesce(status, '-') || ' ' || coalesce(error, '-') || ' ' || "
                          "coalesce(truncated, '-') FROM v_pages WHERE url = '" +
                              url + "'");
  return rows.size() == 1 ? rows.front().front() : std::to_string(rows.size()) + " rows";
}

struct Measured {
  ProcessResult run;
  std::uint64_t peak_memory_bytes = 0;  // resident
};

// By time(1): a process that a large one starts takes that one's memory for its own when it asks the kernel itself.
Measured CrawlMeasured(const Crawl& crawl, const Words& arguments) {
  const std::string file = crawl.folder() / "peak";
  Words argv = {"time", "--quiet", "-f", "%M", "-o", file, SPINNERET_PROGRAM, "crawl", "-o", crawl.database()};
  for (const Words& words : {Crawl::Fast(), arguments}) {
    argv.insert(argv.end(), words.begin(), words.end());
  }
  Measured measured{testing::Run(argv)};
  measured.peak_memory_bytes = std::stoull(ReadFile(file)) << 10U;
  std::filesystem::remove(file);
  return measured;
}

void CheckAll(const std::vector<Hostile>& all) {
  for (const Hostile& hostile : all) {
    CAPTURE(hostile.name);
    const auto server = StartRough();
    hostile.serve(*server);
    Crawl crawl;
    Words arguments = {server->Url(hostile.path), "-d", "1", "-w", "1", "--retries", "0", "--max-body", kMaxBody};
    const bool has_timeout = std::find(hostile.flags.begin(), hostile.flags.end(), "--timeout") != hostile.flags.end();
    if (!has_timeout) {
      arguments.insert(arguments.end(), {"--timeout", "30s"});
    }
    arguments.insert(arguments.end(), hostile.flags.begin(), hostile.flags.end());
    const auto begun = std::chrono::steady_clock::now();
    const auto [run, peak_memory_bytes] = CrawlMeasured(crawl, arguments);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    CHECK_MESSAGE((run.exit_code == 0 || run.exit_code == 1), "exit ", run.exit_code, ", signal ", run.signal, ": ",
                  run.err);
    const std::string outcome = OutcomeOf(crawl, server->Url(hostile.path));
    CHECK(outcome == hostile.outcome);
    CHECK(peak_memory_bytes <= kMostMemory);
    CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'worker_lost'") == 0);
    hostile.check(crawl, *server);
    crawl.CheckFinished();
    if (IsLong()) {
      MESSAGE(fmt::format("| {} | {} | {} ms | {} ms | {} MB |", hostile.name, outcome, took.count(), run.cpu.count(),
                          peak_memory_bytes >> 20U));
    }
  }
}

TEST_SUITE("integration/hostile") {
TEST_CASE("hostile bodies: endless, dripping, packed and lying ones are cut or failed, and the crawl ends") {
  const std::string zeros(std::size_t{64} << 20U, 'z');
  const auto check_size = [](const Crawl& crawl, RoughServer&) {
    CHECK(crawl.Number("SELECT max(bytes) FROM v_pages") == 32 << 20);
  };
  std::vector<Hostile> all = {
      {"a body of 1 TB", "/huge?bytes=1024G", "200 - length", [](RoughServer&) {}, {}, check_size},
      {"the same without a length", "/huge?bytes=1024G&length=no", "200 - length", [](RoughServer&) {}, {}, check_size},
      {"a byte every 300 ms", "/drip?ms=300&n=100000", "200 - time", [](RoughServer&) {}, {"--timeout", "2s"}},
      {"nothing at all", "/hang", "- timeout -", [](RoughServer&) {}, {"--timeout", "1s"}},
      {"a gzip bomb of 1 TB", "/gzip-bomb?bytes=1024G", "200 - length", [](RoughServer&) {}, {}, check_size},
      Coded("gzip in gzip in gzip of 64 MB", "gzip, gzip, gzip", Gzip(Gzip(Gzip(zeros))), "200 - length"),
      Coded("six codings over another", "gzip, gzip, gzip, gzip, gzip, gzip",
            Gzip(Gzip(Gzip(Gzip(Gzip(Gzip("<p>x")))))), "- decode -"),
      Coded("a zstd bomb of 64 MB", "zstd", Zstd(zeros), "200 - length"),
      Coded("brotli that is none", "br", std::string(3000, '\xff'), "- decode -"),
      {"gzip that is none", "/bad-gzip", "- decode -"},
      {"half of its Content-Length", "/truncated", "- reset -"},
      {"more than its Content-Length", "/long", "200 - -"},
      {"a chunk whose size is no number", "/broken-chunks?kind=size", "- reset -"},
      {"a chunk without a line end", "/broken-chunks?kind=crlf", "- reset -"},
      {"chunks without an end", "/broken-chunks?kind=end", "- reset -"},
      {"a chunk of more than 64 bits", "/broken-chunks?kind=overflow", "- reset -"},
  };
  CheckAll(all);
}

TEST_CASE("hostile heads: floods, nonsense and interim answers without end are failed, and the crawl ends") {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string last = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x";
  const auto with = [&last](const std::string& header) {
    return "HTTP/1.1 200 OK\r\n" + header + "\r\n" + last.substr(last.find('\n') + 1);
  };
  CheckAll({
      {"4 MB of headers", "/headers?bytes=4M", "- too_large_headers -"},
      {"one header of 4 MB", "/headers?bytes=4M&one=yes", "- too_large_headers -"},
      Raw("a hundred interim answers", Repeated(interim, 100) + last, "200 - -"),
      Raw("a million interim answers", Repeated(interim, 1'000'000) + last, "- too_large_headers -"),
      {"no status line (HTTP/0.9)", "/http09", "- protocol -"},
      {"bytes that are no HTTP", "/garbage", "- protocol -"},
      Raw("a status of seven digits", "HTTP/1.1 2000000 OK\r\n\r\n", "- protocol -"),
      Raw("NULs in the status line", std::string("HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n", 39), "- protocol -"),
      Raw("a Content-Length below zero", with("Content-Length: -5"), "- protocol -"),
      Raw("a Content-Length of 24 digits",
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999999999999999999999999\r\n\r\n<p>x",
          "200 - -"),
      Raw("a Content-Type of 64 KB", with("Content-Type: text/html; charset=" + std::string(65'000, 'x')), "200 - -"),
      Raw(
          "a hundred cookies of 2 KB",
          [&] {
            std::string cookies = "X: y";
            for (int i = 0; i < 100; ++i) {
              cookies += "\r\nSet-Cookie: c" + std::to_string(i) + "=" + std::string(2000, 'v');
            }
            return with(cookies);
          }(),
          "200 - -"),
      Raw("dates in the years 0 and 9999",
          with("Last-Modified: Sat, 01 Jan 0000 00:00:00 GMT\r\nExpires: Fri, 31 Dec 9999 23:59:59 GMT\r\n"
               "Date: Mon, 99 Foo 99999 99:99:99\r\nSet-Cookie: a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT"),
          "200 - -"),
      Raw("Retry-After: 99999999", "HTTP/1.1 429 No\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n", "429 - -"),
      Raw("Retry-After in the year 9999",
          "HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", "503 - -"),
      Raw("a Location of 64 KB",
          "HTTP/1.1 302 Found\r\nLocation: /" + std::string(65'000, 'x') + "\r\nContent-Length: 0\r\n\r\n", "302 - -"),
  });
}

TEST_CASE("hostile ways: chains, loops and refreshes without end are followed as far as the limit, over hosts too") {
  const auto asked_at_most = [](std::size_t most) {
    return [most](const Crawl&, RoughServer& server) { CHECK(Asked(server.log()).size() <= most); };
  };
  Hostile loop{"a loop over three hosts", "/loop", "302 too_many_redirects -"};
  loop.serve = [](RoughServer& server) {
    for (const char* const from : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) {
      const std::string to = std::string("127.0.0.") + static_cast<char>('1' + (from[8] - '0') % 3);
      server.AddPage("/loop", "", "text/html", {{"Location", server.Url("/loop", to)}}, from, 302);
    }
  };
  loop.flags = {"--scope", "any"};
  loop.check = asked_at_most(3);
  Hostile refresh{"pages that send on by refresh without end", "/r", "200 - -"};
  refresh.serve = [](RoughServer& server) {
    server.OnRequest("/r", [](const RoughRequest& request) {
      const std::string next = "/r?" + std::to_string(request.target.size()) + request.target.substr(2);
      return RoughReply(simweb::RawResponse(200, "<meta http-equiv=refresh content='0;url=" + next + "'>"));
    });
  };
  refresh.flags = {"--max-redirects", "20"};
  refresh.check = asked_at_most(21);
  Hostile chain{"a thousand redirects", "/redirect?n=1000", "302 - -"};
  chain.check = [](const Crawl& crawl, RoughServer& server) {
    CHECK(Asked(server.log()).size() == 21);
    CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE error = 'too_many_redirects'") == 1);  // where it was left
  };
  Hostile robots{"a robots.txt of 500 MB", "/ok", "200 - -"};
  robots.serve = [](RoughServer& server) {
    server.SetRobots({302, "", "/huge?bytes=500M", std::chrono::milliseconds(0)});
  };
  robots.check = [](const Crawl& crawl, RoughServer&) {
    CHECK(crawl.Number("SELECT max(length(body)) FROM robots") <= 500 * 1024);
  };
  CheckAll({loop, refresh, chain, robots});
}

TEST_CASE("hostile pages: depth, numbers and sizes that kill parsers are read as far as the bounds") {
  const int many = SizeOf(1'000'000, 300'000, 20'000);
  std::string attributes = "<p";
  std::string links;
  std::string long_links;
  for (int i = 0; i < many; ++i) {
    attributes += " a" + std::to_string(i) + "=1";
    links += "<a href=/" + std::to_string(i % 1000) + ">x</a>";
  }
  for (int i = 0; i < 50; ++i) {
    long_links += "<a href=/" + std::string(65'000, static_cast<char>('a' + i % 26)) + std::to_string(i) + ">x</a>";
  }
  const auto known = [](long long urls) {
    return [urls](const Crawl& crawl, RoughServer&) { CHECK(crawl.Number("SELECT count(*) FROM urls") == urls); };
  };
  Hostile links_page = Page("a million links", links);
  links_page.flags = {"-d", "0"};
  links_page.check = [](const Crawl& crawl, RoughServer&) {
    CHECK(crawl.Number("SELECT count(*) FROM urls") <= 1001);
    CHECK(crawl.Number("SELECT count(*) FROM v_links") > 10'000);
  };
  Hostile long_page = Page("links of 64 KB", long_links);
  long_page.check = [](const Crawl& crawl, RoughServer&) {
    CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'too_long'") == 50);
  };
  Hostile json = Page("JSON-LD 10 000 levels deep", "<script type=application/ld+json>" + Repeated("{\"a\":[", 10'000) +
                                                        Repeated("]}", 10'000) + "</script><p>x");
  json.flags = {"--extract", "jsonld,og,microdata,text,markdown,tables"};
  Hostile scraped = Page("microdata that holds itself a thousand times",
                         Repeated("<div itemscope id=a itemref=a><b itemprop=x itemscope itemref=a>", 1000));
  scraped.flags = {"--extract", "microdata,text,markdown,tables"};
  std::string surrogates = "\xFF\xFE";
  for (int i = 0; i < many; ++i) {
    surrogates += i % 2 == 0 ? std::string("\x00\xD8", 2) : std::string("<\0", 2);
  }
  std::vector<Hostile> all = {
      Page("a million attributes", attributes + "><a href=/x>x</a>"),
      Page("100 000 elements deep", Repeated("<div>", 100'000)),
      Page("a tag of 10 MB", "<a href=\"/" + std::string(10'000'000, 'x') + "\">x</a>"),
      Page("a tag of 10 MB that does not end", "<a " + std::string(10'000'000, 'x')),
      Page("a comment of 10 MB that does not end", "<!--" + Repeated("<a href=/x>", 900'000)),
      Page("formatting elements that are never closed", Repeated("<b><i><u><a href=/x>", many / 10)),
      Page("tables in tables", Repeated("<table><tr><td>x<b>", 30'000)),
      Page("text in front of tables in tables", Repeated("<table>x", 30'000)),
      Page("selects, forms and buttons in each other", Repeated("<select><form><button><option>", 30'000)),
      Page("100 000 svg and math elements deep", Repeated("<svg><math><annotation-xml>", 30'000)),
      Page("10 MB of character references", Repeated("&notit;&#x10FFFF;&#99999999999;", many / 3)),
      Page("10 MB of NUL", std::string(10'000'000, '\0')),
      Page("10 MB of bytes that are no UTF-8", std::string(10'000'000, '\xff'), "200 - -", "text/html; charset=utf-8"),
      Page("UTF-16 of halves of surrogates", surrogates, "200 - -", "text/html; charset=utf-16le"),
      Page("a million meta elements", Repeated("<meta name=robots content=noindex>", many / 3)),
      Page("a million base elements", Repeated("<base href=//x.example/>", many / 3)),
      Page("a title of 10 MB", "<title>" + std::string(10'000'000, 't') + "</title>"),
      links_page,
      long_page,
      json,
      scraped,
  };
  all[0].check = known(2);
  CheckAll(all);
}
}  // TEST_SUITE("integration/hostile")

}  // namespace
}  // namespace spinneret::testing
