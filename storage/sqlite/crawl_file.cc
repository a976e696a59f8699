#include "storage/sqlite/crawl_file.h"

#include <chrono>
#include <utility>

#include <fmt/core.h>
#include <sys/random.h>
#include <sys/stat.h>

namespace spinneret {
namespace {

constexpr std::chrono::seconds kBusyTimeout{10};

// Every commit is on disk when it returns. With synchronous = NORMAL a commit in a WAL survives kill -9 but not a power
// cut; a crawl commits about once a second, so the one fsync a commit is well spent. A checkpoint of 4000 pages (16 MB)
// folds the pages that are written again and again (the open ends of the tables) into one write; journal_size_limit
// gives the disk back after a reader has held the log open.
constexpr const char* kTuning =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = "
    "4000;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;";

Result<HashSecret> DrawSecret() {
  HashSecret secret{};
  // Up to 256 bytes come whole, and no signal cuts them short (getrandom(2)).
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return Err(ErrorCode::kSystem, "no random bytes for the secret of a new database");
  }
  return secret;
}

}  // namespace

CrawlFile::CrawlFile(std::string path, std::string shown, LockFile lock, bool published)
    : path_(std::move(path)), shown_(std::move(shown)), lock_(std::move(lock)), published_(published) {}

CrawlFile::~CrawlFile() {
  connection_.reset();
  if (!published_) {
    (void)RemoveDatabase(path_ + ".new");  // it never was a database that could be resumed
  }
}

Result<std::unique_ptr<CrawlFile>> CrawlFile::Create(const std::string& path, std::string_view settings,
                                                     const HashSecret* secret) {
  Result<std::string> real = ResolveNew(path);
  if (!real) {
    return std::move(real).error();
  }
  const auto in_the_way = [&path] { return Err(ErrorCode::kAlreadyExists, path + " exists already"); };
  if (IsThere(*real)) {
    return in_the_way();
  }
  Result<LockFile> lock = LockFile::Take(*real, path);
  if (!lock) {
    return std::move(lock).error();
  }
  if (IsThere(*real)) {  // made by a crawl that ended between the first look and the lock
    return in_the_way();
  }
  std::unique_ptr<CrawlFile> file(new CrawlFile(*real, path, std::move(lock).value(), false));
  if (Result<void> made = file->Make(settings, secret); !made) {
    return std::move(made).error();
  }
  return file;
}

Result<std::unique_ptr<CrawlFile>> CrawlFile::Open(const std::string& path) {
  Result<std::string> real = ResolveExisting(path);
  if (!real) {
    return std::move(real).error();
  }
  Result<LockFile> lock = LockFile::Take(*real, path);
  if (!lock) {
    return std::move(lock).error();
  }
  std::unique_ptr<CrawlFile> file(new CrawlFile(*real, path, std::move(lock).value(), true));
  if (Result<void> attached = file->Attach(); !attached) {
    return std::move(attached).error();
  }
  return file;
}

Result<void> CrawlFile::Make(std::string_view settings, const HashSecret* given) {
  if (Result<void> removed = RemoveDatabase(path_ + ".new"); !removed) {
    return removed;
  }
  // What a deleted database of this name has left beside it would be replayed into the new one.
  if (Result<void> removed = RemoveJournals(path_); !removed) {
    return removed;
  }
  Result<HashSecret> secret = given != nullptr ? *given : DrawSecret();
  if (!secret) {
    return std::move(secret).error();
  }
  Result<Connection> connection = Connection::Open(path_ + ".new", Connection::Mode::kCreate, shown_);
  if (!connection) {
    return std::move(connection).error();
  }
  connection_ = std::move(connection).value();
  if (Result<void> done = connection_->Execute(kTuning); !done) {
    return done;
  }
  identity_ = {*secret, std::string(settings)};
  return CreateSchema(*connection_, *secret, settings);
}

Result<void> CrawlFile::Attach() {
  Result<Connection> connection = Connection::Open(path_, Connection::Mode::kReadWrite, shown_);
  if (!connection) {
    return std::move(connection).error();
  }
  connection_ = std::move(connection).value();
  connection_->SetBusyTimeout(kBusyTimeout);
  if (Result<void> ours = CheckIdentity(*connection_); !ours) {
    return ours;
  }
  Result<Identity> identity = LoadIdentity(*connection_);
  if (!identity) {
    return std::move(identity).error();
  }
  identity_ = std::move(identity).value();
  return {};
}

Result<void> CrawlFile::BeginWriting() {
  if (writing_) {
    return {};
  }
  const Result<std::string> mode = connection_->QueryText("PRAGMA journal_mode = WAL");
  if (!mode) {
    return mode.error();
  }
  if (*mode != "wal") {
    return Err(ErrorCode::kStorage, fmt::format("{}: no WAL is possible here (journal_mode stays {})", shown_, *mode));
  }
  writing_ = true;
  return connection_->Execute(kTuning);
}

// The file is complete, in WAL mode and closed before it gets its name: whoever finds the name finds a database that
// can be read and resumed, at every moment.
Result<void> CrawlFile::Publish() {
  SPINNERET_CHECK(!published_ && is_open(), "Publish comes once, after Create");
  const Result<std::string> mode = connection_->QueryText("PRAGMA journal_mode = WAL");
  connection_.reset();
  if (!mode) {
    return mode.error();
  }
  if (Result<void> renamed = RenameDurably(path_ + ".new", path_); !renamed) {
    return renamed;
  }
  published_ = true;
  (void)RemoveJournals(path_ + ".new");  // SQLite lets an empty one stay where it could not delete it
  Result<void> attached = Attach();
  if (attached) {
    attached = BeginWriting();
  }
  if (!attached) {
    connection_.reset();
  }
  return attached;
}

std::int64_t CrawlFile::WalBytes() const {
  struct stat status {};
  return ::stat((path_ + "-wal").c_str(), &status) == 0 ? status.st_size : 0;
}

}  // namespace spinneret
