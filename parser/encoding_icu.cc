#include "parser/encoding_icu.h"

#include <array>

#include <unicode/ucnv.h>
#include <unicode/utf16.h>

namespace spinneret::internal {

void IcuConverter::Close::operator()(UConverter* converter) const {
  ucnv_close(converter);
}

IcuConverter IcuConverter::Open(const char* name) {
  IcuConverter opened;
  UErrorCode status = U_ZERO_ERROR;
  opened.converter_.reset(ucnv_open(name, &status));
  ucnv_setToUCallBack(opened.converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  if (U_FAILURE(status)) {
    opened.converter_.reset();
  }
  return opened;
}

std::uint32_t IcuConverter::CodePointOf(std::string_view bytes) const {
  UErrorCode status = U_ZERO_ERROR;
  std::array<UChar, 4> units{};
  ucnv_reset(converter_.get());
  const std::int32_t length = ucnv_toUChars(converter_.get(), units.data(), static_cast<std::int32_t>(units.size()),
                                            bytes.data(), static_cast<std::int32_t>(bytes.size()), &status);
  if (U_FAILURE(status)) {
    return 0;
  }
  if (length == 1) {
    return units[0];
  }
  return length == 2 && U16_IS_LEAD(units[0]) && U16_IS_TRAIL(units[1])
             ? static_cast<std::uint32_t>(U16_GET_SUPPLEMENTARY(units[0], units[1]))
             : 0;
}

}  // namespace spinneret::internal
