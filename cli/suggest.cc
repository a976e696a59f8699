#include "cli/suggest.h"

#include <algorithm>
#include <vector>

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxWord = 64;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Three rows of the optimal string alignment: swaps look two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) && Lower(a[i - 2]) == Lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string> FindNearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kMaxWord) {
    return std::nullopt;
  }
  const std::string* nearest = nullptr;
  std::size_t best = 0;
  for (const std::string& candidate : candidates) {
    std::size_t distance = EditDistance(word, candidate);
    // A beginning of the right name is a slip of another kind: --time for --time-limit.
    if (word.size() >= 3 && candidate.starts_with(word)) {
      distance = std::min<std::size_t>(distance, 1);
    }
    if (nearest == nullptr || distance < best) {
      nearest = &candidate;
      best = distance;
    }
  }
  // A third of the letters may be wrong, not more: a far-fetched proposal is worse than none.
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  if (nearest == nullptr || best > allowed) {
    return std::nullopt;
  }
  return *nearest;
}

}  // namespace spinneret::cli
