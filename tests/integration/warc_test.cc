// --warc: what a crawl stores, written as WARC files while it goes on.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <sys/stat.h>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// Slow enough that a crawl of it is under way for some seconds.
std::unique_ptr<simweb::PageServer> StartSlowly(std::uint64_t pages) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.links = 12;
  options.site.page_size = 4096;
  options.latency = std::chrono::milliseconds(20);
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE(server.has_value());
  return std::move(server).value();
}

// Two pages and an error with one body, a redirect and its target, and one that is not there.
std::unique_ptr<simweb::RoughServer> StartKinds() {
  auto server = StartRough();
  server->AddPage("/", "<title>Home</title>" + LinkPage({"/same1", "/same2", "/moved", "/gone"}));
  server->AddPage("/same1", "<title>Same</title><p>one body");
  server->AddPage("/same2", "<title>Same</title><p>one body");
  server->AddPage("/target", "<title>Target</title>");
  server->OnRequest("/moved", [](const simweb::RoughRequest&) {
    return simweb::RoughReply(simweb::RawResponse(301, "moved", "text/html", {{"Location", "/target"}}));
  });
  return server;
}

// The files of a series in their order.
std::vector<fs::path> FilesOf(const std::string& prefix, const std::string& ending = ".warc.gz") {
  std::vector<fs::path> files;
  const fs::path path(prefix);
  for (const auto& entry : fs::directory_iterator(path.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(path.filename().string() + "-") && name.ends_with(ending)) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

// What a strict reader says of files, read as one: with an index it must lead to each record.
json Read(const Words& files) {
  Words line = {"python3", SPINNERET_TEST_DATA "/../integration/check_warc.py"};
  line.insert(line.end(), files.begin(), files.end());
  const ProcessResult done = Run(line);
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  return json::parse(done.out);
}

// All files of a series, one after the other, which is a WARC file too; each file's index has been looked at.
json ReadSeries(const std::string& prefix, const std::string& whole) {
  std::ofstream out(whole, std::ios::binary);
  for (const fs::path& file : FilesOf(prefix)) {
    out << std::ifstream(file, std::ios::binary).rdbuf();
    std::string index = file.string();
    index.replace(index.size() - std::string_view(".warc.gz").size(), std::string::npos, ".cdxj");
    CHECK_MESSAGE(fs::exists(index), index);
  }
  out.close();
  return Read({whole});
}

// url → what is the same in every file about it; fails the case where a URL is there twice.
std::map<std::string, std::string> RecordsOf(const json& read) {
  std::map<std::string, std::string> records;
  for (const json& record : read["records"]) {
    if (record.contains("url")) {
      const json& fields = record["fields"];
      const bool added =
          records
              .emplace(record["url"].get<std::string>(),
                       fmt::format("{} {} {} {} {}", record["type"].get<std::string>(), record["status"].get<int>(),
                                   fields.value("WARC-Payload-Digest", ""), fields["WARC-Date"].get<std::string>(),
                                   record["payload"].get<std::string>()))
              .second;
      CHECK_MESSAGE(added, record["url"].get<std::string>());
    }
  }
  return records;
}

std::map<std::string, std::string> Exported(const Crawl& crawl) {
  const std::string path = crawl.folder() / "exported.warc.gz";
  const ProcessResult done = Spinneret({"export", crawl.database(), "-o", path});
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
  return RecordsOf(Read({path, crawl.folder() / "exported.cdxj"}));
}

TEST_SUITE("integration/warc") {
TEST_CASE("--warc: the files hold what an export writes afterwards: pages, errors, redirects, equal bodies") {
  const auto server = StartKinds();
  Crawl crawl;
  const std::string prefix = crawl.folder() / "site";
  crawl.Run({server->Url("/"), "--warc", prefix});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const std::map<std::string, std::string> records =
      RecordsOf(Read({prefix + "-00000.warc.gz", prefix + "-00000.cdxj"}));
  CHECK(records == Exported(crawl));
  CHECK(records.size() == static_cast<std::size_t>(crawl.Number("SELECT count(*) FROM v_pages")));
  CHECK(records.at(server->Url("/gone")).starts_with("response 404"));
  CHECK(records.at(server->Url("/moved")).starts_with("response 301"));
  CHECK(records.at(server->Url("/same1")).substr(0, 6) != records.at(server->Url("/same2")).substr(0, 6));
  CHECK(FilesOf(prefix, ".part").empty());

  // A finished crawl has nothing to add, and other bodies come into files of their own.
  crawl.Resume();
  CHECK(crawl.exit_code() == 0);
  CHECK(FilesOf(prefix).size() == 1);
  server->AddPage("/same1", "<title>Another</title>" + LinkPage({"/new"}));
  server->AddPage("/new", "<title>New</title>");
  const ProcessResult refreshed = Spinneret({"crawl", "--refresh", crawl.database(), "--host-delay", "0"});
  CHECK(refreshed.exit_code == 2);  // what the database knows cannot be said again
  CHECK_MESSAGE(Spinneret({"crawl", "--refresh", crawl.database()}).exit_code == 0, "refresh");
  CHECK(FilesOf(prefix).size() == 2);
  const std::map<std::string, std::string> second =
      RecordsOf(Read({prefix + "-00001.warc.gz", prefix + "-00001.cdxj"}));
  CHECK(second.contains(server->Url("/new")));
  CHECK(second.contains(server->Url("/same1")));
}

TEST_CASE("--warc: kill -9 at any moment and resumes leave each response once, in files that are whole") {
  const auto server = StartSlowly(IsLong() ? 6000 : 1200);
  Crawl crawl;
  const std::string prefix = crawl.folder() / "site";
  const Words warc = {"--warc", prefix, "--warc-size", "300k"};
  Words arguments = {server->site().UrlOf(0), "--connections", "6", "-w", "2"};
  arguments.insert(arguments.end(), warc.begin(), warc.end());
  int kills = 0;
  std::uintmax_t seen = 0;
  const auto written = [&] {
    std::uintmax_t bytes = 0;
    for (const fs::path& file : FilesOf(prefix)) {
      bytes += fs::file_size(file);
    }
    return bytes;
  };
  for (int run = 0; run < 4; ++run) {
    Process process = run == 0 ? crawl.Start(arguments) : crawl.StartResume({"-w", std::to_string(run)});
    (void)process.WaitUntil([&] { return written() > seen + 20'000 || !process.running(); });
    process.Signal(SIGKILL);
    kills += process.Wait().signal == SIGKILL ? 1 : 0;
    seen = written();
    // As a power cut may leave it: a record without its end.
    if (const std::vector<fs::path> files = FilesOf(prefix); run == 1 && !files.empty()) {
      fs::resize_file(files.back(), fs::file_size(files.back()) - 100);
    }
  }
  CHECK(kills >= 3);
  crawl.Resume();
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(FilesOf(prefix).size() > 1);
  CHECK(RecordsOf(ReadSeries(prefix, crawl.folder() / "whole.warc.gz")) == Exported(crawl));
  for (const fs::path& file : FilesOf(prefix)) {
    CHECK(fs::file_size(file) < 450'000);
  }
}

TEST_CASE("--warc: a disk that is full is exit 3, and a resume with room writes the rest") {
  const auto server = StartSlowly(800);
  Crawl crawl;
  const std::string small = crawl.folder() / "small";
  REQUIRE(::mkdir(small.c_str(), 0700) == 0);
  if (::mount("none", small.c_str(), "tmpfs", 0, "size=200k") != 0) {
    MESSAGE("skipped: this user or container may not mount a file system");
    return;
  }
  crawl.Run({server->site().UrlOf(0), "--warc", small + "/site"});
  CHECK(crawl.exit_code() == 3);
  CHECK(crawl.result().err.find("site-00000.warc.gz cannot be written: No space left on device") != std::string::npos);
  CHECK(crawl.result().err.find("spinneret resume") != std::string::npos);
  CHECK(::mount("none", small.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages") == 800);
  CHECK(RecordsOf(ReadSeries(small + "/site", crawl.folder() / "whole.warc.gz")) == Exported(crawl));
  CHECK(::umount(small.c_str()) == 0);
}

TEST_CASE("--warc: names that are taken, folders that are not there and bodies that are not kept are exit 2") {
  const auto server = StartKinds();
  const Crawl other;
  const std::string taken = other.folder() / "taken";
  std::ofstream(taken + "-00007.warc.gz") << "somebody's";
  struct Case {
    Words arguments;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"--warc", taken}, "taken-00007.warc.gz exists already"},
      {{"--warc", other.folder() / "no/such/site"}, "no file can be written into"},
      {{"--warc", other.folder() / ""}, "ends with a slash"},
      {{"--warc", other.folder() / "x", "--store-body", "none"}, "contradict each other"},
      {{"--warc-size", "1M"}, "--warc PREFIX"},
      {{"--warc", ""}, "it is empty"},
  };
  for (const Case& c : cases) {
    Crawl crawl;
    Words arguments = {server->Url("/")};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    crawl.Run(arguments);
    CHECK(crawl.exit_code() == 2);
    CHECK_MESSAGE(crawl.result().err.find(c.says) != std::string::npos, crawl.result().err);
    CHECK(crawl.Files().empty());
  }
  CHECK(server->log().total() == 0);

  Crawl bare;
  bare.Run({server->Url("/"), "--limit", "2"});
  bare.Resume({"--warc", bare.folder() / "site"});
  CHECK(bare.exit_code() == 2);
  CHECK(bare.result().err.find("keeps no bodies") != std::string::npos);

  // Given later, the files have the crawl from its beginning; another crawl's files are not gone on with.
  Crawl first;
  first.Run({server->Url("/"), "--limit", "2", "--store-body", "zstd"});
  first.Resume({"--warc", first.folder() / "site", "--limit", "1000"});
  CHECK_MESSAGE(first.exit_code() == 0, first.result().err);
  CHECK(RecordsOf(Read({first.folder() / "site-00000.warc.gz"})) == Exported(first));
  Crawl second;
  second.Run({server->Url("/"), "--limit", "2", "--store-body", "zstd"});
  second.Resume({"--warc", first.folder() / "site"});
  CHECK(second.exit_code() == 2);
  CHECK_MESSAGE(second.result().err.find("site.journal is of another crawl") != std::string::npos, second.result().err);
}
}  // TEST_SUITE("integration/warc")

}  // namespace
}  // namespace spinneret::testing
