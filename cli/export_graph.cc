// spinneret export: the links of a crawl as a graph.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/export_job.h"
#include "cli/output_file.h"
#include "storage/export/xml_text.h"
#include "storage/export_queries.h"

namespace spinneret::cli {
namespace {

// GraphML 1.0, as Gephi, yEd, igraph and NetworkX read it.
constexpr std::string_view kGraphMlBegin =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
<key id="url" for="node" attr.name="url" attr.type="string"/>
<key id="host" for="node" attr.name="host" attr.type="string"/>
<key id="depth" for="node" attr.name="depth" attr.type="int"/>
<key id="status" for="node" attr.name="status" attr.type="int"/>
<key id="mime" for="node" attr.name="mime" attr.type="string"/>
<key id="title" for="node" attr.name="title" attr.type="string"/>
<key id="weight" for="edge" attr.name="weight" attr.type="int"/>
<key id="kind" for="edge" attr.name="kind" attr.type="string"/>
<graph id="crawl" edgedefault="directed">
)";
constexpr std::string_view kGraphMlEnd = "</graph>\n</graphml>\n";

void AddData(std::string& element, std::string_view key, const Cell& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    element += fmt::format("<data key=\"{}\">{}</data>", key, XmlText(*text));
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    element += fmt::format("<data key=\"{}\">{}</data>", key, *number);
  }
}

void IgnoreColumns(const std::vector<std::string>& /*columns*/) {}

}  // namespace

Result<void> ExportGraphMl(const ExportJob& job) {
  Result<std::unique_ptr<OutputFile>> output = OutputFile::Open(job.output);
  if (!output) {
    return std::move(output).error();
  }
  OutputFile& file = **output;
  ExportProgress progress("nodes and links", file.is_stdout());
  bool open = file.Write(kGraphMlBegin);
  const auto write = [&](const std::string& element) {
    progress.Add(element.size());
    return open = open && file.Write(element);
  };
  Result<void> done = job.reader.Query(ExportSql("nodes", job.where), IgnoreColumns, [&](const std::vector<Cell>& row) {
    std::string node = fmt::format("<node id=\"n{}\">", NumberOf(row, 0));
    constexpr std::string_view kKeys[] = {"url", "host", "depth", "status", "mime", "title"};
    for (std::size_t i = 0; i < std::size(kKeys); ++i) {
      AddData(node, kKeys[i], row[i + 1]);
    }
    return write(node + "</node>\n");
  });
  if (done && open) {
    done = job.reader.Query(ExportSql("edges", job.where), IgnoreColumns, [&](const std::vector<Cell>& row) {
      std::string edge = fmt::format("<edge source=\"n{}\" target=\"n{}\">", NumberOf(row, 0), NumberOf(row, 1));
      AddData(edge, "weight", row[2]);
      AddData(edge, "kind", row[3]);
      return write(edge + "</edge>\n");
    });
  }
  if (!done) {
    return done;
  }
  file.Write(kGraphMlEnd);
  return file.Finish();
}

Result<void> ExportEdges(const ExportJob& job) {
  Result<std::unique_ptr<OutputFile>> output = OutputFile::Open(job.output);
  if (!output) {
    return std::move(output).error();
  }
  OutputFile& file = **output;
  ExportProgress progress("links", file.is_stdout());
  const Result<void> done =
      job.reader.Query(ExportSql("edges", job.where), IgnoreColumns, [&](const std::vector<Cell>& row) {
        // A URL holds neither blanks nor tabs.
        const std::string line = fmt::format("{}\t{}\t{}\n", TextOf(row, 4), TextOf(row, 5), NumberOf(row, 2));
        progress.Add(line.size());
        return file.Write(line);
      });
  return done ? file.Finish() : done;
}

}  // namespace spinneret::cli
