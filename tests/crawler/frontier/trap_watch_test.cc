#include "crawler/frontier/trap_watch.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "simweb/site.h"

namespace spinneret {
namespace {

constexpr std::int32_t kNow = 12 * 2026 + 10;

// A site as the watch sees it: URLs that are admitted and fetched at once, in order.
class Watched {
 public:
  explicit Watched(std::uint32_t budget = kDefaultTrapBudget) : watch(true, budget) {}

  struct Page {
    std::string url;
    TrapWatch::Place place = 0;
    std::uint32_t depth = 0;
    bool fed = false;
  };

  // Numbers are dealt from 0. `parent` is the page that leads to it.
  std::size_t Add(const std::string& url, std::size_t parent) {
    Page page;
    page.url = url;
    Page* const from = parent < pages_.size() ? &pages_[parent] : nullptr;
    page.depth = from == nullptr ? 0 : from->depth + 1;
    page.place = watch.Admit(0, ShapeOf(url), page.depth, from == nullptr ? 0 : from->place, kNow);
    if (from != nullptr && !from->fed && watch.IsFed(page.place, from->place)) {
      from->fed = true;
      watch.Fed(from->place);
    }
    if (const auto found = watch.Judge(page.place, url)) {
      traps.push_back(fmt::format("{} {}", TrapRuleName(found->trap->rule), found->trap->shape));
    }
    pages_.push_back(page);
    return pages_.size() - 1;
  }
  void Fetch(std::size_t page, std::uint64_t content, std::uint64_t text = 0) {
    watch.Fetched(pages_[page].place, Mixed(content), text == 0 ? 0 : Mixed(text));
  }
  bool Trapped(const std::string& url) { return watch.TrapOf(watch.Find(0, ShapeOf(url))) != nullptr; }

  static std::uint64_t Mixed(std::uint64_t value) {
    value = (value + 1) * 0x9E3779B97F4A7C15U;
    return value ^ (value >> 29U) ^ (value << 17U);
  }

  TrapWatch watch;
  std::vector<std::string> traps;

 private:
  std::vector<Page> pages_;
};

constexpr std::size_t kNone = SIZE_MAX;

}  // namespace

TEST_SUITE("crawler/frontier/trap_watch") {
TEST_CASE("TrapWatch: a hundred thousand pages of the simulated web hold no trap") {
  simweb::SiteSettings settings;
  settings.pages = 100'000;
  const simweb::Site site(settings);
  Watched watched;
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    const std::size_t number = watched.Add(site.UrlOf(page), page == 0 ? kNone : (page - 1) / 6);
    watched.Fetch(number, page, page);
  }
  CHECK(watched.traps.empty());
}

TEST_CASE("TrapWatch: fifty thousand numbered products in a list of a thousand pages are no trap") {
  Watched watched;
  std::size_t list = watched.Add("http://a.test/shop?page=1", kNone);
  for (std::uint64_t page = 1; page <= 1000; ++page) {
    for (std::uint64_t item = 0; item < 50; ++item) {
      const std::uint64_t id = page * 50 + item;
      watched.Fetch(watched.Add(fmt::format("http://a.test/item?cat={}&id={}", id % 7, id), list), id, id);
    }
    watched.Fetch(list, 1'000'000 + page);
    list = watched.Add(fmt::format("http://a.test/shop?page={}", page + 1), list);
  }
  CHECK(watched.traps.empty());
}

TEST_CASE("TrapWatch: fifty thousand identical pages, all listed on one that is like them, are no trap") {
  Watched watched;
  const std::size_t first = watched.Add("http://a.test/p/0", kNone);
  watched.Fetch(first, 7, 7);
  for (int i = 1; i < 50'000; ++i) {
    watched.Fetch(watched.Add(fmt::format("http://a.test/p/{}", i), first), 7, 7);
  }
  CHECK(watched.traps.empty());
}

TEST_CASE("TrapWatch: pages of one body that always lead to another are a trap from the budget on") {
  Watched watched(100);
  std::size_t last = watched.Add("http://a.test/p/0", kNone);
  for (int i = 1; i < 400 && watched.traps.empty(); ++i) {
    watched.Fetch(last, 7);
    last = watched.Add(fmt::format("http://a.test/p/{}", i), last);
  }
  CHECK(watched.traps == std::vector<std::string>{"duplicate-content /p/{n}"});
  CHECK(watched.Trapped("http://a.test/p/100000"));
  CHECK_FALSE(watched.Trapped("http://a.test/q/1"));
}

TEST_CASE("TrapWatch: month by month into the future is a calendar, and its days are of it") {
  Watched watched;
  std::size_t last = watched.Add("http://a.test/cal/2026/11", kNone);
  for (int month = 12 * 2026 + 11; month < 12 * 2060 && watched.traps.empty(); ++month) {
    watched.Fetch(last, static_cast<std::uint64_t>(month));
    watched.Add(fmt::format("http://a.test/cal/{}/{:02}/15", month / 12, month % 12 + 1), last);
    last = watched.Add(fmt::format("http://a.test/cal/{}/{:02}", month / 12, month % 12 + 1), last);
  }
  CHECK(watched.traps == std::vector<std::string>{"calendar /cal/{date}"});
}

TEST_CASE("TrapWatch: a newspaper's archive by day is no calendar trap") {
  Watched watched;
  std::size_t first = watched.Add("http://a.test/1901/01/01/", kNone);  // of the month
  for (std::uint64_t day = 1; day < 45'000; ++day) {
    const std::uint64_t month = 12 * 1901 + day / 30;
    const std::size_t page =
        watched.Add(fmt::format("http://a.test/{}/{:02}/{:02}/", month / 12, month % 12 + 1, day % 30 + 1), first);
    watched.Fetch(page, day);
    first = day % 30 == 0 ? page : first;
  }
  CHECK(watched.traps.empty());
}

TEST_CASE("TrapWatch: a shape that has no room is counted with others, and memory stays bounded") {
  Watched watched(100);
  // Every URL has a shape of its own.
  std::string word = "aaaa";
  for (int i = 0; i < 20'000; ++i) {
    for (std::size_t k = 0; k < word.size(); ++k) {
      word[k] = static_cast<char>('a' + (i >> (4 * k)) % 16);
    }
    watched.Fetch(watched.Add("http://a.test/" + word + "/1", kNone), static_cast<std::uint64_t>(i));
  }
  CHECK(watched.traps.empty());
  CHECK(watched.watch.cluster_count() < 500);
}

TEST_CASE("TrapWatch: a restored trap holds at once, and a released one is not judged again") {
  for (const bool released : {false, true}) {
    CAPTURE(released);
    Watched watched(100);
    TrapWatch::Trap trap;
    trap.key = ShapeOf("http://a.test/p/1").key;
    trap.rule = TrapRule::kDuplicateContent;
    trap.shape = "/p/{n}";
    trap.released = released;
    watched.watch.Restore(std::move(trap));
    std::size_t last = watched.Add("http://a.test/p/0", kNone);
    CHECK(watched.Trapped("http://a.test/p/0") != released);
    for (int i = 1; i < 400; ++i) {
      watched.Fetch(last, 7);
      last = watched.Add(fmt::format("http://a.test/p/{}", i), last);
    }
    CHECK(watched.traps.empty());
    CHECK(watched.Trapped("http://a.test/p/0") != released);
  }
}

TEST_CASE("TrapWatch: switched off it counts nothing") {
  TrapWatch watch(false, 10);
  CHECK(watch.Admit(0, ShapeOf("http://a.test/p/1"), 0, 0, kNow) == 0);
  CHECK(watch.cluster_count() == 0);
}
}

}  // namespace spinneret
