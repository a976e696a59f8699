// spinneret init: a commented recipe to start from.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/standard_output.h"
#include "parser/recipe.h"

namespace spinneret::cli {
namespace {

constexpr char kTemplate[] = R"toml(# A recipe says which pages hold records and what of them is wanted.
#   spinneret check {file}                       names every mistake
#   spinneret extract PAGE.html --recipe {file}  tries it on one page
#   spinneret crawl URL --recipe {file}          fills v_{name} in the crawl's database
#   spinneret extract DB --recipe {file}         takes the records from a crawl's stored pages again

name = "{name}"  # its records are the view v_{name}

# Which pages. Without these, all of them.
match.url = '/product/'           # an RE2 pattern that is found in the URL; or a list of such
# match.selector = "main.product"  # and something that has to be on the page

# One record for each element that this finds. Without it, one for the page.
# each = "li.product"

# Links to go on with besides those that the crawl follows anyway (with --follow recipes: these alone). They are looked
# for on the pages that match, so that match.url has to let the lists in as well: match.url = ['/product/', '/list'].
# follow = ["a.next", "a.product"]

# The language of numbers and dates. Without it, that of the page.
# locale = "de"

[fields]
# A selector alone gives the text of the first element that it finds, with white space collapsed.
title = "h1"

# type: text, html, markdown, number, date (ISO 8601), url (absolute), bool (is it there?), json
price = {{ css = ".price", type = "number", required = true }}  # a page without a price is no record
image = {{ css = "img.main", type = "url" }}
added = {{ css = "time", type = "date" }}  # format = "%d.%m.%Y" where dates are written oddly
in_stock = {{ css = ".in-stock", type = "bool" }}

# Several selectors: the first that finds something. ::attr(x), ::text and ::html say what of an element is wanted.
sku = {{ css = ["meta[itemprop=sku]", "[data-sku]::attr(data-sku)"] }}

# XPath 1.0 in place of css, where what stands beside a value says what it is; in each, match and follow too.
weight = {{ xpath = "//th[. = 'Weight']/following-sibling::td", type = "number" }}

# Of what was found, the part that a pattern captures; a value may come from the URL as well.
id = {{ from = "url", capture = '/product/(\d+)', type = "number" }}
currency = {{ css = ".price", capture = '[A-Z]{{3}}', default = "EUR" }}

# All that is found, as a list.
tags = {{ css = ".tag", list = true }}

# Objects, here a list of them. Their selectors look inside the element.
[fields.offers]
css = ".offer"
list = true
[fields.offers.fields]
seller = ".seller"
price = {{ css = ".price", type = "number" }}
)toml";

int Init(const std::string& path, const std::string& given_name) {
  const std::string name = !given_name.empty() ? given_name
                           : path.empty()      ? "product"
                                               : std::filesystem::path(path).stem().string();
  if (const std::string wrong = CheckRecipeName(name); !wrong.empty()) {
    return UsageFailure(fmt::format("\"{}\": {}; give another with --name", Printable(name), wrong));
  }
  const std::string file = path.empty() ? name + ".toml" : path;
  const std::string text = fmt::format(kTemplate, fmt::arg("name", name), fmt::arg("file", file));
  if (path.empty()) {
    StandardOutput output;
    output.Write(text);
    return output.Finish();
  }
  // "x": what is there is somebody's work.
  std::FILE* const out = std::fopen(path.c_str(), "wxb");
  if (out == nullptr) {
    return UsageFailure(errno == EEXIST ? fmt::format("{} is there already and is left as it is", Printable(path))
                                        : fmt::format("{}: {}", Printable(path), std::strerror(errno)));
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (std::fclose(out) != 0 || !written) {
    return UsageFailure(fmt::format("{}: {}", Printable(path), std::strerror(errno)));
  }
  Log(LogLevel::kInfo, fmt::format("{}: a recipe to start from; `spinneret check {}` names its mistakes",
                                   Printable(path), Printable(path)));
  return kDone;
}

}  // namespace

void AddInitCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("init", "Write a commented recipe to start from");
  command->group("Scraping");
  command->footer("Examples:\n  spinneret init shop.toml\n  spinneret init > product.toml");
  struct Flags {
    std::string path, name;
  };
  auto flags = std::make_shared<Flags>();
  command->add_option("FILE", flags->path, "Where to; a file that is there is not overwritten. Without it, stdout")
      ->type_name("");
  command->add_option("--name", flags->name, "The recipe's name (default: the file's)")->type_name("NAME");
  command->callback([flags, &exit_status] { exit_status = Init(flags->path, flags->name); });
}

}  // namespace spinneret::cli
