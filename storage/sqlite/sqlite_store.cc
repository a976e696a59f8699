#include "storage/sqlite/sqlite_store.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/core.h>

#include "base/thread_checker.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/crawl_file.h"
#include "storage/sqlite/recipe_view.h"
#include "storage/sqlite/scans.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/statement.h"
#include "storage/sqlite/store_statements.h"
#include "storage/sqlite/text_index.h"

namespace spinneret {
namespace {

constexpr std::int64_t kWalWarningBytes = std::int64_t{256} << 20;
constexpr std::int64_t kMaxUrls = std::numeric_limits<std::uint32_t>::max();

using Digest = std::array<char, 32>;
struct DigestHash {
  using is_avalanching = void;  // SHA-256 is mixed already
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::copy_n(digest.data(), sizeof hash, reinterpret_cast<char*>(&hash));
    return hash;
  }
};

// The page row being put together. AddPage and AddLinks come one after the other for a page, in either order; the row
// is inserted once both are known, which spares an UPDATE a page.
struct OpenPage {
  UrlHandle url;
  bool has_row = false;
  std::int64_t first_link = 0;
  std::int64_t link_count = 0;
  std::uint32_t word_count = 0;
  std::uint64_t text_hash = 0, sim_hash = 0;
  bool by_tree = false;
  std::string title, description, h1, lang, canonical, robots, cut;
};

class SqliteStoreImpl final : public SqliteStore {
 public:
  explicit SqliteStoreImpl(std::unique_ptr<CrawlFile> file)
      : shown_(file->shown()), identity_(file->identity()), file_(std::move(file)) {}

  // Of Create and Open; the store is usable after the first, and knows what the database holds after the second.
  Result<void> Prepare() {
    Result<std::optional<TextIndex>> index = TextIndex::Find(connection());
    if (!index) {
      return std::move(index).error();
    }
    text_index_ = std::move(*index);
    return sql_.Prepare(connection());
  }
  Result<void> LoadCounters();

  Result<void> Publish() override;

  const HashSecret& secret() const override { return identity_.secret; }
  const std::string& settings() const override { return identity_.settings; }

  void AddHost(HostKey key, std::string_view name) override;
  UrlHandle AddUrl(const UrlRow& row) override;
  void AddFetch(const FetchRow& row) override;
  void AddOutcome(const OutcomeRow& row) override;
  void RemoveOutcome(UrlHandle url) override;
  void AddPage(const PageRow& row) override;
  void AddLinks(UrlHandle from, std::span<const LinkRow> links) override;
  void DefineRecipe(std::string_view recipe, std::span<const std::string> fields) override;
  void AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) override;
  void AddExtract(UrlHandle url, std::string_view kind, std::string_view value) override;
  void DefineTextIndex() override;
  void AddText(UrlHandle url, std::string_view title, std::string_view text) override;
  void AddBody(const BodyRow& row) override;
  Result<void> BeginRefresh(const RefreshRow& refresh) override;
  Revisit GetRevisit(UrlHandle url) override;
  void EndRevisit(UrlHandle url, const Revisit& visited) override;
  void Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
               std::string_view detail) override;
  void SaveRobots(const RobotsRow& row) override;
  std::int64_t AddSitemap(const SitemapRow& row) override;
  void EndSitemap(const SitemapEndRow& row) override;
  void AddSitemapUrl(const SitemapUrlRow& row) override;
  void AddSample(const SampleRow& row) override;
  void AddEvent(const EventRow& row) override;
  void SetState(std::string_view key, std::string_view value) override;
  std::string GetState(std::string_view key) override;
  Result<void> LoadStates(std::string_view prefix, const StateVisitor& visit) override;
  void Commit(Done done) override { done(CommitNow()); }

  void ReadUrls(std::span<const UrlHandle> urls, Texts done) override { done(UrlTexts(urls)); }
  void ReadTargets(UrlHandle page, Handles done) override { done(Targets(page)); }

  Result<void> LoadHosts(const HostVisitor& visit) override;
  Result<void> LoadUrls(const UrlVisitor& visit) override;
  Result<void> LoadRobots(const RobotsVisitor& visit) override;
  Result<void> LoadSitemaps(const SitemapVisitor& visit) override;
  Result<void> LoadPriorities(const std::function<void(UrlHandle, std::uint8_t tenths)>& visit) override;
  Result<std::vector<UrlHandle>> LoadRetryable() override;
  Result<void> LoadContents(const ContentVisitor& visit) override;
  Result<void> LoadSkipped(std::string_view reason, const SkipVisitor& visit) override;
  Result<Totals> LoadTotals() override;
  Result<void> LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) override;

  void BeginRun(std::string_view settings, std::int64_t at_ms) override;
  Result<void> Finish(std::string_view end_reason, std::int64_t at_ms, Indexes indexes) override;

  int WatchFd() const override { return -1; }
  void HandleEvents() override {}
  std::string TakeWarning() override;

 private:
  Connection& connection() { return file_->connection(); }
  bool healthy() const { return !failure_.has_value(); }
  // True when a row may be written: begins the transaction where none is open.
  bool Begin();
  void Fail(Error error);
  // Runs a statement whose parameters are bound.
  void Write(Statement& statement);
  Result<void> CommitNow();
  Result<void> Usable();

  Result<void> LoadDigests();
  Result<void> LoadAttempts(const UrlBits& revisits);
  void FlushPage();
  struct LinkRange {
    bool has_page = false;
    std::int64_t first = 0;
    std::int64_t count = 0;
  };
  LinkRange LinksOf(UrlHandle page);  // as the database has it; FlushPage comes first
  std::int64_t HostId(HostKey key) const;
  std::int64_t LastFetch(UrlHandle url);
  Result<std::vector<std::string>> UrlTexts(std::span<const UrlHandle> urls);
  Result<std::vector<UrlHandle>> Targets(UrlHandle page);

  // --- Constant after Create or Open
  const std::string shown_;  // the path as the caller wrote it, for messages
  const Identity identity_;

  ThreadChecker thread_;
  std::unique_ptr<CrawlFile> file_;  // null after Finish
  StoreStatements sql_;              // after the file: finalised first
  std::optional<TextIndex> text_index_;
  bool in_transaction_ = false;   // closing rolls back what was not committed
  std::optional<Error> failure_;  // the first; nothing is written after it

  // --- What the next rows get, and what saves look-ups
  std::uint32_t last_url_ = 0;
  std::int64_t last_fetch_ = 0;
  std::int64_t last_link_ = 0;
  std::int64_t last_sitemap_ = 0;
  std::int64_t run_ = 0;
  OpenPage page_;
  std::vector<HostKey> host_keys_{HostKey{}};  // hosts.id → key
  boost::unordered_flat_map<HostKey, std::uint32_t, std::hash<HostKey>> hosts_;
  // Attempts at URLs without an outcome: filled by AddFetch, emptied by AddOutcome. Those of earlier runs are read when
  // first asked for.
  OpenAttemptsMap attempts_;
  bool attempts_loaded_ = true;
  boost::unordered_flat_set<Digest, DigestHash> digests_;
  bool digests_loaded_ = true;
  std::int64_t next_wal_warning_ = kWalWarningBytes;
  std::string warning_;
};

// --- Birth and opening

Result<void> SqliteStoreImpl::Publish() {
  if (Result<void> committed = CommitNow(); !committed) {
    return committed;
  }
  sql_ = {};
  text_index_.reset();
  Result<void> done = file_->Publish();
  if (done) {
    done = Prepare();
  }
  if (!done) {
    Fail(done.error());
  }
  return done;
}

Result<void> SqliteStoreImpl::LoadCounters() {
  const auto last = [this](const char* table, std::int64_t& out) -> Result<void> {
    const Result<std::int64_t> id = connection().QueryInteger(fmt::format("SELECT max(id) FROM {}", table));
    if (!id) {
      return id.error();
    }
    out = *id;
    return {};
  };
  std::int64_t urls = 0;
  for (const auto& [table, out] : {std::pair{"urls", &urls},
                                   {"fetches", &last_fetch_},
                                   {"links", &last_link_},
                                   {"sitemaps", &last_sitemap_},
                                   {"runs", &run_}}) {
    if (Result<void> done = last(table, *out); !done) {
      return done;
    }
  }
  if (urls < 0 || urls > kMaxUrls) {
    return Err(ErrorCode::kStorageCorrupt, shown_ + ": the ids of its URLs are out of range");
  }
  last_url_ = static_cast<std::uint32_t>(urls);
  Result<std::vector<HostKey>> keys = LoadHostKeys(connection());
  if (!keys) {
    return std::move(keys).error();
  }
  host_keys_ = std::move(keys).value();
  hosts_.reserve(host_keys_.size());
  for (std::uint32_t id = 1; id < host_keys_.size(); ++id) {
    hosts_.emplace(host_keys_[id], id);
  }
  attempts_loaded_ = last_fetch_ == 0;
  digests_loaded_ = false;
  return {};
}

// --- Transactions

bool SqliteStoreImpl::Begin() {
  SPINNERET_CHECK(file_ != nullptr, "the store takes no calls after Finish");
  if (healthy() && !in_transaction_) {
    in_transaction_ = true;
    Write(sql_.begin);
  }
  return healthy();
}

void SqliteStoreImpl::Fail(Error error) {
  if (healthy()) {
    failure_ = std::move(error);
  }
}

void SqliteStoreImpl::Write(Statement& statement) {
  if (!statement.Run()) {
    Fail(connection().ErrorOf(statement.code()));
  }
}

Result<void> SqliteStoreImpl::Usable() {
  SPINNERET_CHECK(file_ != nullptr, "the store takes no calls after Finish");
  if (healthy()) {
    FlushPage();
  }
  if (!healthy()) {
    return *failure_;
  }
  return {};
}

Result<void> SqliteStoreImpl::CommitNow() {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "a store belongs to the thread that made it");
  Result<void> usable = Usable();
  if (usable && in_transaction_) {
    Write(sql_.commit);
    in_transaction_ = false;
  }
  if (healthy()) {
    return {};
  }
  // SQLite may have rolled back by itself (SQLITE_FULL, SQLITE_IOERR); what is left of the transaction goes now.
  if (file_->is_open() && connection().in_transaction()) {
    (void)connection().Execute("ROLLBACK");
  }
  in_transaction_ = false;
  return *failure_;
}

// --- Hosts and URLs

void SqliteStoreImpl::AddHost(HostKey key, std::string_view name) {
  if (!Begin() || hosts_.contains(key)) {
    return;
  }
  const auto id = static_cast<std::uint32_t>(host_keys_.size());
  hosts_.emplace(key, id);
  host_keys_.push_back(key);
  Statement& add = sql_.host;
  add.Bind(1, id);
  add.Bind(2, static_cast<std::int64_t>(key.value));
  add.BindText(3, name);
  Write(add);
}

std::int64_t SqliteStoreImpl::HostId(HostKey key) const {
  const auto host = hosts_.find(key);
  SPINNERET_CHECK(host != hosts_.end(), "a host's row comes before the rows that name it");
  return host->second;
}

UrlHandle SqliteStoreImpl::AddUrl(const UrlRow& row) {
  if (last_url_ == kMaxUrls) {
    Fail(Err(ErrorCode::kStorage, shown_ + ": one database holds at most 4294967295 URLs"));
    return UrlHandle{last_url_};
  }
  const UrlHandle handle{++last_url_};
  if (!Begin()) {
    return handle;
  }
  BindUrl(sql_.url, handle.value, HostId(row.host), row);
  Write(sql_.url);
  return handle;
}

void SqliteStoreImpl::Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
                              std::string_view detail) {
  if (!Begin()) {
    return;
  }
  Statement& change = sql_.readmit;
  change.Bind(1, depth);
  BindHopsLeft(change, 2, hops_left);
  change.Bind(3, static_cast<std::int64_t>(admission));
  change.BindTextOrNull(4, detail);
  change.Bind(5, url.value);
  Write(change);
}

// --- Attempts and verdicts

void SqliteStoreImpl::AddFetch(const FetchRow& row) {
  if (!Begin()) {
    return;
  }
  const std::int64_t id = ++last_fetch_;
  OpenAttempts& open = attempts_[row.url.value];
  open.last_fetch = id;
  open.attempts = std::max(open.attempts, row.attempt);
  BindFetch(sql_.fetch, id, row);
  Write(sql_.fetch);
}

std::int64_t SqliteStoreImpl::LastFetch(UrlHandle url) {
  auto open = attempts_.find(url.value);
  if (open == attempts_.end() && !attempts_loaded_) {
    const Result<UrlBits> revisits = LoadOpenRevisits(connection(), last_url_);
    const Result<void> loaded = revisits ? LoadAttempts(*revisits) : Result<void>(revisits.error());
    if (!loaded) {
      Fail(loaded.error());
      return 0;
    }
    open = attempts_.find(url.value);
  }
  SPINNERET_CHECK(open != attempts_.end(), "an outcome's fetch was added before it");
  return open->second.last_fetch;
}

void SqliteStoreImpl::AddOutcome(const OutcomeRow& row) {
  if (!Begin()) {
    return;
  }
  BindOutcome(sql_.outcome, row.has_fetch ? LastFetch(row.url) : 0, row);
  Write(sql_.outcome);
  attempts_.erase(row.url.value);
}

void SqliteStoreImpl::RemoveOutcome(UrlHandle url) {
  if (!Begin()) {
    return;
  }
  FlushPage();
  {
    Statement& find = sql_.find_outcome;
    const ResetAtEnd reset(find);
    find.Bind(1, url.value);
    if (find.Step() && !find.IsNull(0)) {
      // The attempts go on counting, and the next verdict may rest on the same one, where none came since.
      attempts_.try_emplace(url.value, OpenAttempts{find.Integer(0), static_cast<std::uint32_t>(find.Integer(1))});
    }
  }
  std::vector<Statement*> removals{&sql_.remove_outcome, &sql_.remove_revisit};
  if (const LinkRange links = LinksOf(url); links.has_page) {
    if (links.count > 0) {
      sql_.remove_links.Bind(1, links.first);
      sql_.remove_links.Bind(2, links.first + links.count - 1);
      Write(sql_.remove_links);
    }
    removals.push_back(&sql_.remove_page);
    removals.push_back(&sql_.remove_records);
    removals.push_back(&sql_.remove_extracts);
    if (text_index_ && !text_index_->Remove(url.value)) {
      Fail(connection().ErrorOf(text_index_->code()));
    }
  }
  for (Statement* const remove : removals) {
    remove->Bind(1, url.value);
    Write(*remove);
  }
}

// --- Refresh

Result<void> SqliteStoreImpl::BeginRefresh(const RefreshRow& refresh) {
  if (Result<void> usable = Usable(); !usable) {
    return usable;
  }
  return Begin() ? MarkDue(connection(), refresh, last_fetch_) : Result<void>(*failure_);
}

Revisit SqliteStoreImpl::GetRevisit(UrlHandle url) {
  Revisit revisit;
  if (!healthy()) {
    return revisit;
  }
  Statement& find = sql_.find_revisit;
  const ResetAtEnd reset(find);
  find.Bind(1, url.value);
  if (find.Step()) {
    revisit = ReadRevisit(find);
  } else if (find.failed()) {
    Fail(connection().ErrorOf(find.code()));
  }
  return revisit;
}

void SqliteStoreImpl::EndRevisit(UrlHandle url, const Revisit& visited) {
  if (!Begin()) {
    return;
  }
  BindRevisit(sql_.end_revisit, url, visited);
  Write(sql_.end_revisit);
  Statement& find = sql_.find_outcome;
  const ResetAtEnd reset(find);
  find.Bind(1, url.value);
  if (find.Step()) {
    attempts_.erase(url.value);  // the verdict stands, and no other rests on them
  } else if (find.failed()) {
    Fail(connection().ErrorOf(find.code()));
  }
}

// --- Pages and what they bring

void SqliteStoreImpl::FlushPage() {
  if (!page_.url) {
    return;
  }
  if (page_.has_row) {
    BindPage(sql_.page, page_.first_link, page_.link_count,
             {.url = page_.url,
              .title = page_.title,
              .description = page_.description,
              .h1 = page_.h1,
              .lang = page_.lang,
              .canonical = page_.canonical,
              .robots = page_.robots,
              .word_count = page_.word_count,
              .text_hash = page_.text_hash,
              .sim_hash = page_.sim_hash,
              .by_tree = page_.by_tree,
              .cut = page_.cut});
    Write(sql_.page);
  } else {
    sql_.page_of_links.Bind(1, page_.url.value);
    sql_.page_of_links.Bind(2, page_.first_link);
    sql_.page_of_links.Bind(3, page_.link_count);
    Write(sql_.page_of_links);
  }
  page_.url = {};
}

void SqliteStoreImpl::AddPage(const PageRow& row) {
  if (!Begin()) {
    return;
  }
  if (page_.url != row.url) {
    FlushPage();
    page_.url = row.url;
    page_.first_link = 0;
    page_.link_count = 0;
  }
  page_.has_row = true;
  page_.word_count = row.word_count;
  page_.text_hash = row.text_hash;
  page_.by_tree = row.by_tree;
  page_.sim_hash = row.sim_hash;
  page_.title = row.title;
  page_.description = row.description;
  page_.h1 = row.h1;
  page_.lang = row.lang;
  page_.canonical = row.canonical;
  page_.robots = row.robots;
  page_.cut = row.cut;
}

SqliteStoreImpl::LinkRange SqliteStoreImpl::LinksOf(UrlHandle page) {
  Statement& find = sql_.find_page;
  const ResetAtEnd reset(find);
  find.Bind(1, page.value);
  LinkRange links;
  if (find.Step()) {
    links = {true, find.Integer(0), find.Integer(1)};
  }
  if (find.failed()) {
    Fail(connection().ErrorOf(find.code()));
  }
  return links;
}

void SqliteStoreImpl::AddLinks(UrlHandle from, std::span<const LinkRow> links) {
  if (links.empty() || !Begin()) {
    return;
  }
  if (page_.url != from) {
    // The page's row may be in the database already, without links: FlushPage then adds them to it.
    FlushPage();
    SPINNERET_CHECK(LinksOf(from).count == 0, "a page's links are added all at once");
    page_.url = from;
    page_.has_row = false;
    page_.link_count = 0;
  }
  SPINNERET_CHECK(page_.link_count == 0, "a page's links are added all at once");
  page_.first_link = last_link_ + 1;
  page_.link_count = static_cast<std::int64_t>(links.size());
  for (const LinkRow& link : links) {
    if (!healthy()) {
      return;
    }
    BindLink(sql_.link, ++last_link_, from, link);
    Write(sql_.link);
  }
}

void SqliteStoreImpl::DefineRecipe(std::string_view recipe, std::span<const std::string> fields) {
  if (!Begin()) {
    return;
  }
  if (Result<void> made = MakeRecipeView(connection(), recipe, fields); !made) {
    Fail(std::move(made).error());
  }
}

void SqliteStoreImpl::AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) {
  if (!Begin()) {
    return;
  }
  Statement& add = sql_.record;
  add.Bind(1, url.value);
  add.BindText(2, recipe);
  add.BindText(3, json);
  Write(add);
}

void SqliteStoreImpl::AddExtract(UrlHandle url, std::string_view kind, std::string_view value) {
  if (!Begin()) {
    return;
  }
  Statement& add = sql_.extract;
  add.Bind(1, url.value);
  add.BindText(2, kind);
  add.BindText(3, value);
  Write(add);
}

void SqliteStoreImpl::DefineTextIndex() {
  if (text_index_ || !Begin()) {
    return;
  }
  Result<TextIndex> made = TextIndex::Make(connection());
  if (!made) {
    Fail(std::move(made).error());
    return;
  }
  text_index_ = std::move(*made);
}

void SqliteStoreImpl::AddText(UrlHandle url, std::string_view title, std::string_view text) {
  SPINNERET_CHECK(text_index_.has_value() || !healthy(), "the index is made before pages go in");
  if (Begin() && !text_index_->Add(url.value, title, text)) {
    Fail(connection().ErrorOf(text_index_->code()));
  }
}

void SqliteStoreImpl::AddBody(const BodyRow& row) {
  SPINNERET_CHECK(row.digest.size() == sizeof(Digest), "a body's digest is a SHA-256");
  if (!Begin()) {
    return;
  }
  if (!digests_loaded_) {
    if (Result<void> loaded = LoadDigests(); !loaded) {
      Fail(std::move(loaded).error());
      return;
    }
  }
  Digest digest{};
  std::ranges::copy(row.digest, digest.begin());
  if (!digests_.insert(digest).second) {
    return;
  }
  Statement& add = sql_.body;
  add.BindBlob(1, row.digest);
  add.Bind(2, row.size);
  add.BindBlob(3, row.zstd);
  Write(add);
}

// --- Hosts' rules, samples, events, state

void SqliteStoreImpl::SaveRobots(const RobotsRow& row) {
  if (!Begin()) {
    return;
  }
  BindRobots(sql_.robots, HostId(row.host), row);
  Write(sql_.robots);
}

std::int64_t SqliteStoreImpl::AddSitemap(const SitemapRow& row) {
  const std::int64_t id = ++last_sitemap_;
  if (Begin()) {
    BindSitemap(sql_.sitemap, id, row);
    Write(sql_.sitemap);
  }
  return id;
}

void SqliteStoreImpl::EndSitemap(const SitemapEndRow& row) {
  if (Begin()) {
    BindSitemapEnd(sql_.end_sitemap, row);
    Write(sql_.end_sitemap);
  }
}

void SqliteStoreImpl::AddSitemapUrl(const SitemapUrlRow& row) {
  if (Begin()) {
    BindSitemapUrl(sql_.sitemap_url, row);
    Write(sql_.sitemap_url);
  }
}

void SqliteStoreImpl::AddSample(const SampleRow& row) {
  if (!Begin()) {
    return;
  }
  BindSample(sql_.sample, run_, row);
  Write(sql_.sample);
}

void SqliteStoreImpl::AddEvent(const EventRow& row) {
  if (!Begin()) {
    return;
  }
  Statement& add = sql_.event;
  add.BindUnlessZero(1, run_);
  add.Bind(2, row.at_ms);
  add.BindText(3, row.kind);
  add.BindText(4, row.detail);
  Write(add);
}

void SqliteStoreImpl::SetState(std::string_view key, std::string_view value) {
  if (!Begin()) {
    return;
  }
  Statement& set = sql_.set_state;
  set.BindText(1, key);
  set.BindText(2, value);
  Write(set);
}

std::string SqliteStoreImpl::GetState(std::string_view key) {
  if (!healthy()) {
    return {};
  }
  Statement& get = sql_.get_state;
  const ResetAtEnd reset(get);
  get.BindText(1, key);
  std::string value = get.Step() ? std::string(get.Text(0)) : std::string();
  if (get.failed()) {
    Fail(connection().ErrorOf(get.code()));
  }
  return value;
}

Result<void> SqliteStoreImpl::LoadStates(std::string_view prefix, const StateVisitor& visit) {
  if (Result<void> usable = Usable(); !usable) {
    return usable;
  }
  Statement& load = sql_.load_states;
  const ResetAtEnd reset(load);
  load.BindText(1, prefix);
  while (load.Step()) {
    visit(load.Text(0), load.Text(1));
  }
  if (load.failed()) {
    return connection().ErrorOf(load.code());
  }
  return {};
}

// --- Reading back

Result<std::vector<std::string>> SqliteStoreImpl::UrlTexts(std::span<const UrlHandle> urls) {
  if (Result<void> usable = Usable(); !usable) {
    return std::move(usable).error();
  }
  std::vector<std::string> texts;
  texts.reserve(urls.size());
  Statement& find = sql_.find_url;
  for (const UrlHandle url : urls) {
    const ResetAtEnd reset(find);
    find.Bind(1, url.value);
    if (!find.Step()) {
      if (find.failed()) {
        return connection().ErrorOf(find.code());
      }
      return Err(ErrorCode::kStorageCorrupt, fmt::format("{}: there is no URL with id {}", shown_, url.value));
    }
    texts.emplace_back(find.Text(0));
  }
  return texts;
}

Result<std::vector<UrlHandle>> SqliteStoreImpl::Targets(UrlHandle page) {
  if (Result<void> usable = Usable(); !usable) {
    return std::move(usable).error();
  }
  std::vector<UrlHandle> targets;
  for (Statement* const find : {&sql_.link_targets, &sql_.redirect_target}) {
    const ResetAtEnd reset(*find);
    find->Bind(1, page.value);
    while (find->Step()) {
      targets.push_back(UrlHandle{static_cast<std::uint32_t>(find->Integer(0))});
    }
    if (find->failed()) {
      return connection().ErrorOf(find->code());
    }
  }
  return targets;
}

// --- Resume

Result<void> SqliteStoreImpl::LoadDigests() {
  const Result<void> done = ScanRows(connection(), "SELECT digest FROM bodies", [this](const Statement& row) {
    Digest digest{};
    const std::string_view bytes = row.Blob(0);
    if (bytes.size() != digest.size()) {
      return false;
    }
    std::ranges::copy(bytes, digest.begin());
    digests_.insert(digest);
    return true;
  });
  digests_loaded_ = done.has_value();
  return done;
}

Result<void> SqliteStoreImpl::LoadAttempts(const UrlBits& revisits) {
  Result<UrlBits> decided = LoadDecided(connection(), last_url_);
  if (!decided) {
    return std::move(decided).error();
  }
  const std::string refreshed_after = GetState("refreshed_after");
  Result<OpenAttemptsMap> attempts =
      LoadOpenAttempts(connection(), *decided, revisits, std::strtoll(refreshed_after.c_str(), nullptr, 10));
  if (!attempts) {
    return std::move(attempts).error();
  }
  attempts_ = std::move(attempts).value();  // this run's rows are in the table as well
  attempts_loaded_ = true;
  return {};
}

Result<void> SqliteStoreImpl::LoadHosts(const HostVisitor& visit) {
  Result<void> usable = Usable();
  return usable ? ScanHosts(connection(), visit) : usable;
}

Result<void> SqliteStoreImpl::LoadUrls(const UrlVisitor& visit) {
  if (Result<void> usable = Usable(); !usable) {
    return usable;
  }
  const Result<UrlBits> revisits = LoadOpenRevisits(connection(), last_url_);
  if (!revisits) {
    return revisits.error();
  }
  if (Result<void> loaded = LoadAttempts(*revisits); !loaded) {
    return loaded;
  }
  if (std::find(revisits->begin(), revisits->end(), true) != revisits->end()) {
    // A page that has changed takes its records with it, each time a walk over all of them without an index.
    for (const char* index : {"records_by_url", "extracts_by_url"}) {
      if (Result<void> made = CreateIndex(connection(), index); !made) {
        return made;
      }
    }
  }
  return ScanUrls(connection(), host_keys_, last_url_, attempts_, *revisits, visit);
}

Result<void> SqliteStoreImpl::LoadRobots(const RobotsVisitor& visit) {
  Result<void> usable = Usable();
  return usable ? ScanRobots(connection(), host_keys_, visit) : usable;
}

Result<void> SqliteStoreImpl::LoadSitemaps(const SitemapVisitor& visit) {
  Result<void> usable = Usable();
  return usable ? ScanSitemaps(connection(), visit) : usable;
}

Result<void> SqliteStoreImpl::LoadPriorities(const std::function<void(UrlHandle, std::uint8_t tenths)>& visit) {
  Result<void> usable = Usable();
  return usable ? ScanPriorities(connection(), visit) : usable;
}

Result<std::vector<UrlHandle>> SqliteStoreImpl::LoadRetryable() {
  if (Result<void> usable = Usable(); !usable) {
    return std::move(usable).error();
  }
  return ScanRetryable(connection());
}

Result<void> SqliteStoreImpl::LoadContents(const ContentVisitor& visit) {
  Result<void> usable = Usable();
  return usable ? ScanContents(connection(), visit) : usable;
}

Result<void> SqliteStoreImpl::LoadSkipped(std::string_view reason, const SkipVisitor& visit) {
  Result<void> usable = Usable();
  return usable ? ScanSkipped(connection(), reason, visit) : usable;
}

Result<Store::Totals> SqliteStoreImpl::LoadTotals() {
  if (Result<void> usable = Usable(); !usable) {
    return std::move(usable).error();
  }
  return ScanTotals(connection());
}

Result<void> SqliteStoreImpl::LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) {
  Result<void> usable = Usable();
  return usable ? ScanHostPages(connection(), host_keys_, visit) : usable;
}

// --- A run's beginning and end

void SqliteStoreImpl::BeginRun(std::string_view settings, std::int64_t at_ms) {
  // Only now: a resume that is refused (a secret is missing, say) has left a finished file as it was.
  if (healthy() && file_->published()) {
    Result<void> writing = file_->BeginWriting();
    if (writing) {
      writing = DropIndexes(connection());
    }
    if (!writing) {
      Fail(std::move(writing).error());
    }
  }
  if (!Begin()) {
    return;
  }
  ++run_;
  Statement& add = sql_.run;
  add.Bind(1, run_);
  add.Bind(2, at_ms);
  add.BindText(3, settings);
  Write(add);
}

Result<void> SqliteStoreImpl::Finish(std::string_view end_reason, std::int64_t at_ms, Indexes indexes) {
  if (Begin()) {
    Statement& end = sql_.end_run;
    end.Bind(1, at_ms);
    end.BindText(2, end_reason);
    end.Bind(3, run_);
    Write(end);
  }
  Result<void> done = file_->published() ? CommitNow() : Publish();
  sql_ = {};
  text_index_.reset();
  if (done && indexes == Indexes::kBuild) {
    done = CreateIndexes(connection());
  }
  if (file_->is_open()) {
    // Also after a failure: what was committed before it should still be one file.
    const Result<Settled> settled = SettleIntoOneFile(connection());
    if (!settled && done) {
      done = settled.error();
    }
    if (settled && *settled == Settled::kBlocked) {
      warning_ = fmt::format(
          "{}: everything is saved, but another program has the database open; {}-wal stays beside it until that "
          "program ends",
          shown_, shown_);
    }
  }
  file_.reset();
  return done;
}

std::string SqliteStoreImpl::TakeWarning() {
  if (file_ == nullptr) {
    return std::exchange(warning_, {});
  }
  const std::int64_t bytes = file_->WalBytes();
  if (bytes < next_wal_warning_) {
    if (bytes < kWalWarningBytes) {
      next_wal_warning_ = kWalWarningBytes;
    }
    return {};
  }
  next_wal_warning_ = bytes * 2;
  return fmt::format(
      "{}-wal has grown to {} MB: a program that reads the database has not ended its query, and what was written "
      "since waits there",
      shown_, bytes >> 20);
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Create(const std::string& path, std::string_view settings,
                                                         const HashSecret* secret) {
  Result<std::unique_ptr<CrawlFile>> file = CrawlFile::Create(path, settings, secret);
  if (!file) {
    return std::move(file).error();
  }
  auto store = std::make_unique<SqliteStoreImpl>(std::move(file).value());
  if (Result<void> prepared = store->Prepare(); !prepared) {
    return std::move(prepared).error();
  }
  return std::unique_ptr<SqliteStore>(std::move(store));
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  Result<std::unique_ptr<CrawlFile>> file = CrawlFile::Open(path);
  if (!file) {
    return std::move(file).error();
  }
  const Result<std::int64_t> subset =
      (*file)->connection().QueryInteger("SELECT count(*) FROM meta WHERE key = 'subset'");
  if (!subset || *subset != 0) {
    return subset ? Err(ErrorCode::kUnsupported, path +
                                                     " is a part of a crawl, made by `spinneret export`; it can be "
                                                     "queried, and the crawl itself resumed")
                  : subset.error();
  }
  if (Result<void> upgraded = UpgradeSchema((*file)->connection()); !upgraded) {
    return std::move(upgraded).error();
  }
  auto store = std::make_unique<SqliteStoreImpl>(std::move(file).value());
  if (Result<void> prepared = store->Prepare(); !prepared) {
    return std::move(prepared).error();
  }
  if (Result<void> loaded = store->LoadCounters(); !loaded) {
    return std::move(loaded).error();
  }
  return std::unique_ptr<SqliteStore>(std::move(store));
}

}  // namespace spinneret
