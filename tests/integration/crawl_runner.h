// The small language of the integration tests: crawls of the built program into databases of their own, and what they
// left.
//
//   Crawl crawl;
//   crawl.Run({server.Url("/")});
//   CHECK(crawl.exit_code() == 0);
//   CHECK(crawl.Paths() == Words{"/", "/a"});
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simweb/access_log.h"
#include "simweb/rough_server.h"
#include "simweb/site.h"
#include "tests/support/db.h"
#include "tests/support/process.h"
#include "tests/support/size.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {

using Words = std::vector<std::string>;

// Runs the built program with these arguments.
ProcessResult Spinneret(const Words& arguments, const ProcessOptions& options = {});

// What two crawls of the same site must agree on: one line per row, sorted; the links of a page in document order.
struct EndState {
  Words pages;    // url, status, error, truncated, redirect_to, final_url, digest
  Words links;    // from, to, tag, rel, text
  Words skipped;  // url, reason
  Words records;  // url, recipe, json
};
EndState EndStateOf(const std::string& database);

// Empty when both are the same; else the first lines that only one has ("- expected", "+ got"), for a message.
std::string Difference(const Words& expected, const Words& got);
std::string Difference(const EndState& expected, const EndState& got);

// A crawl, or several runs of one, into one database in a folder of its own.
class Crawl {
 public:
  // Flags that every run gets: no delay and loopback allowed, so that a case says only what it is about.
  static Words Fast();
  // Loopback allowed; the delays are the program's own.
  static Words Polite();

  explicit Crawl(Words flags = Fast()) : flags_(std::move(flags)) {}

  // spinneret crawl FLAGS ARGUMENTS -o DATABASE; `input` is its stdin.
  const ProcessResult& Run(const Words& arguments, const std::string& input = {});
  // spinneret resume DATABASE ARGUMENTS
  const ProcessResult& Resume(const Words& arguments = {});
  // The same without waiting for the end.
  Process Start(const Words& arguments);
  Process StartResume(const Words& arguments = {});

  const ProcessResult& result() const { return result_; }
  int exit_code() const { return result_.exit_code; }
  const TempDir& folder() const { return folder_; }
  std::string database() const { return folder_ / "crawl.db"; }
  // Names of all files in its folder.
  std::set<std::string> Files() const;

  // URLs that were being read when the last run ended in the middle.
  Words Suspects() const;

  EndState End() const { return EndStateOf(database()); }
  // A sorted column of v_pages, of rows for which `where` holds.
  Words Pages(const std::string& where = "true", const std::string& column = "url") const;
  // The same as paths, sorted.
  Words Paths(const std::string& where = "true") const;
  // v_skipped as "path reason", sorted.
  Words Skipped() const;
  std::string Value(const std::string& sql) const { return QueryValue(database(), sql); }
  long long Number(const std::string& sql) const { return QueryNumber(database(), sql); }
  // Number of v_pages rows that are no redirects: what --limit counts.
  long long PageCount() const;

  // Fails the test when the file is damaged, a page stands there twice, or a row refers to nothing.
  void CheckWhole() const;
  // And when a URL that was admitted has no outcome, or one that was not has one.
  void CheckFinished() const;

 private:
  Words CrawlArguments(const Words& arguments) const;

  TempDir folder_;
  Words flags_;
  ProcessResult result_;
};

// "http://127.0.0.1:80/a?b" → "/a?b"
std::string PathOf(const std::string& url);

// A page of links, one `a` element each.
std::string LinkPage(const Words& hrefs);

// A RoughServer that is running, or the test fails.
std::unique_ptr<simweb::RoughServer> StartRough();

// Targets that a server was asked, sorted, repeats kept, robots.txt left out.
Words Asked(const simweb::AccessLog& log);

}  // namespace spinneret::testing
