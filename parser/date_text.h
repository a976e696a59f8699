// Dates as people and programs write them on pages, as ISO 8601.
//
// Reading   the first date in the text: ISO 8601 ("2024-03-12T08:30Z", "20240312"), with a month's name ("12 March 2024",
//           "Mar 12, 2024 8:30 PM", "12. März 2024", "2024年3月12日"), RFC 5322 and HTTP ("Tue, 12 Mar 2024 08:30:00 GMT"),
//           and all in numbers ("12.03.2024", "3/12/2024", "2024/3/12"), where the locale says what comes first if both
//           readings are dates; with points, days come first. Names of months are those of the locale, and English.
// Result    "2024-03-12", or with a time "2024-03-12T08:30:00", and "Z" or "+02:00" where the zone is said; "2024-03" where
//           no day is. No zone is guessed, nothing is converted. Dates that are not in the calendar are not read.
// Source    ISO 8601-1:2019, RFC 5322 section 3.3 (zones' names), CLDR by way of ICU.
// Thread    immutable after construction.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret {

class DateReader {
 public:
  // A BCP 47 tag, such as "de" or "pt-BR"; empty or unknown: as in English.
  explicit DateReader(std::string_view locale);

  std::optional<std::string> Read(std::string_view text) const;
  // By a format as strptime knows them: %Y %y %m %d %e %B %b %H %I %M %S %p %z %s %% and text that has to stand there;
  // white space matches any white space. The text may go on after it.
  std::optional<std::string> Read(std::string_view text, std::string_view format) const;

  // A conversion that Read does not know is kInvalidArgument.
  static Result<void> CheckFormat(std::string_view format);

 private:
  std::map<std::string, int, std::less<>> months_;  // lower case
  bool month_first_ = true;
};

}  // namespace spinneret
