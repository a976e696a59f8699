#include "parser/number_text.h"

#include <doctest/doctest.h>

namespace spinneret {

TEST_SUITE("parser/number_text") {
namespace {
double Read(const char* text, const char* locale = "") {
  const std::optional<NumberValue> number = NumberReader(locale).Read(text);
  REQUIRE_MESSAGE(number.has_value(), text);
  return number->value;
}
}  // namespace

TEST_CASE("a number is found in the text around it") {
  CHECK(Read("42") == 42);
  CHECK(Read("ca. 42 St\u00FCck") == 42);
  CHECK(Read("\u00A31,299.00 incl. VAT") == 1299.0);
  CHECK(Read("$.99") == 0.99);
  CHECK(Read("No.5") == 5);
  CHECK(Read("3 stars out of 5") == 3);
}

TEST_CASE("both separators: the last is the decimal one, whatever the locale") {
  CHECK(Read("1.234,50") == 1234.5);
  CHECK(Read("1,234.50", "de") == 1234.5);
  CHECK(Read("1.234.567,8") == 1234567.8);
  CHECK(Read("1,234,567.8", "fr") == 1234567.8);
}

TEST_CASE("one separator before three digits is what the locale says") {
  CHECK(Read("1,234") == 1234);
  CHECK(Read("1.234") == 1.234);
  CHECK(Read("1.234", "de") == 1234);
  CHECK(Read("1,234", "de") == 1.234);
  CHECK(Read("1.234", "pt-BR") == 1234);
  CHECK(Read("0.125", "de") == 0.125);
  CHECK(Read("1234.567", "de") == 1234.567);
}

TEST_CASE("one separator before another number of digits is decimal in every locale") {
  CHECK(Read("12,50") == 12.5);
  CHECK(Read("12.50", "de") == 12.5);
  CHECK(Read("3,1415") == 3.1415);
}

TEST_CASE("several of one kind group, also by two as in India") {
  CHECK(Read("1.234.567") == 1234567);
  CHECK(Read("12,34,567") == 1234567);
}

TEST_CASE("spaces and apostrophes group digits") {
  CHECK(Read("1 299 kr") == 1299);
  CHECK(Read("1\u00A0299,50 \u20AC", "fr") == 1299.5);
  CHECK(Read("1\u202F299\u202F000") == 1299000);
  CHECK(Read("CHF 1'299.50") == 1299.5);
  CHECK(Read("1\u2019299") == 1299);
  CHECK(Read("12 1234") == 12);
  CHECK(Read("page 3 of 120") == 3);
}

TEST_CASE("signs count, and hyphens of words do not") {
  CHECK(Read("-5") == -5);
  CHECK(Read("\u22125,5 %", "de") == -5.5);
  CHECK(Read("-\u20AC 20") == -20);
  CHECK(Read("A-4") == 4);
}

TEST_CASE("digits of other scripts") {
  CHECK(Read("\u0661\u066C\u0662\u0663\u0664") == 1234);
  CHECK(Read("\u0967\u0968\u0969") == 123);
  CHECK(Read("\uFF11\uFF12") == 12);
}

TEST_CASE("exponents") {
  CHECK(Read("6.02e23") == 6.02e23);
  CHECK(Read("1E-3") == 0.001);
  CHECK(Read("2e") == 2);
  CHECK(Read("5e3rd") == 5);
}

TEST_CASE("whole numbers are whole as far as 64 bits go") {
  CHECK(NumberReader("").Read("9007199254740993")->integer == 9007199254740993);
  CHECK(NumberReader("").Read("1,000")->integer == 1000);
  CHECK_FALSE(NumberReader("").Read("1.0")->integer.has_value());
  CHECK_FALSE(NumberReader("").Read("99999999999999999999")->integer.has_value());
  CHECK(NumberReader("").Read("99999999999999999999")->value == 1e20);
}

TEST_CASE("no number, and hostile text") {
  CHECK_FALSE(NumberReader("").Read("").has_value());
  CHECK_FALSE(NumberReader("xx-nonsense").Read("free").has_value());
  CHECK_FALSE(NumberReader("").Read("\xFF\xFE.,-").has_value());
  CHECK_FALSE(NumberReader("").Read("1e999").has_value());
  CHECK(NumberReader("").Read(std::string(100'000, '.') + "7").has_value() == false);
  CHECK(NumberReader("").Read("7" + std::string(100'000, ',')).value().value == 7);
}
}

}  // namespace spinneret
