// A piece of HTML as markdown, as the pages' own text is written (readable_text.h): CommonMark with GitHub's tables.
//
// Limits  those of a page (ReadLimits); links are absolute, of http, https and mailto; no HTML is written.
// Errors  none: every byte string is HTML.
#pragma once

#include <string>
#include <string_view>

#include "parser/url.h"

namespace spinneret {

std::string HtmlToMarkdown(std::string_view html, const Url& base);

}  // namespace spinneret
