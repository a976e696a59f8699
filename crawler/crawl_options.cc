#include "crawler/crawl_options.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <system_error>
#include <thread>

#include <nlohmann/json.hpp>

#include "parser/date_time.h"

namespace spinneret {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kMaxAutomaticWorkers = 8;
// Says who crawls and how its owner's site is left alone: robots.txt groups for this token are obeyed.
constexpr char kDefaultUserAgent[] =
    "spinneret/0.1 (+https://spinneret.example/bot; to stop it: robots.txt, User-agent: spinneret)";

constexpr char kHeaderOption[] = "--header";
constexpr char kUserOption[] = "--user";
constexpr char kProxyOption[] = "--proxy";
constexpr char kCertOption[] = "--cert";
constexpr char kLoadCookiesOption[] = "--load-cookies";

constexpr std::array<std::string_view, 3> kNofollowNames = {"page", "all", "ignore"};
constexpr std::array<std::string_view, 2> kFollowNames = {"links", "recipes"};

struct ScopeRow {
  ScopeKind kind;
  std::string_view name;
};
constexpr std::array<ScopeRow, 5> kScopes = {{{ScopeKind::kPage, "page"},
                                              {ScopeKind::kPrefix, "prefix"},
                                              {ScopeKind::kHost, "host"},
                                              {ScopeKind::kDomain, "domain"},
                                              {ScopeKind::kAny, "any"}}};

constexpr std::array<std::string_view, 2> kTrailingSlashNames = {"keep", "ignore"};  // as TrailingSlash counts

std::string_view SeedKindName(SeedSource::Kind kind) {
  switch (kind) {
    case SeedSource::Kind::kUrl:
      return "url";
    case SeedSource::Kind::kFile:
      return "file";
    case SeedSource::Kind::kStdin:
      return "stdin";
  }
  return "url";
}

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error || path.empty() ? path : absolute.string();
}

// Reads members of one object into typed places; the first that does not fit is remembered.
class MemberReader {
 public:
  explicit MemberReader(const Json& object) : object_(object) {}

  const std::string& bad_member() const { return bad_member_; }
  void Fail(std::string_view name) {
    if (bad_member_.empty()) {
      bad_member_ = name;
    }
  }

  void Read(const char* name, bool& out) {
    if (const Json* value = Find(name)) {
      if (!value->is_boolean()) {
        return Fail(name);
      }
      out = value->get<bool>();
    }
  }

  void Read(const char* name, std::string& out) {
    if (const Json* value = Find(name)) {
      if (!value->is_string()) {
        return Fail(name);
      }
      out = value->get<std::string>();
    }
  }

  void Read(const char* name, std::uint64_t& out, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
    if (const Json* value = Find(name)) {
      if (!value->is_number_unsigned() || value->get<std::uint64_t>() > max) {
        return Fail(name);
      }
      out = value->get<std::uint64_t>();
    }
  }

  void Read(const char* name, std::uint32_t& out) {
    std::uint64_t wide = out;
    Read(name, wide, std::numeric_limits<std::uint32_t>::max());
    out = static_cast<std::uint32_t>(wide);
  }

  void Read(const char* name, std::chrono::milliseconds& out) {
    // A century of milliseconds: far from where adding it to a clock would overflow.
    constexpr std::uint64_t kMaxMs = 100ULL * 366 * 24 * 3600 * 1000;
    auto ms = static_cast<std::uint64_t>(out.count());
    Read(name, ms, kMaxMs);
    out = std::chrono::milliseconds{static_cast<std::int64_t>(ms)};
  }

  template <class T>
  void Read(const char* name, std::optional<T>& out) {
    if (Find(name) != nullptr) {
      T value{};
      Read(name, value);
      out = value;
    }
  }

  void Read(const char* name, std::vector<std::string>& out) {
    const Json* list = Find(name);
    if (list == nullptr) {
      return;
    }
    if (!list->is_array()) {
      return Fail(name);
    }
    out.clear();
    for (const Json& item : *list) {
      if (!item.is_string()) {
        return Fail(name);
      }
      out.push_back(item.get<std::string>());
    }
  }

  // One of `names`; the index of it, or nothing.
  template <std::size_t N>
  std::optional<std::size_t> ReadChoice(const char* name, const std::array<std::string_view, N>& names) {
    std::string text;
    Read(name, text);
    if (Find(name) == nullptr || bad_member_ == name) {
      return std::nullopt;
    }
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
      Fail(name);
      return std::nullopt;
    }
    return static_cast<std::size_t>(found - names.begin());
  }

  const Json* Find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

 private:
  const Json& object_;
  std::string bad_member_;
};

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void ReadRecipes(MemberReader& reader, CrawlOptions& options) {
  const Json* recipes = reader.Find("recipes");
  if (recipes == nullptr) {
    return;
  }
  if (!recipes->is_array()) {
    return reader.Fail("recipes");
  }
  for (const Json& item : *recipes) {
    if (!item.is_object()) {
      return reader.Fail("recipes");
    }
    MemberReader member(item);
    RecipeText recipe;
    member.Read("name", recipe.name);
    member.Read("toml", recipe.toml);
    if (!member.bad_member().empty()) {
      return reader.Fail("recipes");
    }
    options.recipes.push_back(std::move(recipe));
  }
}

void ReadSeeds(MemberReader& reader, CrawlOptions& options) {
  const Json* seeds = reader.Find("seeds");
  if (seeds == nullptr) {
    return;
  }
  if (!seeds->is_array()) {
    return reader.Fail("seeds");
  }
  for (const Json& item : *seeds) {
    if (!item.is_object()) {
      return reader.Fail("seeds");
    }
    MemberReader member(item);
    SeedSource seed;
    constexpr std::array<std::string_view, 3> kKinds = {"url", "file", "stdin"};
    const std::optional<std::size_t> kind = member.ReadChoice("kind", kKinds);
    member.Read("value", seed.value);
    if (!kind || !member.bad_member().empty()) {
      return reader.Fail("seeds");
    }
    seed.kind = static_cast<SeedSource::Kind>(*kind);
    options.seeds.push_back(std::move(seed));
  }
}

}  // namespace

std::uint32_t CrawlOptions::effective_workers() const {
  if (workers != 0) {
    return workers;
  }
  // hardware_concurrency is 0 where the machine does not say.
  return std::clamp<std::uint32_t>(std::thread::hardware_concurrency(), 1, kMaxAutomaticWorkers);
}

std::uint32_t CrawlOptions::first_connections() const {
  constexpr std::uint32_t kFirst = 64;  // the default without auto_workers
  return auto_workers ? std::min(kFirst, connections) : connections;
}

std::uint32_t CrawlOptions::effective_host_connections() const {
  const std::uint32_t all = std::max<std::uint32_t>(1, connections);
  if (host_connections) {
    return std::clamp<std::uint32_t>(*host_connections, 1, all);
  }
  return host_delay.count() == 0 ? all : 1;
}

NofollowMode CrawlOptions::effective_nofollow() const {
  return nofollow.value_or(robots == RobotsMode::kObey ? NofollowMode::kPage : NofollowMode::kIgnore);
}

std::string CrawlOptions::effective_user_agent() const {
  return user_agent.empty() ? kDefaultUserAgent : user_agent;
}

std::string SettingsToJson(const CrawlOptions& options) {
  Json json;
  json["version"] = 1;
  Json seeds = Json::array();
  for (const SeedSource& seed : options.seeds) {
    Json item;
    item["kind"] = SeedKindName(seed.kind);
    item["value"] = seed.kind == SeedSource::Kind::kUrl    ? WithoutCredentials(seed.value)
                    : seed.kind == SeedSource::Kind::kFile ? AbsolutePath(seed.value)
                                                           : seed.value;
    seeds.push_back(std::move(item));
  }
  json["seeds"] = std::move(seeds);

  json["scope"] = ScopeName(options.scope);
  json["include"] = options.include;
  json["exclude"] = options.exclude;
  json["depth"] = OrNull(options.max_depth);
  json["max_redirects"] = options.max_redirects;
  json["max_url_length"] = options.max_url_length;
  json["traps"] = options.traps;
  json["trap_budget"] = options.trap_budget;

  json["strip_params"] = options.canonical.strip_params;
  json["keep_params"] = options.canonical.keep_params;
  json["sort_params"] = options.canonical.sort_params;
  json["trailing_slash"] = kTrailingSlashNames[static_cast<std::size_t>(options.canonical.trailing_slash)];

  json["sitemaps_from_robots"] = options.sitemaps_from_robots;
  json["sitemaps_only"] = options.sitemaps_only;
  Json sitemaps = Json::array();
  for (const std::string& url : options.sitemap_urls) {
    sitemaps.push_back(WithoutCredentials(url));
  }
  json["sitemap_urls"] = std::move(sitemaps);
  json["sitemap_from"] = options.sitemap_from_ms ? Json(FormatW3cDateTime(*options.sitemap_from_ms)) : Json(nullptr);

  json["limit"] = OrNull(options.limit);
  json["host_limit"] = OrNull(options.host_limit);
  json["worker_memory_bytes"] = options.worker_memory_bytes;
  json["size_limit_bytes"] = OrNull(options.size_limit_bytes);
  json["time_limit_ms"] = options.time_limit ? Json(options.time_limit->count()) : Json(nullptr);

  json["workers"] = options.workers;
  json["auto_workers"] = options.auto_workers;
  json["connections"] = options.connections;
  json["host_connections"] = OrNull(options.host_connections);
  json["host_delay_ms"] = options.host_delay.count();
  json["adaptive_delay"] = options.adaptive_delay;
  json["retries"] = options.retries;
  json["robots"] = options.robots == RobotsMode::kObey ? "obey" : "ignore";
  json["nofollow"] = kNofollowNames[static_cast<std::size_t>(options.effective_nofollow())];
  json["user_agent"] = options.user_agent;

  json["timeout_ms"] = options.timeout.count();
  json["max_body_bytes"] = options.max_body_bytes;
  json["accept"] = options.accept;
  Json proxies = Json::array();
  for (const std::string& proxy : options.proxies) {
    proxies.push_back(WithoutCredentials(proxy));
  }
  json["proxies"] = std::move(proxies);
  Json recipes = Json::array();
  for (const RecipeText& recipe : options.recipes) {
    recipes.push_back(Json{{"name", recipe.name}, {"toml", recipe.toml}});
  }
  json["recipes"] = std::move(recipes);
  Json extracts = Json::array();
  for (std::size_t i = 0; i < options.extracts.size(); ++i) {
    if (options.extracts.test(i)) {
      extracts.push_back(kExtractNames[i]);
    }
  }
  json["extract"] = std::move(extracts);
  json["index_text"] = options.index_text;
  json["follow"] = kFollowNames[static_cast<std::size_t>(options.follow)];
  json["resolve"] = options.resolve;
  json["dns_servers"] = options.dns_servers;
  json["allow_private"] = options.allow_private;
  json["allow_net"] = options.allow_net;
  json["deny_net"] = options.deny_net;
  json["insecure"] = options.insecure;
  json["ca_file"] = AbsolutePath(options.ca_file);
  json["cert"] = AbsolutePath(options.cert);
  json["key"] = AbsolutePath(options.key);
  json["cookies"] = options.cookies;
  json["save_cookies"] = AbsolutePath(options.save_cookies);

  json["store_body"] = options.store_body == StoreBody::kZstd ? "zstd" : "none";
  json["warc"] = AbsolutePath(options.warc);
  json["warc_file_bytes"] = options.warc_file_bytes;

  Json secrets = Json::array();
  if (!options.headers.empty()) {
    secrets.push_back(kHeaderOption);
  }
  if (!options.user.empty()) {
    secrets.push_back(kUserOption);
  }
  if (std::any_of(options.proxies.begin(), options.proxies.end(),
                  [](const std::string& proxy) { return WithoutCredentials(proxy) != proxy; })) {
    secrets.push_back(kProxyOption);
  }
  if (!options.cert_password.empty()) {
    secrets.push_back(kCertOption);
  }
  if (!options.load_cookies.empty()) {
    secrets.push_back(kLoadCookiesOption);
  }
  json["secrets"] = std::move(secrets);
  // Arguments may be any bytes; JSON is UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> DifferentSettings(const std::string& left, const std::string& right) {
  constexpr std::array<std::string_view, 9> kOfTheMachine = {
      "workers", "auto_workers", "connections", "worker_memory_bytes", "ca_file",
      "cert",    "key",          "proxies",     "save_cookies"};
  const Json one = Json::parse(left, nullptr, /*allow_exceptions=*/false);
  const Json other = Json::parse(right, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  for (const auto& [name, value] : other.items()) {
    const bool machine = std::find(kOfTheMachine.begin(), kOfTheMachine.end(), name) != kOfTheMachine.end();
    if (!machine && (!one.is_object() || !one.contains(name) || one[name] != value)) {
      names.push_back(name);
    }
  }
  return names;
}

Result<StoredSettings> SettingsFromJson(const std::string& json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    return Err(ErrorCode::kStorageCorrupt, "the settings stored in the database are not a JSON object");
  }
  StoredSettings stored;
  CrawlOptions& options = stored.options;
  MemberReader reader(parsed);
  ReadSeeds(reader, options);

  std::string scope(ScopeName(options.scope));
  reader.Read("scope", scope);
  if (const std::optional<ScopeKind> kind = ScopeFromName(scope)) {
    options.scope = *kind;
  } else {
    reader.Fail("scope");
  }
  reader.Read("include", options.include);
  reader.Read("exclude", options.exclude);
  reader.Read("depth", options.max_depth);
  reader.Read("max_redirects", options.max_redirects);
  reader.Read("max_url_length", options.max_url_length);
  reader.Read("traps", options.traps);
  reader.Read("trap_budget", options.trap_budget);

  reader.Read("strip_params", options.canonical.strip_params);
  reader.Read("keep_params", options.canonical.keep_params);
  reader.Read("sort_params", options.canonical.sort_params);
  if (const std::optional<std::size_t> slash = reader.ReadChoice("trailing_slash", kTrailingSlashNames)) {
    options.canonical.trailing_slash = static_cast<TrailingSlash>(*slash);
  }

  reader.Read("sitemaps_from_robots", options.sitemaps_from_robots);
  reader.Read("sitemaps_only", options.sitemaps_only);
  reader.Read("sitemap_urls", options.sitemap_urls);
  std::string sitemap_from;
  reader.Read("sitemap_from", sitemap_from);
  if (!sitemap_from.empty()) {
    options.sitemap_from_ms = ParseW3cDateTime(sitemap_from);
    if (!options.sitemap_from_ms) {
      reader.Fail("sitemap_from");
    }
  }

  reader.Read("limit", options.limit);
  reader.Read("host_limit", options.host_limit);
  reader.Read("worker_memory_bytes", options.worker_memory_bytes);
  reader.Read("size_limit_bytes", options.size_limit_bytes);
  reader.Read("time_limit_ms", options.time_limit);

  reader.Read("workers", options.workers);
  reader.Read("auto_workers", options.auto_workers);
  reader.Read("connections", options.connections);
  reader.Read("host_connections", options.host_connections);
  reader.Read("host_delay_ms", options.host_delay);
  reader.Read("adaptive_delay", options.adaptive_delay);
  reader.Read("retries", options.retries);
  constexpr std::array<std::string_view, 2> kRobots = {"obey", "ignore"};
  if (const std::optional<std::size_t> mode = reader.ReadChoice("robots", kRobots)) {
    options.robots = *mode == 0 ? RobotsMode::kObey : RobotsMode::kIgnore;
  }
  std::vector<std::string> extracts;
  reader.Read("extract", extracts);
  for (const std::string& name : extracts) {
    if (const std::optional<ExtractKind> kind = ExtractKindFromName(name)) {
      options.extracts.set(static_cast<std::size_t>(*kind));
    } else {
      reader.Fail("extract");
    }
  }
  reader.Read("index_text", options.index_text);
  if (const std::optional<std::size_t> mode = reader.ReadChoice("follow", kFollowNames)) {
    options.follow = static_cast<FollowMode>(*mode);
  }
  if (const std::optional<std::size_t> mode = reader.ReadChoice("nofollow", kNofollowNames)) {
    options.nofollow = static_cast<NofollowMode>(*mode);
  }
  reader.Read("user_agent", options.user_agent);

  reader.Read("timeout_ms", options.timeout);
  reader.Read("max_body_bytes", options.max_body_bytes);
  reader.Read("accept", options.accept);
  reader.Read("proxies", options.proxies);
  ReadRecipes(reader, options);
  reader.Read("resolve", options.resolve);
  reader.Read("dns_servers", options.dns_servers);
  reader.Read("allow_private", options.allow_private);
  reader.Read("allow_net", options.allow_net);
  reader.Read("deny_net", options.deny_net);
  reader.Read("insecure", options.insecure);
  reader.Read("ca_file", options.ca_file);
  reader.Read("cert", options.cert);
  reader.Read("key", options.key);
  reader.Read("cookies", options.cookies);
  reader.Read("save_cookies", options.save_cookies);

  constexpr std::array<std::string_view, 2> kBodies = {"none", "zstd"};
  if (const std::optional<std::size_t> body = reader.ReadChoice("store_body", kBodies)) {
    options.store_body = *body == 0 ? StoreBody::kNone : StoreBody::kZstd;
  }
  reader.Read("warc", options.warc);
  reader.Read("warc_file_bytes", options.warc_file_bytes);
  reader.Read("secrets", stored.needs_again);
  if (!reader.bad_member().empty()) {
    return Err(ErrorCode::kStorageCorrupt,
               "the settings stored in the database have a value that cannot be used: " + reader.bad_member());
  }
  return stored;
}

std::string_view ScopeName(ScopeKind scope) {
  for (const ScopeRow& row : kScopes) {
    if (row.kind == scope) {
      return row.name;
    }
  }
  return "host";
}

std::optional<ScopeKind> ScopeFromName(std::string_view name) {
  for (const ScopeRow& row : kScopes) {
    if (row.name == name) {
      return row.kind;
    }
  }
  return std::nullopt;
}

std::string WithoutCredentials(std::string_view url) {
  std::string out(url);
  const std::size_t scheme_end = out.find("://");
  const std::size_t begin = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  // A backslash ends the authority too where the scheme is http or https.
  const std::size_t end = std::min(out.find_first_of("/?#\\", begin), out.size());
  if (end == begin) {
    return out;
  }
  const std::size_t at = out.rfind('@', end - 1);
  if (at != std::string::npos && at >= begin) {
    out.erase(begin, at + 1 - begin);
  }
  return out;
}

}  // namespace spinneret
