#include "storage/search_query.h"

#include <doctest/doctest.h>

namespace spinneret {
namespace {

TEST_SUITE("storage/search_query") {
TEST_CASE("search query: words, phrases and beginnings, and everything else is text") {
  CHECK(SearchQuery("wine grapes") == "\"wine\" \"grapes\"");
  CHECK(SearchQuery("  \"white wine\"  grap* ") == "\"white wine\" \"grap\"*");
  CHECK(SearchQuery("AND NEAR( -x ^y {a}:b") == "\"AND\" \"NEAR(\" \"-x\" \"^y\" \"{a}:b\"");
  CHECK(SearchQuery("\"open phrase") == "\"open phrase\"");
  CHECK(SearchQuery("a\"b c\"d") == "\"a\" \"b c\" \"d\"");
  CHECK(SearchQuery("\"never*\"") == "\"never*\"");
}

TEST_CASE("search query: what has no word in it is empty") {
  CHECK(SearchQuery("").empty());
  CHECK(SearchQuery(" \t\n").empty());
  CHECK(SearchQuery("* \"\" *").empty());
}
}

}  // namespace
}  // namespace spinneret
