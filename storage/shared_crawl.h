// SharedCrawl: what a store offers beside Store when several agents work on one crawl at once.
//
// Hosts      each is leased by one agent, and that agent alone judges, asks and writes its URLs. What others find out
//            about them (a link, a redirect) they forward; it arrives at the owner in the end, exactly once.
// Lease      one for all hosts of an agent. Every Commit renews it, and fails with kLeaseLost when it has run out:
//            nothing of this agent is written from then on, and other agents have its hosts.
// Names      URLs are stored by host and fingerprint. The frontier, which knows all fingerprints, is asked for the
//            handle of one that the store comes across (SetNamer).
// Calls      wait for the server. Those that are part of the transaction say so.
// Thread     the scheduler's only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/rows.h"

namespace spinneret {

class SharedCrawl {
 public:
  virtual ~SharedCrawl() = default;

  // --- Names
  using Namer = std::function<UrlHandle(HostKey, const UrlFingerprint&)>;
  virtual void SetNamer(Namer namer) = 0;
  // A handle for a URL that has none yet.
  virtual UrlHandle IssueHandle(HostKey host, const UrlFingerprint& fingerprint) = 0;

  // `host` and `fingerprint` of a row that names the URL.
  virtual ForwardedRow NameOf(UrlHandle url) const = 0;

  // --- Hosts
  virtual bool Owns(HostKey host) const = 0;
  // Leased now for the first time by anyone: nobody has asked it yet.
  virtual bool IsFresh(HostKey host) const = 0;
  // Leased by the last LeaseHosts.
  virtual bool Leased(HostKey host) const = 0;
  // Leases free hosts, and those of agents whose lease has run out: at most `most`, and no more than this agent's share
  // among those alive. The number leased; until the next call, Load… of Store visit them alone.
  virtual Result<std::size_t> LeaseHosts(std::size_t most) = 0;

  // What is found on `from` and concerns `to` is forwarded even where both hosts are this agent's: they are on different
  // servers, and do not become durable together.
  virtual bool Apart(UrlHandle /*from*/, HostKey /*to*/) const { return false; }
  // The URL's row, or a change of it, is not committed yet: what is apart cannot rely on it.
  virtual bool Uncommitted(UrlHandle /*url*/) const { return false; }

  // --- Between owners
  // Part of the transaction. The host's row was added before.
  virtual void Forward(const ForwardedRow& row) = 0;
  // What was forwarded to this agent's hosts. What comes of it, and that it has come, is one transaction: nothing
  // arrives before the Commit that follows.
  virtual Result<std::size_t> TakeArrivals(const std::function<void(const ForwardedRow&)>& visit) = 0;
  // Part of the transaction: the URL is a seed's own, by redirects alone.
  virtual void NoteSeedChain(UrlHandle url) = 0;
  // Part of the transaction: the scope holds `url` and what belongs with it, for all agents.
  virtual void NoteWidened(std::string_view url) = 0;

  // --- Seeds are read by one agent, and nothing is asked before they are all there.
  enum class Seeding : std::uint8_t {
    kMine,  // this agent is to read them, from where a predecessor that died has come to
    kWait,  // another one does
    kDone
  };
  virtual Result<Seeding> TakeSeeding() = 0;
  // Part of the transaction. `page_limit` is the crawl's.
  virtual void EndSeeding(std::optional<std::uint64_t> page_limit) = 0;
  virtual Result<void> LoadSeeds(const std::function<void(std::string_view url)>& visit) = 0;

  // A crawl that has ended at a limit goes on, under this one. Nothing where it is done.
  virtual Result<void> Reopen(std::optional<std::uint64_t> page_limit) = 0;

  // --- What this agent has done since it joined, and whether it has anything to do. Goes with the next Commit.
  struct Standing {
    bool idle = false;
    std::uint64_t quota = 0;  // of what GrantPages gave, what it still claims; its pages included
    std::uint64_t pages = 0, redirects = 0, failed = 0, skipped = 0, pending = 0, seeds = 0, seeds_fetched = 0;
    friend bool operator==(const Standing&, const Standing&) = default;
  };
  virtual void SetStanding(const Standing& standing) = 0;

  // --- The others
  struct News {
    std::string end_reason;            // the crawl has ended; "" while it goes on
    std::vector<std::string> widened;  // that this agent has not heard of
    std::uint64_t pages = 0;           // of all agents, committed
  };
  virtual Result<News> Listen() = 0;
  // Up to `wanted` further pages under the crawl's page limit.
  virtual Result<std::uint64_t> GrantPages(std::uint64_t wanted) = 0;
  // Ends the crawl as "done" if no agent has anything to do, nothing is on its way and every host is leased.
  virtual Result<bool> EndIfDone() = 0;
  // Ends it for all agents ("limit", "time").
  virtual Result<void> End(std::string_view reason) = 0;

  // Until when this agent may ask its hosts: CLOCK_BOOTTIME, which goes on while the machine sleeps.
  virtual std::chrono::nanoseconds lease_deadline() const = 0;
};

}  // namespace spinneret
