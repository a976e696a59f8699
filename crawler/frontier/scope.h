// Scope: which URLs belong to the crawl, apart from depth (which the frontier knows).
//
// Order     scheme, too_long, private_address, scope, exclude, include: the first that refuses names the reason. Seeds
//           pass scope and include: they were asked for by name. Exclude holds for all.
// Thread    main thread only.
// Errors    a pattern that does not compile is an Error that names it.
// Source    registrable domains by the public suffix list (libpsl's); patterns by RE2, searched anywhere in the URL.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/result.h"
#include "crawler/frontier/scope_kind.h"
#include "crawler/frontier/url_pattern.h"
#include "parser/url.h"
#include "storage/rows.h"

namespace spinneret {

struct ScopeSettings {
  ScopeKind kind = ScopeKind::kHost;
  std::vector<std::string> include, exclude;
  std::uint32_t max_url_length = 8192;
  std::function<bool(std::string_view host)> is_refused_literal;  // an IP literal that may not be asked; empty: all may
};

struct Admission {
  AdmissionCode code = AdmissionCode::kAdmitted;
  std::string_view detail;  // the pattern or limit that refused; lives as long as the Scope
  bool admitted() const { return code == AdmissionCode::kAdmitted; }
};

// How a URL comes to be judged.
enum class Standing : std::uint8_t {
  kLink,       // found on a page or by a redirect: everything applies
  kSeedChain,  // the target of a seed's own redirect: scope does not apply, include does not either
  kSeed,
};

class Scope {
 public:
  static Result<Scope> Make(const ScopeSettings& settings);
  Scope(Scope&&) noexcept;
  Scope& operator=(Scope&&) noexcept;
  ~Scope();

  // A seed, or the end of a seed's redirect chain: the scope now holds it and what belongs with it. True when that was
  // news.
  bool Widen(const Url& url);

  Admission Check(const Url& url, Standing standing) const;

 private:
  explicit Scope(const ScopeSettings& settings);
  bool Contains(const Url& url) const;

  ScopeSettings settings_;
  std::string too_long_detail_;
  std::vector<UrlPattern> include_, exclude_;
  boost::unordered_flat_set<std::string> hosts_;     // "name[:port]"
  boost::unordered_flat_set<std::string> domains_;   // registrable domains, or the host itself where there is none
  boost::unordered_flat_set<std::string> prefixes_;  // "name[:port]/dir/", every one ends in '/'
};

}  // namespace spinneret
