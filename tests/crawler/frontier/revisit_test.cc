#include "crawler/frontier/revisit.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::int64_t kBegin = 1'000'000'000'000;

Revisit Page(const std::string& digest = "one", int status = 200) {
  Revisit page;
  page.status = status;
  page.digest = digest;
  page.visits = 1;
  page.checked_at_ms = kBegin;
  page.interval_ms = kFirstInterval.count();
  return page;
}

VisitAnswer Answer(int status, const std::string& digest) {
  VisitAnswer answer;
  answer.result.status = status;
  answer.digest = digest;
  return answer;
}

VisitAnswer NoAnswer(ErrorCode error) {
  VisitAnswer answer;
  answer.result.error = error;
  answer.kind = OutcomeKind::kFailed;
  return answer;
}

// A page that is visited each time that it is due.
class Clockwork {
 public:
  void Visit(VisitFinding finding) { page_ = AfterVisit(page_, finding, page_.checked_at_ms + page_.interval_ms); }
  milliseconds interval() const { return milliseconds(page_.interval_ms); }
  const Revisit& page() const { return page_; }

 private:
  Revisit page_ = Page();
};

TEST_SUITE("crawler/frontier/revisit") {
TEST_CASE("revisits: a page that does not change is asked less and less often, up to every four weeks") {
  Clockwork clockwork;
  for (const milliseconds expected : {milliseconds(hours(36)), milliseconds(hours(54)), milliseconds(hours(81))}) {
    clockwork.Visit(VisitFinding::kUnchanged);
    CHECK(clockwork.interval() == expected);
  }
  for (int i = 0; i < 20; ++i) {
    clockwork.Visit(VisitFinding::kUnchanged);
  }
  CHECK(clockwork.interval() == hours(24 * 28));
  CHECK(clockwork.page().visits == 24);
  CHECK(clockwork.page().changes == 0);
}

TEST_CASE("revisits: a page that changes is asked twice as often, down to every hour") {
  Clockwork clockwork;
  clockwork.Visit(VisitFinding::kChanged);
  CHECK(clockwork.interval() == hours(12));
  for (int i = 0; i < 20; ++i) {
    clockwork.Visit(VisitFinding::kChanged);
  }
  CHECK(clockwork.interval() == hours(1));
  CHECK(clockwork.page().changes == 21);
  clockwork.Visit(VisitFinding::kUnchanged);
  CHECK(clockwork.interval() == std::chrono::minutes(90));
}

TEST_CASE(
    "revisits: a look before its time that finds nothing new leaves the interval as it is, one that does not halves "
    "it") {
  const Revisit soon = AfterVisit(Page(), VisitFinding::kUnchanged, kBegin + 1000);
  CHECK(soon.interval_ms == kFirstInterval.count());
  CHECK(soon.checked_at_ms == kBegin + 1000);
  CHECK(AfterVisit(Page(), VisitFinding::kChanged, kBegin + 1000).interval_ms == kFirstInterval.count() / 2);
  // The clock was set back.
  CHECK(AfterVisit(Page(), VisitFinding::kUnchanged, kBegin - 1000).interval_ms == kFirstInterval.count());
}

TEST_CASE("revisits: a failure counts by itself, and the next answer ends the count") {
  Revisit page = AfterVisit(Page(), VisitFinding::kFailed, kBegin + 5);
  page = AfterVisit(page, VisitFinding::kFailed, kBegin + 6);
  CHECK(page.failures == 2);
  CHECK(page.visits == 1);
  CHECK(page.checked_at_ms == kBegin);
  page = AfterVisit(page, VisitFinding::kUnchanged, kBegin + 7);
  CHECK(page.failures == 0);
  CHECK(page.visits == 2);
}

TEST_CASE("revisits: what a visit found") {
  CHECK(FindingOf(Page(), Answer(200, "one")) == VisitFinding::kUnchanged);
  CHECK(FindingOf(Page(), Answer(200, "two")) == VisitFinding::kChanged);
  CHECK(FindingOf(Page(), Answer(203, "one")) == VisitFinding::kChanged);
  for (const int gone : {404, 410}) {
    CHECK(FindingOf(Page(), Answer(gone, "")) == VisitFinding::kGone);
    CHECK(FindingOf(Page("", gone), Answer(gone, "")) == VisitFinding::kUnchanged);
    CHECK(FindingOf(Page("", gone), Answer(200, "one")) == VisitFinding::kChanged);
  }
  VisitAnswer not_modified = Answer(304, "");
  CHECK(FindingOf(Page(), not_modified) == VisitFinding::kChanged);  // nobody asked for that
  not_modified.not_modified = true;
  CHECK(FindingOf(Page(), not_modified) == VisitFinding::kUnchanged);
  Revisit unasked;
  unasked.kind = OutcomeKind::kSkipped;
  CHECK(FindingOf(unasked, Answer(200, "one")) == VisitFinding::kNew);
  CHECK(FindingOf(unasked, NoAnswer(ErrorCode::kConnect)) == VisitFinding::kNew);
}

TEST_CASE("revisits: what may pass does not take the place of an answer, but of another failure") {
  for (const int status : {429, 500, 502, 503, 504}) {
    CHECK(FindingOf(Page(), Answer(status, "")) == VisitFinding::kFailed);
    CHECK(FindingOf(Page("", 404), Answer(status, "")) == VisitFinding::kFailed);
    CHECK(FindingOf(Page("", 503), Answer(status, "")) ==
          (status == 503 ? VisitFinding::kUnchanged : VisitFinding::kChanged));
  }
  CHECK(FindingOf(Page(), NoAnswer(ErrorCode::kConnect)) == VisitFinding::kFailed);
  CHECK(FindingOf(Page(), NoAnswer(ErrorCode::kTls)) == VisitFinding::kFailed);
  CHECK(FindingOf(Page(), NoAnswer(ErrorCode::kPoison)) == VisitFinding::kChanged);
  CHECK(FindingOf(Page(), Answer(403, "")) == VisitFinding::kChanged);
}

TEST_CASE("revisits: a redirect has changed where it leads elsewhere, a page is not for its refresh") {
  Revisit redirect = Page("", 301);
  redirect.kind = OutcomeKind::kRedirected;
  redirect.redirect_to = UrlHandle{7};
  VisitAnswer answer = Answer(301, "");
  answer.kind = OutcomeKind::kRedirected;
  answer.redirect_to = UrlHandle{7};
  CHECK(FindingOf(redirect, answer) == VisitFinding::kUnchanged);
  answer.redirect_to = UrlHandle{8};
  CHECK(FindingOf(redirect, answer) == VisitFinding::kChanged);
  Revisit refreshing = Page();
  refreshing.redirect_to = UrlHandle{7};
  CHECK(FindingOf(refreshing, Answer(200, "one")) == VisitFinding::kUnchanged);
}

TEST_CASE("validators: what a page came with is sent back as it was, of whole pages alone") {
  Revisit page = Page();
  page.etag = "W/\"v1\"";
  page.last_modified = "Mon, 02 Mar 2026 10:00:00 GMT";
  CHECK(ValidatorsOf(page).etag == "W/\"v1\"");
  CHECK(ValidatorsOf(page).last_modified == "Mon, 02 Mar 2026 10:00:00 GMT");
  page.truncated = "length";
  CHECK_FALSE(ValidatorsOf(page).empty());
  for (const char* cut : {"time", "disconnect"}) {
    page.truncated = cut;
    CHECK(ValidatorsOf(page).empty());
  }
  page.truncated.clear();
  page.status = 404;
  CHECK(ValidatorsOf(page).empty());
  page.status = 200;
  page.kind = OutcomeKind::kRedirected;
  CHECK(ValidatorsOf(page).empty());
}

TEST_CASE("validators: what would not do as a header's value is not sent back") {
  for (const std::string& bad : {std::string("\"a\r\nX: 1\""), std::string("\"\x01\""), std::string("\"\x7F\""),
                                 std::string("\"\xEF\xBF\xBD\""), std::string(1025, 'e')}) {
    Revisit page = Page();
    page.etag = bad;
    page.last_modified = bad;
    CHECK(ValidatorsOf(page).empty());
  }
  Revisit page = Page();
  page.etag = "\"sch\xC3\xB6n\"";
  CHECK(ValidatorsOf(page).etag == page.etag);
}
}  // TEST_SUITE("crawler/frontier/revisit")

}  // namespace
}  // namespace spinneret
