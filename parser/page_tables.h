// The tables of a page as rows of text.
//
// Source    HTML standard §4.9.12 (forming a table): a cell over several columns or rows stands in each of them.
// Header    the first row, when it is in <thead> or has nothing but <th>.
// Limits    TableLimits, over the whole page; what is beyond is left out, and `cut` says so.
// Thread    pure functions. A table inside a cell is a table of its own, and its text is part of the cell's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "parser/page_tree.h"

namespace spinneret {

struct TableLimits {
  std::size_t cells = 200'000;
  std::size_t columns = 1000;
  std::size_t bytes = 8U << 20U;
};

struct PageTable {
  std::string caption;                         // empty when it has none
  std::vector<std::string> header;             // empty when it has none
  std::vector<std::vector<std::string>> rows;  // each as wide as its cells reach; white space collapsed
};

struct PageTables {
  std::vector<PageTable> tables;  // document order
  bool cut = false;
};

PageTables ReadPageTables(const PageTree& tree, const TableLimits& limits = {});

}  // namespace spinneret
