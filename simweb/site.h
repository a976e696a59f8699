// The simulated web's content: a deterministic graph of pages, a pure function of its settings.
//
// Hosts     host i is 127.0.A.B:PORT, counted up from 127.0.0.1. Page k lives on host k % hosts; page i is the root "/"
//           of host i. Every other page has one URL with its number in it; paths, sections and query strings vary.
// Links     from "/" every page of a host is reachable inside the host (a tree), and the root of host i leads to the
//           root of host i + 1, so that everything is reachable from host 0. What is left of `links` is drawn by the
//           seed, mostly on the same host. Repeats occur, and so do links of a page to itself.
// HTML      as found in the wild: every spelling of an attribute, relative and absolute URLs, character references,
//           links that are none (in comments and scripts). Exactly `page_size` bytes, unless the links need more.
// Thread    immutable after construction; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::simweb {

inline constexpr std::uint32_t kMaxHosts = 65'000;

struct SiteSettings {
  std::uint64_t seed = 1;
  std::uint32_t hosts = 1;       // 1 … kMaxHosts, and at most `pages`
  std::uint64_t pages = 1000;    // over all hosts, at least 1
  std::uint32_t links = 20;      // `a` elements with an http target per page; more where the tree needs them
  std::size_t page_size = 8192;  // bytes
  std::uint16_t port = 80;       // in every URL (left out when 80, as URLs are serialised); a PageServer sets its own
};

// One row of v_links.
struct SiteLink {
  std::string url;       // absolute, without fragment, as WHATWG URL serialises it
  std::string text;      // white space collapsed
  std::string_view tag;  // "a" or "link"
  std::string_view rel;  // "canonical" or empty
  friend bool operator==(const SiteLink&, const SiteLink&) = default;
};

class Site {
 public:
  // Values outside their range are brought to the nearest one inside.
  explicit Site(const SiteSettings& settings);

  const SiteSettings& settings() const { return settings_; }
  std::uint64_t PageCount() const { return settings_.pages; }
  std::uint64_t PageCountOfHost(std::uint32_t host) const;

  // "127.0.0.1:8080": what a URL and a Host header say. `host` < settings().hosts.
  std::string HostName(std::uint32_t host) const;
  // Path and query. `page` < PageCount(), here and below.
  std::string TargetOf(std::uint64_t page) const;
  std::string UrlOf(std::uint64_t page) const;
  // The page that `target` (path and query) is on `host` (a Host header's value).
  std::optional<std::uint64_t> FindPage(std::string_view host, std::string_view target) const;
  // Whether a Host header names one of the hosts.
  std::optional<std::uint32_t> FindHost(std::string_view host) const;

  std::string TitleOf(std::uint64_t page) const;
  // In document order.
  std::vector<SiteLink> LinksOf(std::uint64_t page) const;
  std::string HtmlOf(std::uint64_t page) const;
  void AppendHtml(std::uint64_t page, std::string& out) const;

 private:
  struct PlannedLink;

  std::uint64_t HostPages(std::uint64_t host) const;
  void Plan(std::uint64_t page, std::vector<PlannedLink>& plan) const;
  std::string_view Word(std::uint64_t bits) const { return words_[bits % words_.size()]; }
  void AppendTarget(std::uint64_t page, std::string& out) const;
  void AppendTitle(std::uint64_t page, std::string& out) const;
  void AppendAnchor(std::uint64_t from, int depth, const PlannedLink& link, std::string& out) const;
  void AppendHref(std::uint64_t from, int depth, const PlannedLink& link, std::string& out) const;
  void AppendHead(std::uint64_t page, std::string& out) const;

  SiteSettings settings_;
  std::uint64_t fan_out_;
  std::vector<std::string> words_;       // made of syllables: letters alone
  std::vector<std::string> paragraphs_;  // of words, with markup and character references, without links
};

}  // namespace spinneret::simweb
