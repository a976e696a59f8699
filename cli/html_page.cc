#include "cli/html_page.h"

#include <utility>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "cli/base64.h"
#include "cli/page_assets.h"
#include "cli/row_writer.h"
#include "storage/export/xml_text.h"

namespace spinneret::cli {
namespace {

std::string HashSource(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return fmt::format("'sha256-{}'", EncodeBase64(digest));
}

bool IsLink(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

}  // namespace

HtmlPage::HtmlPage(Sink sink, std::vector<std::string_view> scripts, Connect connect)
    : sink_(std::move(sink)), scripts_(std::move(scripts)), connect_(connect) {}

std::string HtmlPage::Policy() const {
  std::string policy =
      fmt::format("default-src 'none'; base-uri 'none'; form-action 'none';{} style-src {}; script-src",
                  connect_ == Connect::kOwnServer ? " connect-src 'self';" : "", HashSource(kPageCss));
  for (const std::string_view script : scripts_) {
    policy += " " + HashSource(script);
  }
  return policy + (scripts_.empty() ? " 'none'" : "");
}

void HtmlPage::Begin(std::string_view title, std::string_view about) {
  Write(
      fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
                  "<meta name=\"referrer\" content=\"no-referrer\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>{}</title>\n<style>",
                  Policy(), XmlText(title)));
  Write(kPageCss);
  Write(
      fmt::format("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
                  "<header>\n<h1>{}</h1>\n<p class=\"soft\">{}</p>\n</header>\n<main id=\"content\">\n",
                  XmlText(title), XmlText(about)));
}

void HtmlPage::Navigation(std::span<const std::pair<std::string, std::string>> sections) {
  std::string html = "<nav aria-label=\"Sections\"><ul>\n";
  for (const auto& [id, title] : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", XmlText(id), XmlText(title));
  }
  Write(html + "</ul></nav>\n");
}

void HtmlPage::Tiles(std::span<const std::pair<std::string, std::string>> tiles) {
  std::string html = "<dl class=\"tiles\">\n";
  for (const auto& [name, value] : tiles) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", XmlText(name), XmlText(value));
  }
  Write(html + "</dl>\n");
}

void HtmlPage::BeginSection(std::string_view id, std::string_view title, std::string_view note) {
  Write(fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n", XmlText(id),
                    XmlText(title)));
  if (!note.empty()) {
    Write(fmt::format("<p class=\"soft\">{}</p>\n", XmlText(note)));
  }
}

void HtmlPage::EndSection() {
  Write("</section>\n");
}

void HtmlPage::BeginTable(std::string_view name, std::span<const std::string> columns,
                          const std::vector<bool>& numeric) {
  numeric_ = numeric;
  numeric_.resize(columns.size());
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n<table class=\"data\" "
      "aria-label=\"{0}\">"
      "\n<thead><tr>",
      XmlText(name));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", numeric_[i] ? " class=\"n\"" : "", XmlText(columns[i]));
  }
  Write(html + "</tr></thead>\n<tbody>\n");
}

void HtmlPage::AddRow(std::span<const Cell> cells, std::string_view kind) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    const std::string text = XmlText(CellText(cell));
    const bool number = std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
    const bool right = i < numeric_.size() && numeric_[i];
    const std::string kind_class = i == 0 && !kind.empty() ? fmt::format(" class=\"{}\"", XmlText(kind)) : "";
    html +=
        fmt::format("<td{}{}>", right ? " class=\"n\"" : kind_class, number ? fmt::format(" data-v=\"{}\"", text) : "");
    html += IsLink(text) ? fmt::format("<a href=\"{0}\" rel=\"noreferrer noopener\">{0}</a>", text) : text;
    html += "</td>";
  }
  Write(html + "</tr>\n");
}

void HtmlPage::EndTable() {
  Write("</tbody>\n</table>\n</div>\n");
}

void HtmlPage::BeginChart(std::string_view id, std::string_view title, std::string_view description) {
  Write(
      fmt::format("<figure class=\"chart\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n"
                  "<div class=\"canvas\"><canvas id=\"{0}\" role=\"img\" aria-label=\"{2}\"></canvas></div>\n"
                  "<details><summary>The numbers as a table</summary>\n",
                  XmlText(id), XmlText(title), XmlText(description)));
}

void HtmlPage::EndChart() {
  Write("</details>\n</figure>\n");
}

void HtmlPage::Data(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    safe += c == '<' ? std::string("\\u003c") : std::string(1, c);
  }
  Write(fmt::format("<script type=\"application/json\" id=\"data\">{}</script>\n", safe));
}

bool HtmlPage::End() {
  Write("</main>\n<footer class=\"soft\"><p>Written by spinneret " SPINNERET_VERSION "</p></footer>\n");
  for (const std::string_view script : scripts_) {
    Write("<script>");
    Write(script);
    Write("</script>\n");
  }
  Write("</body>\n</html>\n");
  return open_;
}

}  // namespace spinneret::cli
