#include "crawler/frontier/scope.h"

#include <doctest/doctest.h>

namespace spinneret {
namespace {

Scope MakeScope(ScopeKind kind, std::initializer_list<const char*> seeds, ScopeSettings settings = {}) {
  settings.kind = kind;
  Result<Scope> scope = Scope::Make(settings);
  REQUIRE(scope.has_value());
  for (const char* seed : seeds) {
    scope->Widen(*Url::Parse(seed));
  }
  return std::move(*scope);
}

AdmissionCode Check(const Scope& scope, const char* url, Standing standing = Standing::kLink) {
  return scope.Check(*Url::Parse(url), standing).code;
}

constexpr auto kIn = AdmissionCode::kAdmitted;
constexpr auto kOut = AdmissionCode::kScope;

}  // namespace

TEST_SUITE("crawler/frontier/scope") {
TEST_CASE("Scope page: only the seeds themselves") {
  const Scope scope = MakeScope(ScopeKind::kPage, {"http://a.test/x"});
  CHECK(Check(scope, "http://a.test/x", Standing::kSeed) == kIn);
  CHECK(Check(scope, "http://a.test/y") == kOut);
}

TEST_CASE("Scope prefix: a seed's directory and below, by whole path segments") {
  const Scope scope = MakeScope(ScopeKind::kPrefix, {"http://a.test/docs/index.html", "http://b.test/en"});
  CHECK(Check(scope, "http://a.test/docs/") == kIn);
  CHECK(Check(scope, "http://a.test/docs/deep/er?x=/") == kIn);
  CHECK(Check(scope, "https://a.test/docs/other") == kIn);
  CHECK(Check(scope, "http://a.test/docs2/") == kOut);
  CHECK(Check(scope, "http://a.test/") == kOut);
  CHECK(Check(scope, "http://b.test/anything") == kIn);
  CHECK(Check(scope, "http://c.test/docs/") == kOut);
}

TEST_CASE("Scope host: name plus non-default port, whatever the scheme") {
  const Scope scope = MakeScope(ScopeKind::kHost, {"http://a.test/", "http://b.test:8080/"});
  CHECK(Check(scope, "https://a.test/x") == kIn);
  CHECK(Check(scope, "http://a.test:8080/") == kOut);
  CHECK(Check(scope, "http://b.test:8080/x") == kIn);
  CHECK(Check(scope, "http://b.test/") == kOut);
  CHECK(Check(scope, "http://www.a.test/") == kOut);
}

TEST_CASE("Scope domain: the registrable domain by the public suffix list, addresses stand for themselves") {
  const Scope scope = MakeScope(ScopeKind::kDomain, {"http://www.shop.co.uk/", "http://127.0.0.1:99/"});
  CHECK(Check(scope, "http://shop.co.uk/") == kIn);
  CHECK(Check(scope, "https://a.b.shop.co.uk:8443/x") == kIn);
  CHECK(Check(scope, "http://other.co.uk/") == kOut);
  CHECK(Check(scope, "http://127.0.0.1/") == kIn);
  CHECK(Check(scope, "http://127.0.0.2/") == kOut);
}

TEST_CASE("Scope any: everything that is http") {
  const Scope scope = MakeScope(ScopeKind::kAny, {"http://a.test/"});
  CHECK(Check(scope, "https://elsewhere.example/") == kIn);
  CHECK(Check(scope, "ftp://a.test/") == AdmissionCode::kScheme);
}

TEST_CASE("Scope: exclude wins over include and holds for seeds, include does not") {
  ScopeSettings settings;
  settings.include = {"/blog/", "\\.html$"};
  settings.exclude = {"private"};
  const Scope scope = MakeScope(ScopeKind::kHost, {"http://a.test/"}, settings);
  CHECK(Check(scope, "http://a.test/blog/1") == kIn);
  CHECK(Check(scope, "http://a.test/x.html") == kIn);
  CHECK(Check(scope, "http://a.test/shop") == AdmissionCode::kInclude);
  CHECK(Check(scope, "http://a.test/blog/private") == AdmissionCode::kExclude);
  CHECK(Check(scope, "http://a.test/", Standing::kSeed) == kIn);
  CHECK(Check(scope, "http://a.test/private", Standing::kSeed) == AdmissionCode::kExclude);
  CHECK(scope.Check(*Url::Parse("http://a.test/blog/private"), Standing::kLink).detail == "private");
}

TEST_CASE("Scope: a pattern that does not compile is named") {
  ScopeSettings settings;
  settings.exclude = {"ok", "(unclosed"};
  const Result<Scope> scope = Scope::Make(settings);
  REQUIRE_FALSE(scope.has_value());
  CHECK(scope.error().message.find("--exclude '(unclosed'") != std::string::npos);
}

TEST_CASE("Scope: long URLs and refused address literals have reasons of their own") {
  ScopeSettings settings;
  settings.max_url_length = 40;
  settings.is_refused_literal = [](std::string_view host) { return host == "127.0.0.1"; };
  const Scope scope = MakeScope(ScopeKind::kAny, {"http://a.test/"}, settings);
  CHECK(Check(scope, "http://a.test/0123456789012345678901234567890123456789") == AdmissionCode::kTooLong);
  CHECK(Check(scope, "http://127.0.0.1/", Standing::kSeed) == AdmissionCode::kPrivateAddress);
  CHECK(Check(scope, "http://2130706433/") == AdmissionCode::kPrivateAddress);
}

TEST_CASE("Scope: a widened host and what was said before both hold") {
  Scope scope = MakeScope(ScopeKind::kHost, {"http://a.test/"});
  CHECK(Check(scope, "http://b.test/") == kOut);
  CHECK(scope.Widen(*Url::Parse("http://b.test/landing")));
  CHECK_FALSE(scope.Widen(*Url::Parse("http://b.test/again")));
  CHECK(Check(scope, "http://b.test/") == kIn);
  CHECK(Check(scope, "http://a.test/") == kIn);
}
}

}  // namespace spinneret
