// What `spinneret fetch` says of a traced fetch: for people, or as one JSON object.
#pragma once

#include <cstddef>
#include <string>

#include "crawler/fetch_trace.h"

namespace spinneret::cli {

// One line: how the fetch ended.
std::string EndSentence(const FetchTrace& trace);

// Several lines, each decision with what made it. Text from the web is made printable. `most_links`: of a page's links,
// how many are shown.
std::string RenderTrace(const FetchTrace& trace, std::size_t most_links);

// One object and a line end.
std::string TraceJson(const FetchTrace& trace, std::size_t most_links);

}  // namespace spinneret::cli
