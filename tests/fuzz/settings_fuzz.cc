// Any bytes as the stored settings of a crawl: they are refused by name, or give options that are stored and read again as
// they are, and that the parts of a crawl can be made from.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "crawler/crawl_options.h"
#include "crawler/option_settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  const Result<StoredSettings> read = SettingsFromJson(std::string(reinterpret_cast<const char*>(data), size));
  if (!read) {
    SPINNERET_CHECK(!read.error().message.empty(), "a refusal without a word");
    return 0;
  }
  // Secrets that the bytes hold, as in a proxy's URL, are left out when they are stored, and named: so the second time.
  const Result<StoredSettings> again = SettingsFromJson(SettingsToJson(read->options));
  SPINNERET_CHECK(again.has_value(), "what was stored cannot be read");
  const std::string stored = SettingsToJson(again->options);
  const Result<StoredSettings> third = SettingsFromJson(stored);
  SPINNERET_CHECK(third.has_value() && SettingsToJson(third->options) == stored, "what was read is stored otherwise");
  SPINNERET_CHECK(again->options.headers.empty() && again->options.user.empty() && again->options.cert_password.empty(),
                  "a secret is stored");
  (void)FrontierSettingsOf(read->options, read->options.effective_workers());
  (void)ScopeOf(read->options);
  (void)RecipesOf(read->options);
  return 0;
}
