// The floor under a crawl's cost: pages that are known beforehand are fetched with libcurl over connections that are kept,
// scanned for links, and appended to SQLite, on one thread, and nothing else is done: no URL is looked up, nothing is
// told apart, no server is spared.
//
//   bench_floor fetch|scan|store URLS OUTPUT.db [CONNECTIONS]
//
// URLS   a file with a URL a line.
// fetch  the bodies are received; scan: and read for their links; store: and pages and links are written, 1000 pages a
//        transaction. OUTPUT.db is made anew. Prints the pages and the links; CPU is time(1)'s to measure.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>
#include <sqlite3.h>

#include "parser/link_resolver.h"
#include "parser/page_reader.h"
#include "parser/url.h"

namespace {

using namespace spinneret;

enum class Stage { kFetch, kScan, kStore };

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench_floor: %s\n", what.c_str());
  std::exit(2);
}

class Output {
 public:
  explicit Output(const std::string& path) {
    std::remove(path.c_str());
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) {
      Fail(path + ": cannot be made");
    }
    Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT, status INTEGER, title TEXT, bytes INTEGER);"
        "CREATE TABLE links (page INTEGER, href TEXT, text TEXT, rel TEXT);"
        "BEGIN");
    sqlite3_prepare_v2(db_, "INSERT INTO pages VALUES (NULL, ?, ?, ?, ?)", -1, &page_, nullptr);
    sqlite3_prepare_v2(db_, "INSERT INTO links VALUES (?, ?, ?, ?)", -1, &link_, nullptr);
  }
  ~Output() {
    sqlite3_finalize(page_);
    sqlite3_finalize(link_);
    Run("COMMIT");
    sqlite3_close(db_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Add(const std::string& url, long status, const PageContents& page, const LinkSet& links, std::size_t bytes) {
    Bind(page_, 1, url);
    sqlite3_bind_int64(page_, 2, status);
    Bind(page_, 3, page.title);
    sqlite3_bind_int64(page_, 4, static_cast<sqlite3_int64>(bytes));
    Step(page_);
    const sqlite3_int64 id = sqlite3_last_insert_rowid(db_);
    for (const ResolvedLink& link : links) {
      sqlite3_bind_int64(link_, 1, id);
      Bind(link_, 2, link.href);
      Bind(link_, 3, link.text);
      Bind(link_, 4, link.rel);
      Step(link_);
    }
    if (++pages_ % 1000 == 0) {
      Run("COMMIT; BEGIN");
    }
  }

 private:
  void Run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      Fail(sqlite3_errmsg(db_));
    }
  }
  static void Bind(sqlite3_stmt* statement, int index, std::string_view text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void Step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
      Fail(sqlite3_errmsg(db_));
    }
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* page_ = nullptr;
  sqlite3_stmt* link_ = nullptr;
  std::size_t pages_ = 0;
};

struct Transfer {
  std::string url;
  std::string body;
};

std::size_t Receive(char* bytes, std::size_t size, std::size_t count, void* transfer) {
  static_cast<Transfer*>(transfer)->body.append(bytes, size * count);
  return size * count;
}

std::vector<std::string> ReadLines(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  if (lines.empty()) {
    Fail(std::string(path) + ": no URLs");
  }
  return lines;
}

class Floor {
 public:
  Floor(Stage stage, const char* output) : stage_(stage), reader_(MakePageReader()) {
    if (stage_ == Stage::kStore) {
      output_ = std::make_unique<Output>(output);
    }
  }

  void Run(const std::vector<std::string>& urls, std::size_t connections) {
    CURLM* const multi = curl_multi_init();
    std::vector<Transfer> transfers(connections);
    std::size_t next = 0;
    const auto begin = [&](CURL* easy) {
      Transfer* transfer = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
      transfer->url = urls[next++];
      transfer->body.clear();
      curl_easy_setopt(easy, CURLOPT_URL, transfer->url.c_str());
      curl_multi_add_handle(multi, easy);
    };
    for (Transfer& transfer : transfers) {
      if (next == urls.size()) {
        break;
      }
      CURL* const easy = curl_easy_init();
      curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Receive);
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
      curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
      begin(easy);
    }
    for (int running = 1; running > 0;) {
      curl_multi_perform(multi, &running);
      int left = 0;
      while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
        CURL* const easy = message->easy_handle;
        Finish(easy, message->data.result);
        curl_multi_remove_handle(multi, easy);
        if (next < urls.size()) {
          begin(easy);
          running = 1;
        } else {
          curl_easy_cleanup(easy);
        }
      }
      if (running > 0) {
        curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
      }
    }
    curl_multi_cleanup(multi);
    std::printf("%zu pages, %zu links\n", pages_, links_);
  }

 private:
  void Finish(CURL* easy, CURLcode result) {
    Transfer* transfer = nullptr;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK) {
      Fail(transfer->url + ": " + curl_easy_strerror(result));
    }
    ++pages_;
    if (stage_ == Stage::kFetch) {
      return;
    }
    reader_->Read(transfer->body, contents_);
    ResolveLinks(contents_, Url::Parse(transfer->url).value(), resolved_);
    links_ += resolved_.size();
    if (output_ != nullptr) {
      output_->Add(transfer->url, status, contents_, resolved_, transfer->body.size());
    }
  }

  const Stage stage_;
  const std::unique_ptr<PageReader> reader_;
  std::unique_ptr<Output> output_;
  PageContents contents_;
  LinkSet resolved_;
  std::size_t pages_ = 0;
  std::size_t links_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view stage = argc >= 4 ? argv[1] : "";
  if (stage != "fetch" && stage != "scan" && stage != "store") {
    Fail("usage: bench_floor fetch|scan|store URLS OUTPUT.db [CONNECTIONS]");
  }
  const std::size_t connections = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 32;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Floor(stage == "fetch"  ? Stage::kFetch
        : stage == "scan" ? Stage::kScan
                          : Stage::kStore,
        argv[3])
      .Run(ReadLines(argv[2]), connections == 0 ? 1 : connections);
  curl_global_cleanup();
  return 0;
}
