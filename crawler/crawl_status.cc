#include "crawler/crawl_status.h"

namespace spinneret {

std::string_view EndReasonName(EndReason reason) {
  switch (reason) {
    case EndReason::kDone:
      return "done";
    case EndReason::kLimit:
      return "limit";
    case EndReason::kSize:
      return "size";
    case EndReason::kTime:
      return "time";
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kStorage:
      return "storage";
    case EndReason::kNoSeed:
      return "no_seed";
    case EndReason::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace spinneret
