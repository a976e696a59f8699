// Frontier: what a shorter path to a known URL changes.
#include <algorithm>
#include <utility>

#include "crawler/frontier/frontier.h"

namespace spinneret {

void Frontier::LowerRedirectHops(UrlHandle url, std::uint8_t hops) {
  while (true) {
    const auto current = redirect_hops_.find(url.value);
    if (current == redirect_hops_.end() || current->second <= hops) {
      return;
    }
    current->second = hops;
    if (known_.Has(url, UrlFlag::kHopsRefused) && hops <= settings_.max_redirects) {
      known_.Clear(url, UrlFlag::kHopsRefused);
      if (known_.hops_left(url) == kNoHops) {
        known_.Set(url, UrlFlag::kDepthRefused);
        store_.Readmit(url, known_.depth(url), kNoHops, AdmissionCode::kDepth);
      } else {
        Readmit(url);
      }
    }
    url = OnwardFrom(url);
    if (!url) {
      return;
    }
    ++hops;  // below the entry that it replaces, so it cannot wrap
  }
}

void Frontier::Relax(UrlHandle url, std::uint32_t depth, std::int16_t hops_left) {
  if (!depth_limited_ || hops_left <= known_.hops_left(url)) {
    return;
  }
  relaxations_.push_back({url, depth, hops_left, {}});
  DrainRelaxations();
}

void Frontier::DrainRelaxations() {
  if (relaxing_) {
    return;  // a caller up the stack does it: recursion would be as deep as the site
  }
  relaxing_ = true;
  while (!relaxations_.empty()) {
    const Relaxation step = relaxations_.back();
    relaxations_.pop_back();
    if (step.hops_left <= known_.hops_left(step.url)) {
      continue;
    }
    if (known_.Has(step.url, UrlFlag::kForeign)) {
      known_.SetPath(step.url, step.depth, step.hops_left);
      ForwardShorter(step.url, step.depth, step.hops_left);
      continue;
    }
    if (shared_ != nullptr && step.from && shared_->Apart(step.from, shared_->NameOf(step.url).host)) {
      ForwardShorter(step.url, step.depth, step.hops_left);
      continue;
    }
    known_.SetPath(step.url, std::min(step.depth, known_.depth(step.url)), step.hops_left);
    if (known_.Has(step.url, UrlFlag::kRefused) || known_.Has(step.url, UrlFlag::kScopeRefused) ||
        known_.Has(step.url, UrlFlag::kHopsRefused)) {
      continue;
    }
    if (known_.Has(step.url, UrlFlag::kDepthRefused)) {
      known_.Clear(step.url, UrlFlag::kDepthRefused);
      Readmit(step.url);
      continue;
    }
    const std::uint32_t depth = known_.depth(step.url);
    store_.Readmit(step.url, depth, step.hops_left, AdmissionCode::kAdmitted);
    if (!known_.Has(step.url, UrlFlag::kDone) && !IsRevisit(step.url)) {
      continue;
    }
    const bool redirect = redirects_.contains(step.url.value);
    if (const auto refresh = refreshes_.find(step.url.value); refresh != refreshes_.end()) {
      relaxations_.push_back(Relaxation{refresh->second, depth, step.hops_left, step.url});
    }
    ++reads_out_;
    store_.ReadTargets(step.url, [this, step, depth, redirect](Result<std::vector<UrlHandle>> targets) {
      --reads_out_;
      if (!targets) {
        failure_ = std::move(targets).error();
        return;
      }
      for (const UrlHandle target : *targets) {
        relaxations_.push_back(redirect ? Relaxation{target, depth, step.hops_left, step.url}
                                        : Relaxation{target, depth + 1, OneHopLess(step.hops_left), step.url});
      }
      DrainRelaxations();
    });
  }
  relaxing_ = false;
}

void Frontier::Readmit(UrlHandle url) {
  store_.Readmit(url, known_.depth(url), known_.hops_left(url), AdmissionCode::kAdmitted);
  WithTexts({url}, [this](UrlHandle handle, const Url& parsed) {
    const std::string host = parsed.host_key_text();
    Admit(handle, HostFor(keys_.Host(host), host), parsed.href(), {});
  });
}

}  // namespace spinneret
