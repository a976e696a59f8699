// Frontier: a scope that grows while the crawl goes on.
#include <utility>

#include <fmt/format.h>

#include "crawler/frontier/frontier.h"

namespace spinneret {

void Frontier::WidenTo(UrlHandle final_url) {
  WithTexts({final_url}, [this](UrlHandle, const Url& url) {
    if (!scope_.Widen(url)) {
      return;
    }
    const std::string name = url.host_key_text();
    AskSitemapsOf(url);
    widened_.push_back(name);
    if (shared_ != nullptr) {
      shared_->NoteWidened(url.href_without_fragment());
    }
    store_.AddEvent(EventRow{clock_.WallTimeMs(), "scope_widened",
                             fmt::format("a seed redirects to {}: its host is in scope now", url.href())});
    // Links to it that were refused before count as if the scope had been wide from the start.
    RecheckAllHeld();
  });
}

void Frontier::RecheckAllHeld() {
  for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_.At(i);
    if (!host.held.empty()) {
      RecheckHeld(host);
    }
  }
}

void Frontier::RecheckHeld(Host& host) {
  std::vector<UrlHandle> held = std::exchange(host.held, {});
  const std::uint32_t index = host.index;
  WithTexts(std::move(held), [this, index](UrlHandle handle, const Url& url) {
    Host& its_host = hosts_.At(index);
    if (!known_.Has(handle, UrlFlag::kScopeRefused)) {
      return;  // a seed's redirect led to it meanwhile
    }
    const Admission admission = scope_.Check(url, Standing::kLink);
    if (admission.code == AdmissionCode::kScope) {
      its_host.held.push_back(handle);
      return;
    }
    known_.Clear(handle, UrlFlag::kScopeRefused);
    AdmissionCode code = admission.code;
    if (admission.admitted() && known_.hops_left(handle) == kNoHops) {
      code = AdmissionCode::kDepth;
    }
    store_.Readmit(handle, known_.depth(handle), known_.hops_left(handle), code, admission.detail);
    if (code == AdmissionCode::kAdmitted) {
      Admit(handle, its_host, url.href(), {});
    } else {
      known_.Set(handle, code == AdmissionCode::kDepth ? UrlFlag::kDepthRefused : UrlFlag::kRefused);
    }
  });
}

}  // namespace spinneret
