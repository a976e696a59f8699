// The job board: /records/jobs/, list?page=N with the openings, and job/NUMBER for the details of one.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simweb/record_parts.h"

namespace spinneret::simweb::internal {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kHome = "/records/jobs/";
constexpr std::uint32_t kListed = 20;

// Questions for Draw.
enum : std::uint32_t { kTitle = 2000, kCompany, kLocation, kRemote, kSalary, kPosted, kSkills };

// What people and programs put where a title belongs.
constexpr const char* kTitles[] = {
    "Gardener",
    "Senior \"C++\" Engineer & <Architect>",
    "O'Brien's </title></li><script>alert(1)</script>",
    "\U0001F469\u200D\U0001F4BB Developer \U0001F680\U0001F680",
    "\u05DE\u05D4\u05E0\u05D3\u05E1 \u202Eresu\u202C",
    "\u0645\u0647\u0646\u062F\u0633 \u0628\u0631\u0645\u062C\u064A\u0627\u062A",
    "&amp; &lt;b&gt; written &#39;twice&#39;",
    "C:\\new\\table \\u0041 \\\"",
    "'; DROP TABLE records; --",
    "[link](javascript:alert(1)) {{7*7}} ${x} %s",
    "Z\u0351\u036B\u0343algo, \uFF26\uFF35\uFF2C\uFF2C width, \u200Bnothing",
    "-->]]>?></script><!--",
};
constexpr const char* kCompanies[] = {"Oak & Sons", "\"Quoted\" Ltd", "M\u00F6bel <Nord>", "\u682A\u5F0F\u4F1A\u793E"};
constexpr const char* kLocations[] = {"Berlin, Germany", "S\u00E3o Paulo", "St. John's", "New York, NY",
                                      "Lille & around"};
constexpr const char* kSkillWords[] = {"C++", "SQL", "R&D", "<html>", "dig\u00ADging", "Kn\u00F6del"};

struct Salary {
  std::string text;
  ordered_json value;  // null where the text says nothing that is a salary
};

struct Job {
  std::uint32_t number = 0;
  std::string title;
  std::optional<std::string> company;
  std::optional<std::string> location;
  std::uint32_t remote = 0;  // 0: not mentioned; 1: "no"; 2: yes
  std::optional<Salary> salary;
  std::string posted_html;
  std::optional<std::string> posted;
  std::vector<std::string> skills;
};

std::string Thousands(std::uint32_t value) {
  return fmt::format("{},{:03}", value / 1000, value % 1000);
}

Salary SalaryOf(std::uint32_t number) {
  const std::uint32_t low = 40'000 + 500 * Draw(number, kSalary, 100);
  const std::uint32_t high = low + 1'000 + 250 * Draw(number, kSalary + 100, 80);
  const auto value = [](ordered_json min, ordered_json max, std::string_view currency, std::string_view period) {
    ordered_json object = ordered_json::object();
    object["min"] = std::move(min);
    object["max"] = std::move(max);
    object["currency"] = currency;
    object["period"] = period;
    return object;
  };
  switch (Draw(number, kSalary + 200, 6)) {
    case 0:
      return {fmt::format("${} - ${} a year", Thousands(low), Thousands(high)), value(low, high, "$", "year")};
    case 1:
      return {fmt::format("USD {}\u2013{} per year", Thousands(low), Thousands(high)), value(low, high, "USD", "year")};
    case 2:
      return {fmt::format("\u00A3{} to \u00A3{} a year", Thousands(low), Thousands(high)),
              value(low, high, "\u00A3", "year")};
    case 3: {
      const double least = (1'000 + low % 3'000) / 100.0;
      return {fmt::format("\u20AC {:.2f} \u2013 {:.2f} an hour", least, least + 4.5),
              value(least, least + 4.5, "\u20AC", "hour")};
    }
    case 4:
      return {fmt::format("from ${} a year", Thousands(low)), value(low, nullptr, "$", "year")};
    default:
      return {"Competitive!", nullptr};
  }
}

Job JobOf(std::uint32_t number) {
  Job job;
  job.number = number;
  job.title = fmt::format("{} ({})", DrawOf(kTitles, number, kTitle), number);
  if (number % 500 == 17) {
    for (int i = 0; i < 2'000; ++i) {
      job.title += " long";
    }
  }
  if (Draw(number, kCompany, 4) != 0) {
    job.company = DrawOf(kCompanies, number, kCompany + 100);
  }
  if (Draw(number, kLocation, 5) != 0) {
    job.location = DrawOf(kLocations, number, kLocation + 100);
  }
  job.remote = Draw(number, kRemote, 3);
  if (Draw(number, kSalary + 300, 5) != 0) {
    job.salary = SalaryOf(number);
  }
  const Date date(std::chrono::year(2025), std::chrono::month(1 + Draw(number, kPosted, 12)),
                  std::chrono::day(1 + Draw(number, kPosted + 100, 28)));
  const std::string iso = IsoDate(date);
  switch (Draw(number, kPosted + 200, 3)) {
    case 0:
      job.posted_html = fmt::format("<time datetime=\"{}\">3 weeks ago</time>", iso);
      job.posted = iso;
      break;
    case 1:
      job.posted_html = fmt::format("<span class=\"posted\">Posted: {}</span>", WrittenDate(date, Language::kEnglish));
      job.posted = iso;
      break;
    default:
      job.posted_html = "<span class=\"posted\">just now</span>";
  }
  for (std::uint32_t i = 0; i < Draw(number, kSkills, 4); ++i) {
    job.skills.emplace_back(DrawOf(kSkillWords, number, kSkills + 100 * (i + 1)));
  }
  return job;
}

std::string DetailPath(std::uint32_t number) {
  return fmt::format("{}job/{}", kHome, number);
}
std::string ListPath(std::uint32_t page) {
  return fmt::format("{}list?page={}", kHome, page);
}
std::uint32_t PageCount(std::uint32_t records) {
  return std::max(1U, (records + kListed - 1) / kListed);
}

// --- Pages

std::string Head(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n",
      Escaped(title));
}

std::string JobHtml(const Job& job) {
  // In an attribute's value no markup is any, however it looks.
  std::string html = fmt::format(
      "<li class=\"job\" data-id=\"{0}\" data-note='<script>document.write(\"<li class=job><h2>no</h2>\")</script>'>\n"
      "<h2><a href=\"job/{0}\" title=\"{1}\">{1}</a></h2>\n",
      job.number, Escaped(job.title));
  if (job.company) {
    html += fmt::format("<span class=\"company\">{}</span>\n", Escaped(*job.company));
  }
  if (job.location) {
    html += fmt::format("<span class=\"location\">\n\t{}\n</span>\n", Escaped(*job.location));
  }
  if (job.remote != 0) {
    html += fmt::format("<span class=\"remote\">{}</span>\n", job.remote == 1 ? "No" : "\U0001F3E0 remote");
  }
  if (job.salary) {
    html += fmt::format("<span class=\"salary\">{}</span>\n", job.salary->text);
  }
  html += job.posted_html + "\n<ul class=\"skills\">";
  for (const std::string& skill : job.skills) {
    html += fmt::format("<li>{}</li>", Escaped(skill));
  }
  return html + "</ul>\n</li>\n";
}

std::string ListHtml(std::uint32_t page, std::uint32_t records) {
  std::string html = Head(fmt::format("Openings, page {}", page)) + "<body>\n<h1>Openings</h1>\n<ul class=\"jobs\">\n";
  const std::uint32_t first = (page - 1) * kListed + 1;
  for (std::uint32_t number = first; number < first + kListed && number <= records; ++number) {
    html += JobHtml(JobOf(number));
    if (number == first) {
      // An advertisement in the clothes of an opening: it has no title.
      html +=
          "<li class=\"job ad\" data-id=\"0\"><img src=\"/ad.gif\" alt=\"\"><span "
          "class=\"salary\">$1,000,000</span></li>\n";
    }
  }
  html += "</ul>\n<nav>\n";
  if (page > 1) {
    html += fmt::format("<a rel=\"prev\" href=\"?page={}\">Before</a>\n", page - 1);
  }
  if (page < PageCount(records)) {
    html += fmt::format("<a rel=\"next\" href=\"?page={}\">After</a>\n", page + 1);
  }
  return html + "</nav>\n</body>\n</html>\n";
}

std::string RecordOf(const Job& job, std::string_view origin) {
  ordered_json record = ordered_json::object();
  record["id"] = job.number;
  record["title"] = job.title;
  record["link"] = fmt::format("{}{}", origin, DetailPath(job.number));
  record["company"] = job.company.value_or("undisclosed");
  record["location"] = job.location ? ordered_json(*job.location) : ordered_json(nullptr);
  record["remote"] = job.remote == 2;
  record["salary"] = job.salary ? job.salary->value : ordered_json(nullptr);
  record["posted"] = job.posted ? ordered_json(*job.posted) : ordered_json(nullptr);
  record["skills"] = job.skills;
  return record.dump();
}

}  // namespace

std::optional<std::string> JobsPage(std::string_view path, std::string_view query, std::uint32_t records) {
  constexpr std::string_view kDetail = "job/";
  const std::string_view rest = path.substr(kHome.size());
  if (rest == "list") {
    const std::optional<std::uint32_t> page = query.empty() ? std::nullopt : PageNumber(query, PageCount(records));
    return page ? std::optional(ListHtml(*page, records)) : std::nullopt;
  }
  if (!query.empty()) {
    return std::nullopt;
  }
  if (rest.empty()) {
    return Head("A job board") +
           fmt::format("<body>\n<h1>A job board</h1>\n<a href=\"{}\">All openings</a>\n</body>\n</html>\n",
                       ListPath(1));
  }
  const std::optional<std::uint32_t> number =
      rest.starts_with(kDetail) ? Count(rest.substr(kDetail.size()), records) : std::nullopt;
  if (!number) {
    return std::nullopt;
  }
  const std::string title = JobOf(*number).title;
  return Head(title) +
         fmt::format("<body>\n<h1>{}</h1>\n<p>Apply.</p>\n<a href=\"{}\">All openings</a>\n</body>\n</html>\n",
                     Escaped(title), ListPath((*number - 1) / kListed + 1));
}

std::vector<PublishedRecord> JobsRecords(std::uint32_t records, std::string_view origin) {
  std::vector<PublishedRecord> published;
  published.reserve(records);
  for (std::uint32_t number = 1; number <= records; ++number) {
    published.push_back(
        {fmt::format("{}{}", origin, ListPath((number - 1) / kListed + 1)), RecordOf(JobOf(number), origin)});
  }
  return published;
}

}  // namespace spinneret::simweb::internal
