// HtmlPage: one self-contained HTML file: style and scripts inside, nothing from elsewhere, text from the web inert.
//
// Policy    a Content-Security-Policy in a meta element: nothing may be loaded, and only the style and the scripts that
//           this program put in run, named by their SHA-256. A page that is served may ask its own server for more.
// Tables    are whole without scripts; with them they can be sorted and filtered, and long ones are folded.
// Hostile   every text goes through XmlText. A URL is a link only when it is http or https.
// Errors    Write's: nothing is written once the sink has closed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/reader.h"

namespace spinneret::cli {

class HtmlPage {
 public:
  using Sink = std::function<bool(std::string_view)>;

  enum class Connect : std::uint8_t { kNowhere, kOwnServer };

  // `scripts` run in this order at the page's end.
  HtmlPage(Sink sink, std::vector<std::string_view> scripts, Connect connect = Connect::kNowhere);

  // What its Content-Security-Policy says.
  std::string Policy() const;

  // Up to the beginning of <main>; `about` stands below the heading.
  void Begin(std::string_view title, std::string_view about);
  // Links to the sections, by id and title.
  void Navigation(std::span<const std::pair<std::string, std::string>> sections);
  void Tiles(std::span<const std::pair<std::string, std::string>> tiles);

  void BeginSection(std::string_view id, std::string_view title, std::string_view note = {});
  void EndSection();

  // `names` say what it is to a screen reader.
  void BeginTable(std::string_view name, std::span<const std::string> columns, const std::vector<bool>& numeric);
  // `kind`: the class of the first cell, where it is one of the style's words.
  void AddRow(std::span<const Cell> cells, std::string_view kind = {});
  void EndTable();

  // Where a script draws; what it draws follows as a table in `details`.
  void BeginChart(std::string_view id, std::string_view title, std::string_view description);
  void EndChart();

  // JSON for the scripts, under the id "data".
  void Data(std::string_view json);
  void Raw(std::string_view html) { Write(html); }
  // False when the sink was closed before all was written.
  bool End();

  bool open() const { return open_; }

 private:
  void Write(std::string_view html) { open_ = open_ && sink_(html); }

  Sink sink_;
  const std::vector<std::string_view> scripts_;
  const Connect connect_;
  std::vector<bool> numeric_;
  bool open_ = true;
};

}  // namespace spinneret::cli
