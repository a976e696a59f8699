#include "crawler/explanation.h"

#include <utility>

#include "crawler/frontier/robots_policy.h"
#include "crawler/option_settings.h"
#include "parser/canonical_url.h"
#include "parser/robots_txt.h"

namespace spinneret {
namespace {

// Whether `url` is in the scope of this one seed, whatever the patterns say.
bool InScopeOf(ScopeKind kind, const Url& seed, const Url& end, const Url& url) {
  ScopeSettings settings;
  settings.kind = kind;
  settings.max_url_length = UINT32_MAX;
  Result<Scope> scope = Scope::Make(settings);
  if (!scope) {
    return false;
  }
  scope->Widen(seed);
  scope->Widen(end);
  return scope->Check(url, Standing::kLink).admitted();
}

std::string FirstMatch(const std::vector<std::string>& patterns, const Url& url) {
  for (const std::string& pattern : patterns) {
    ScopeSettings settings;
    settings.kind = ScopeKind::kAny;
    settings.max_url_length = UINT32_MAX;
    settings.exclude = {pattern};
    const Result<Scope> scope = Scope::Make(settings);
    if (scope && scope->Check(url, Standing::kLink).code == AdmissionCode::kExclude) {
      return pattern;
    }
  }
  return {};
}

// Takes the seeds one by one, then judges.
class Judge {
 public:
  static Result<Judge> Make(const CrawlOptions& options, const Url& url) {
    Result<Scope> scope = ScopeOf(options);
    if (!scope) {
      return std::move(scope).error();
    }
    return Judge(options, url, std::move(*scope));
  }

  void TakeSeed(const Url& seed, const Url& end) {
    scope_.Widen(seed);
    scope_.Widen(end);
    std::string scratch;
    is_seed_ = is_seed_ || rules_.KeyOf(seed.WithoutSecrets(), scratch) == key_;
    if (scope_seed_.empty() && InScopeOf(options_.scope, seed, end, url_)) {
      scope_seed_ = seed.href_without_fragment();
    }
  }

  Explanation Take() {
    Explanation out;
    out.url = url_.href_without_fragment();
    out.key = key_;
    out.scope = options_.scope;
    out.is_seed = is_seed_;
    const Admission admission = scope_.Check(url_, is_seed_ ? Standing::kSeed : Standing::kLink);
    out.admission = admission.code;
    out.admission_detail = admission.detail;
    out.scope_seed = std::move(scope_seed_);
    out.matched_include = FirstMatch(options_.include, url_);
    return out;
  }

 private:
  Judge(const CrawlOptions& options, const Url& url, Scope scope)
      : options_(options), url_(url), scope_(std::move(scope)), rules_(options.canonical) {
    std::string scratch;
    key_ = rules_.KeyOf(url_, scratch);
  }

  const CrawlOptions& options_;
  const Url& url_;
  Scope scope_;
  CanonicalRules rules_;
  std::string key_;
  bool is_seed_ = false;
  std::string scope_seed_;
};

void JudgeByRobots(std::string_view text, std::string_view path_and_query, ExplainedRobots& robots) {
  const RobotsTxt rules = RobotsTxt::Parse(text, kRobotsAgent);
  const RobotsVerdict verdict = rules.Check(path_and_query);
  robots.allowed = verdict.allowed;
  robots.line = verdict.line;
  robots.rule = verdict.rule;
}

// The URL's row: by its spelling, else by its canonical key, which only another URL of its host can have.
Result<std::optional<std::int64_t>> FindKnown(Reader& reader, const CanonicalRules& rules, const Url& url,
                                              const std::string& key) {
  Result<std::optional<std::int64_t>> found = FindUrlId(reader, std::string(url.href_without_fragment()));
  if (!found || *found || rules.is_default()) {
    return found;
  }
  std::optional<std::int64_t> id;
  std::string scratch;
  const Result<void> done =
      VisitUrlsOfHost(reader, url.host_key_text(), [&](std::int64_t known, const std::string& text) {
        if (rules.KeyOf(text, scratch) == key) {
          id = known;
        }
        return !id;
      });
  if (!done) {
    return done.error();
  }
  return id;
}

Result<std::optional<ExplainedRobots>> StoredRobotsFor(Reader& reader, const Url& url) {
  Result<std::optional<StoredRobots>> stored = LoadRobotsOf(reader, url.host_key_text(), url.origin());
  if (!stored) {
    return std::move(stored).error();
  }
  ExplainedRobots robots;
  robots.source = url.origin() + "/robots.txt";
  if (!*stored) {
    return std::optional(std::move(robots));
  }
  const StoredRobots& row = **stored;
  robots.state = row.state;
  robots.detail = (row.error.empty() ? "status " + std::to_string(row.status) : row.error) + ", " + row.fetched_at;
  if (row.state == RobotsStateName(RobotsState::kRules)) {
    JudgeByRobots(row.body, url.path_and_query(), robots);
  } else {
    robots.allowed = row.state == RobotsStateName(RobotsState::kAllowAll);
  }
  return std::optional(std::move(robots));
}

}  // namespace

Result<Explanation> ExplainByOptions(const CrawlOptions& options, const std::vector<Url>& seeds,
                                     const std::optional<std::string>& robots_txt, std::string_view robots_source,
                                     const Url& url) {
  const Url clean = url.WithoutSecrets();
  Result<Judge> judge = Judge::Make(options, clean);
  if (!judge) {
    return std::move(judge).error();
  }
  for (const Url& seed : seeds) {
    judge->TakeSeed(seed, seed);
  }
  if (seeds.empty()) {
    judge->TakeSeed(clean, clean);
  }
  Explanation explanation = judge->Take();
  if (robots_txt) {
    ExplainedRobots& robots = explanation.robots.emplace();
    robots.source = robots_source;
    robots.state = RobotsStateName(RobotsState::kRules);
    JudgeByRobots(*robots_txt, clean.path_and_query(), robots);
  }
  return explanation;
}

Result<Explanation> ExplainByDatabase(Reader& reader, const Url& url) {
  const Url clean = url.WithoutSecrets();
  Result<LastRun> run = LoadLastRun(reader);
  if (!run) {
    return std::move(run).error();
  }
  const Result<StoredSettings> settings = SettingsFromJson(run->settings);
  if (!settings) {
    return settings.error();
  }
  const CrawlOptions& options = settings->options;
  Result<Judge> judge = Judge::Make(options, clean);
  if (!judge) {
    return std::move(judge).error();
  }
  const Result<void> seeds = VisitSeeds(reader, [&judge](const std::string& seed_text, const std::string& end_text) {
    const std::optional<Url> seed = Url::Parse(seed_text);
    const std::optional<Url> end = Url::Parse(end_text);
    if (seed && end) {
      judge->TakeSeed(*seed, *end);
    }
  });
  if (!seeds) {
    return seeds.error();
  }
  Explanation explanation = judge->Take();
  explanation.has_database = true;
  explanation.end_reason = std::move(run->end_reason);
  const Result<std::optional<std::int64_t>> known =
      FindKnown(reader, CanonicalRules(options.canonical), clean, explanation.key);
  if (!known) {
    return known.error();
  }
  std::optional<Url> asked = clean;  // robots.txt is matched with what is requested
  if (*known) {
    Result<UrlHistory> history = LoadUrlHistory(reader, **known);
    if (!history) {
      return std::move(history).error();
    }
    asked = Url::Parse(history->url);
    explanation.history = std::move(*history);
  }
  if (options.robots == RobotsMode::kObey && asked && asked->is_http()) {
    Result<std::optional<ExplainedRobots>> robots = StoredRobotsFor(reader, *asked);
    if (!robots) {
      return std::move(robots).error();
    }
    explanation.robots = std::move(*robots);
  }
  return explanation;
}

}  // namespace spinneret
