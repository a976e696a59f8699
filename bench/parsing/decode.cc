// Decoding pages to UTF-8, beside ICU's own converters: bytes of input per second.
//
// The text is a page of markup with paragraphs of the language: about half of the bytes are ASCII, as on real pages.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <unicode/ucnv.h>

#include "base/check.h"
#include "parser/encoding.h"

namespace spinneret {
namespace {

constexpr std::size_t kPageBytes = std::size_t{64} * 1024;

struct Language {
  const char* charset;
  const char* icu_name;
  const char* words;  // UTF-8
};
constexpr Language kWestern{"windows-1252", "windows-1252",
                            "L\xC3\xA4nder, Stra\xC3\x9F"
                            "en und B\xC3\xA4ume: \xC3\xBC"
                            "ber alles M\xC3\xB6gliche. "};
constexpr Language kUtf8{"utf-8", "UTF-8",
                         "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82, \xD0\xBC\xD0\xB8\xD1\x80 "
                         "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE6\x96\x87 "};
constexpr Language kJapanese{"shift_jis", "ibm-943_P15A-2003",
                             "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE6\x96\x87\xE7\xAB\xA0\xE3\x80\x82"
                             "\xE3\x81\x93\xE3\x82\x8C\xE3\x81\xAF\xE8\xA9\xA6\xE9\xA8\x93\xE3\x81\xA7\xE3\x81\x99 "};
constexpr Language kEucJp{"euc-jp", "euc-jp-2007", kJapanese.words};
constexpr Language kChinese{"gb18030", "gb18030",
                            "\xE4\xB8\xAD\xE6\x96\x87\xE7\xBD\x91\xE9\xA1\xB5\xE7\x9A\x84\xE6\x96\x87\xE5\xAD\x97"
                            "\xE6\xB5\x8B\xE8\xAF\x95\xE5\x86\x85\xE5\xAE\xB9 "};
constexpr Language kTaiwanese{"big5", "Big5-HKSCS",
                              "\xE4\xB8\xAD\xE6\x96\x87\xE7\xB6\xB2\xE9\xA0\x81\xE7\x9A\x84\xE6\x96\x87\xE5\xAD\x97"
                              "\xE6\xB8\xAC\xE8\xA9\xA6\xE5\x85\xA7\xE5\xAE\xB9 "};
constexpr Language kKorean{"euc-kr", "windows-949-2000",
                           "\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4 \xEB\xAC\xB8\xEC\x9E\xA5 "
                           "\xEC\x8B\x9C\xED\x97\x98 \xEB\x82\xB4\xEC\x9A\xA9\xEC\x9E\x85\xEB\x8B\x88\xEB\x8B\xA4 "};

std::string ToCharset(const std::string& utf8, const char* icu_name) {
  std::string bytes(utf8.size() * 2, '\0');
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t size = ucnv_convert(icu_name, "UTF-8", bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                         utf8.data(), static_cast<std::int32_t>(utf8.size()), &status);
  SPINNERET_CHECK(U_SUCCESS(status), "ICU writes the language's encoding");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

std::string PageIn(const Language& language) {
  std::string page = "<!doctype html><title>x</title>";
  while (page.size() < kPageBytes) {
    page += "<div class=\"text-body\"><p><a href=\"/page/1234\">";
    for (int i = 0; i < 3; ++i) {
      page += language.words;
    }
    page += "</a></p></div>\n";
  }
  return ToCharset(page, language.icu_name);
}

void Count(benchmark::State& state, std::string_view page) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(page.size()));
}

void Decode(benchmark::State& state, const Language& language) {
  const std::string page = PageIn(language);
  const std::string content_type = std::string("text/html; charset=") + language.charset;
  DecodedText decoded;
  for (auto _ : state) {
    DecodeHtml(page, content_type, decoded);
    benchmark::DoNotOptimize(decoded.text.data());
  }
  Count(state, page);
}

// The same page without a declaration: what looking at the bytes adds.
void DecodeUndeclared(benchmark::State& state, const Language& language) {
  const std::string page = PageIn(language);
  DecodedText decoded;
  for (auto _ : state) {
    DecodeHtml(page, "text/html", decoded);
    benchmark::DoNotOptimize(decoded.text.data());
  }
  Count(state, page);
}

void IcuConvert(benchmark::State& state, const Language& language) {
  const std::string page = PageIn(language);
  UErrorCode status = U_ZERO_ERROR;
  UConverter* const from = ucnv_open(language.icu_name, &status);
  UConverter* const to = ucnv_open("UTF-8", &status);
  std::string out(page.size() * 3, '\0');
  std::vector<UChar> pivot(4096);
  for (auto _ : state) {
    char* target = out.data();
    const char* source = page.data();
    UChar* pivot_source = pivot.data();
    UChar* pivot_target = pivot.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to, from, &target, out.data() + out.size(), &source, page.data() + page.size(), pivot.data(),
                   &pivot_source, &pivot_target, pivot.data() + pivot.size(), 1, 1, &status);
    benchmark::DoNotOptimize(out.data());
  }
  if (U_FAILURE(status)) {
    state.SkipWithError(u_errorName(status));
  }
  ucnv_close(from);
  ucnv_close(to);
  Count(state, page);
}

void RegisterAll() {
  for (const Language& language : {kUtf8, kWestern, kJapanese, kEucJp, kChinese, kTaiwanese, kKorean}) {
    const std::string name = language.charset;
    benchmark::RegisterBenchmark(("decode/" + name).c_str(), Decode, language);
    benchmark::RegisterBenchmark(("icu/" + name).c_str(), IcuConvert, language);
    benchmark::RegisterBenchmark(("undeclared/" + name).c_str(), DecodeUndeclared, language);
  }
}
const bool registered = (RegisterAll(), true);

}  // namespace
}  // namespace spinneret
