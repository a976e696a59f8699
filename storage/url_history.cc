#include "storage/url_history.h"

#include <algorithm>

#include "storage/lookup.h"

namespace spinneret {
namespace {

template <class Enum>
bool Narrow(std::int64_t value, Enum last, Enum& out) {
  if (value < 0 || value > static_cast<std::int64_t>(last)) {
    return false;
  }
  out = static_cast<Enum>(value);
  return true;
}

}  // namespace

std::string_view ViaName(Via via) {
  switch (via) {
    case Via::kSeed:
      return "seed";
    case Via::kLink:
      return "link";
    case Via::kRedirect:
      return "redirect";
    case Via::kSitemap:
      return "sitemap";
    case Via::kRefresh:
      return "refresh";
  }
  return "link";
}

Result<std::optional<std::int64_t>> FindUrlId(Reader& reader, const std::string& url) {
  std::optional<std::int64_t> id;
  const Cell parameters[] = {url};
  const Result<void> done = LookUp(reader, "url-id", parameters, [&id](const RowView& row) {
    id = row.Integer(0);
    return false;
  });
  if (!done) {
    return done.error();
  }
  return id;
}

Result<void> VisitUrlsOfHost(Reader& reader, const std::string& host,
                             const std::function<bool(std::int64_t id, const std::string& url)>& visit) {
  const Cell parameters[] = {host};
  return LookUp(reader, "urls-of-host", parameters,
                [&visit](const RowView& row) { return visit(row.Integer(0), row.Text(1)); });
}

Result<UrlHistory> LoadUrlHistory(Reader& reader, std::int64_t id) {
  UrlHistory history;
  bool whole = false;
  const Cell of_url[] = {id};
  Result<void> done = LookUp(reader, "url-row", of_url, [&](const RowView& row) {
    whole = Narrow(row.Integer(1), kLastAdmissionCode, history.admission) &&
            Narrow(row.Integer(5), Via::kRefresh, history.via);
    history.url = row.Text(0);
    history.detail = row.Text(2);
    history.depth = row.Integer(3);
    if (!row.IsNull(4)) {
      history.hops_left = row.Integer(4);
    }
    history.redirect_hops = row.Integer(6);
    history.tag = row.Text(7);
    if (!row.IsNull(8)) {
      UrlOutcome& outcome = history.outcome.emplace();
      whole = whole && Narrow(row.Integer(8), OutcomeKind::kSkipped, outcome.kind);
      outcome.reason = row.Text(9);
      outcome.detail = row.Text(10);
      outcome.redirect_to = row.Text(11);
    }
    return false;
  });
  if (done) {
    const Cell of_chain[] = {id, kMostParents};
    done = LookUp(reader, "parents", of_chain, [&](const RowView& row) {
      UrlHistory::Parent& parent = history.parents.emplace_back();
      parent.url = row.Text(0);
      parent.depth = row.Integer(1);
      whole = whole && Narrow(row.Integer(2), Via::kRefresh, parent.via);
      parent.tag = row.Text(3);
      return true;
    });
  }
  if (done) {
    done = LookUp(reader, "attempts", of_url, [&](const RowView& row) {
      history.attempts.push_back(
          {row.Integer(0), row.Text(1), row.Integer(2), row.Text(3), row.Text(4), row.Real(5, -1)});
      return true;
    });
  }
  if (!done) {
    return done.error();
  }
  if (!whole) {
    return Err(ErrorCode::kStorageCorrupt, "the row of a URL has a value that no crawl writes");
  }
  return history;
}

Result<std::optional<StoredRobots>> LoadRobotsOf(Reader& reader, const std::string& host, const std::string& origin) {
  std::optional<StoredRobots> robots;
  const Cell parameters[] = {host, origin};
  const Result<void> done = LookUp(reader, "robots", parameters, [&robots](const RowView& row) {
    robots = StoredRobots{row.Text(0), row.Integer(1), row.Text(2), row.Text(3), row.Text(4)};
    return false;
  });
  if (!done) {
    return done.error();
  }
  return robots;
}

Result<LastRun> LoadLastRun(Reader& reader) {
  LastRun run;
  const Result<void> done = LookUp(reader, "last-run", {}, [&run](const RowView& row) {
    run = {row.Text(0), row.Text(1)};
    return false;
  });
  if (!done) {
    return done.error();
  }
  return run;
}

Result<void> VisitSeeds(Reader& reader,
                        const std::function<void(const std::string& seed, const std::string& end)>& visit) {
  return LookUp(reader, "seeds", {}, [&visit](const RowView& row) {
    visit(row.Text(0), row.Text(1));
    return true;
  });
}

}  // namespace spinneret
