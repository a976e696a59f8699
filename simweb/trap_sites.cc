#include "simweb/trap_sites.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace spinneret::simweb {
namespace {

constexpr int kNews = 12;
constexpr int kRooms = 24;
constexpr int kMaps = 10;
constexpr int kChapters = 10;
constexpr int kItems = 60;
constexpr int kItemsListed = 10;
constexpr int kFirstYear = 2026;
constexpr int kFirstMonth = 11;

std::optional<int> Number(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= min && value <= max ? std::optional(value)
                                                                                                  : std::nullopt;
}

// "PREFIXnSUFFIX" with a number in the middle.
std::optional<int> Numbered(std::string_view path, std::string_view prefix, std::string_view suffix, int count) {
  if (!path.starts_with(prefix) || !path.ends_with(suffix) || path.size() < prefix.size() + suffix.size()) {
    return std::nullopt;
  }
  return Number(path.substr(prefix.size(), path.size() - prefix.size() - suffix.size()), 1, count);
}

class Page {
 public:
  explicit Page(std::string_view title)
      : html_(fmt::format("<!DOCTYPE html>\n<title>{0}</title>\n<h1>{0}</h1>\n", title)) {}
  Page& Text(std::string_view text) {
    html_ += fmt::format("<p>{}</p>\n", text);
    return *this;
  }
  // `href` holds no character that HTML or a URL would change, save `&`.
  Page& Link(std::string_view href, std::string_view text) {
    html_ += "<a href=\"";
    for (const char c : href) {
      c == '&' ? html_ += "&amp;" : html_ += c;
    }
    html_ += fmt::format("\">{}</a>\n", text);
    return *this;
  }
  std::string Take() { return std::move(html_); }

 private:
  std::string html_;
};

// --- Calendar

std::string MonthPath(int index) {
  return fmt::format("/traps/calendar/{:04}/{:02}/", index / 12, index % 12 + 1);
}

std::optional<std::string> Calendar(std::string_view path) {
  if (path.empty()) {
    Page page("A club's calendar");
    for (int i = 1; i <= kNews; ++i) {
      page.Link(fmt::format("news/{}.html", i), fmt::format("News {}", i));
    }
    return page.Link(MonthPath(kFirstYear * 12 + kFirstMonth - 1), "What is on").Take();
  }
  if (const auto news = Numbered(path, "news/", ".html", kNews)) {
    return Page(fmt::format("News {}", *news)).Text("Something happened.").Link("../", "Home").Take();
  }
  if (path.size() == 8 && path[4] == '/' && path[7] == '/') {
    const auto year = Number(path.substr(0, 4), 1, 9998);
    const auto month = Number(path.substr(5, 2), 1, 12);
    if (year && month) {
      const int index = *year * 12 + *month - 1;
      return Page(fmt::format("Month {} of {}", *month, *year))
          .Text("Nothing is on.")
          .Link(MonthPath(index - 1), "Before")
          .Link(MonthPath(index + 1), "After")
          .Link("/traps/calendar/", "Home")
          .Take();
    }
  }
  return std::nullopt;
}

// --- Maze

// splitmix64's finaliser.
std::uint64_t Mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

std::string RoomLink(int room, std::uint64_t session) {
  return fmt::format("/traps/maze/room/{}?sid={:016x}", room, session);
}

std::optional<std::string> Maze(std::string_view path, std::string_view query) {
  if (path.empty()) {
    return Page("A maze").Link(RoomLink(1, 1), "Enter").Take();
  }
  if (const auto map = Numbered(path, "map/", ".html", kMaps)) {
    return Page(fmt::format("Map {}", *map)).Text("You are here.").Link("/traps/maze/", "Out").Take();
  }
  const auto room = Numbered(path, "room/", "", kRooms);
  if (!room) {
    return std::nullopt;
  }
  std::uint64_t session = 0;
  for (const char c : query) {
    session = Mix(session ^ static_cast<unsigned char>(c));
  }
  Page page(fmt::format("Room {}", *room));
  page.Text("Four doors.");
  for (const int next : {*room * 2, *room * 2 + 1, *room + 7, *room + 11}) {
    const int to = (next - 1) % kRooms + 1;
    session = Mix(session + static_cast<std::uint64_t>(to));
    page.Link(RoomLink(to, session), fmt::format("To room {}", to));
  }
  if (*room <= kMaps) {
    page.Link(fmt::format("/traps/maze/map/{}.html", *room), "A map");
  }
  return page.Take();
}

// --- Growing path

std::optional<std::string> GrowingPath(std::string_view path) {
  if (path.empty()) {
    Page page("A guide");
    for (int i = 1; i <= kChapters; ++i) {
      page.Link(fmt::format("chapter/{}.html", i), fmt::format("Chapter {}", i));
    }
    return page.Link("guide/", "More").Take();
  }
  if (const auto chapter = Numbered(path, "chapter/", ".html", kChapters)) {
    return Page(fmt::format("Chapter {}", *chapter)).Text("It was told.").Link("/traps/path/", "Home").Take();
  }
  int parts = 0;
  for (std::string_view rest = path; !rest.empty(); ++parts) {
    if (!rest.starts_with("guide/")) {
      return std::nullopt;
    }
    rest.remove_prefix(6);
  }
  // The mistake of many a template: "guide/" is meant to start at the root.
  return Page(fmt::format("Guide, part {}", parts)).Link("guide/", "Go on").Link("/traps/path/", "Home").Take();
}

// --- Shop

struct Filter {
  std::string_view name;
  int values;
};
constexpr std::array<Filter, 7> kFilters = {
    {{"brand", 6}, {"color", 5}, {"material", 4}, {"page", 6}, {"price", 4}, {"size", 5}, {"sort", 3}}};
constexpr std::size_t kPageFilter = 3;
constexpr std::size_t kSortFilter = 6;
using Choice = std::array<int, kFilters.size()>;  // 0: not filtered by

std::string ListPath(const Choice& choice) {
  std::string path = "/traps/shop/list";
  char mark = '?';
  for (std::size_t i = 0; i < kFilters.size(); ++i) {
    if (choice[i] > 0) {
      path += fmt::format("{}{}={}", mark, kFilters[i].name, choice[i]);
      mark = '&';
    }
  }
  return path;
}

std::optional<Choice> ReadChoice(std::string_view query) {
  Choice choice{};
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    bool known = false;
    for (std::size_t i = 0; i < kFilters.size(); ++i) {
      if (part.starts_with(kFilters[i].name) && part.substr(kFilters[i].name.size()).starts_with('=')) {
        const auto value = Number(part.substr(kFilters[i].name.size() + 1), 1, kFilters[i].values);
        known = value.has_value();
        choice[i] = value.value_or(0);
      }
    }
    if (!known) {
      return std::nullopt;
    }
  }
  return choice;
}

bool Matches(int item, const Choice& choice) {
  for (std::size_t i = 0; i < kFilters.size(); ++i) {
    const bool filters = i != kPageFilter && i != kSortFilter;
    if (filters && choice[i] > 0 &&
        (item * (static_cast<int>(i) + 1) + item / 7) % kFilters[i].values + 1 != choice[i]) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> Shop(std::string_view path, std::string_view query) {
  if (path.empty()) {
    return Page("A shop").Link("list", "Everything").Take();
  }
  if (const auto item = Numbered(path, "item/", ".html", kItems)) {
    return Page(fmt::format("Item {}", *item)).Text("In stock.").Link("/traps/shop/", "Home").Take();
  }
  if (path != "list") {
    return std::nullopt;
  }
  const std::optional<Choice> choice = ReadChoice(query);
  if (!choice) {
    return std::nullopt;
  }
  Page page(fmt::format("List {}", query.empty() ? "of everything" : query));
  int skip = kItemsListed * std::max((*choice)[kPageFilter] - 1, 0);
  int listed = 0;
  for (int item = 1; item <= kItems && listed < kItemsListed; ++item) {
    if (Matches(item, *choice) && skip-- <= 0) {
      page.Link(fmt::format("/traps/shop/item/{}.html", item), fmt::format("Item {}", item));
      ++listed;
    }
  }
  for (std::size_t i = 0; i < kFilters.size(); ++i) {
    for (int value = 0; value <= kFilters[i].values; ++value) {
      Choice other = *choice;
      other[i] = value;
      page.Link(ListPath(other), fmt::format("{} {}", kFilters[i].name, value));
    }
  }
  return page.Take();
}

std::string TrapList() {
  Page page("Sites without an end");
  for (const TrapKind kind : kTrapKinds) {
    page.Link(TrapHome(kind), TrapHome(kind));
  }
  return page.Take();
}

}  // namespace

std::string_view TrapHome(TrapKind kind) {
  constexpr std::array<std::string_view, kTrapKinds.size()> kHomes = {"/traps/calendar/", "/traps/maze/",
                                                                      "/traps/path/", "/traps/shop/"};
  return kHomes[static_cast<std::size_t>(kind)];
}

std::vector<std::string> RealPagesOf(TrapKind kind) {
  struct Pages {
    std::string_view folder;
    int count;
  };
  constexpr std::array<Pages, kTrapKinds.size()> kPages = {
      {{"news", kNews}, {"map", kMaps}, {"chapter", kChapters}, {"item", kItems}}};
  const auto& [folder, count] = kPages[static_cast<std::size_t>(kind)];
  std::vector<std::string> paths = {std::string(TrapHome(kind))};
  for (int i = 1; i <= count; ++i) {
    paths.push_back(fmt::format("{}{}/{}.html", TrapHome(kind), folder, i));
  }
  return paths;
}

std::optional<std::string> TrapPage(std::string_view target) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  if (path == kTrapRoot) {
    return TrapList();
  }
  for (const TrapKind kind : kTrapKinds) {
    if (!path.starts_with(TrapHome(kind))) {
      continue;
    }
    const std::string_view rest = path.substr(TrapHome(kind).size());
    switch (kind) {
      case TrapKind::kCalendar:
        return Calendar(rest);
      case TrapKind::kMaze:
        return Maze(rest, query);
      case TrapKind::kPath:
        return GrowingPath(rest);
      case TrapKind::kShop:
        return Shop(rest, query);
    }
  }
  return std::nullopt;
}

}  // namespace spinneret::simweb
