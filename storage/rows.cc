#include "storage/rows.h"

namespace spinneret {

std::string_view AdmissionName(AdmissionCode code) {
  switch (code) {
    case AdmissionCode::kAdmitted:
      return "admitted";
    case AdmissionCode::kScope:
      return "scope";
    case AdmissionCode::kDepth:
      return "depth";
    case AdmissionCode::kInclude:
    case AdmissionCode::kNotRecipes:
      return "include";
    case AdmissionCode::kExclude:
      return "exclude";
    case AdmissionCode::kScheme:
      return "scheme";
    case AdmissionCode::kTooLong:
      return "too_long";
    case AdmissionCode::kPrivateAddress:
      return "private_address";
    case AdmissionCode::kLimit:
      return "limit";
    case AdmissionCode::kTrap:
      return "trap";
    case AdmissionCode::kNofollow:
      return "robots";
  }
  return "admitted";
}

std::string_view TruncationName(Truncation truncation) {
  switch (truncation) {
    case Truncation::kNone:
      return "";
    case Truncation::kLength:
      return "length";
    case Truncation::kTime:
      return "time";
    case Truncation::kDisconnect:
      return "disconnect";
  }
  return "";
}

}  // namespace spinneret
