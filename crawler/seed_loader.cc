#include "crawler/seed_loader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/log.h"

namespace spinneret {
namespace {

constexpr char kSourceDone[] = "done";
constexpr std::uint64_t kMostBadLinesShown = 20;

// "POSITION LINE", as written below.
struct Progress {
  std::uint64_t position = 0;
  std::uint64_t line = 0;
};

Progress ParseProgress(const std::string& text) {
  Progress progress;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, progress.position);
  if (first.ec == std::errc() && first.ptr != end) {
    std::from_chars(first.ptr + 1, end, progress.line);
  }
  return progress;
}

}  // namespace

SeedLoader::SeedLoader(const std::vector<SeedSource>& sources, Frontier& frontier, Store& store, const Clock& clock)
    : sources_(sources), frontier_(frontier), store_(store), clock_(clock) {}

bool SeedLoader::WholeBeforePublishing() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const SeedSource& source) { return source.kind == SeedSource::Kind::kStdin; });
}

std::string SeedLoader::StateKey() const {
  return fmt::format("seeds:{}", source_);
}

Result<void> SeedLoader::OpenSource() {
  const SeedSource& source = sources_[source_];
  const Progress progress = ParseProgress(store_.GetState(StateKey()));
  const bool is_stdin = source.kind == SeedSource::Kind::kStdin;
  Result<SeedListReader> reader =
      SeedListReader::Open(is_stdin ? "-" : source.value, is_stdin ? 0 : progress.position, progress.line);
  if (!reader) {
    return std::move(reader).error();
  }
  reader_.emplace(std::move(*reader));
  return {};
}

void SeedLoader::NoteBadLine(const SeedLine& seed) {
  ++bad_lines_;
  const std::string& name = sources_[source_].value;
  const std::string text = fmt::format("{}:{}: {}", name == "-" ? "standard input" : name, seed.line, seed.error);
  store_.AddEvent(EventRow{clock_.WallTimeMs(), "bad_seed_line", text});
  if (bad_lines_ <= kMostBadLinesShown) {
    Log(LogLevel::kWarning, text);
  } else if (bad_lines_ == kMostBadLinesShown + 1) {
    Log(LogLevel::kWarning, "more seed lines are bad: the table `events` has them all");
  }
}

Result<bool> SeedLoader::Read(std::uint64_t most) {
  std::uint64_t read = 0;
  while (source_ < sources_.size() && read < most) {
    const SeedSource& source = sources_[source_];
    if (store_.GetState(StateKey()) == kSourceDone) {
      ++source_;
      continue;
    }
    if (source.kind == SeedSource::Kind::kUrl) {
      SeedLine seed;
      seed.url = ParseSeedUrl(source.value, seed.error);
      if (!seed.url) {
        return Err(ErrorCode::kInvalidArgument, seed.error);
      }
      frontier_.AddSeed(*seed.url, std::nullopt, {});
      ++read;
      store_.SetState(StateKey(), kSourceDone);
      ++source_;
      continue;
    }
    if (!reader_) {
      if (Result<void> opened = OpenSource(); !opened) {
        return std::move(opened).error();
      }
    }
    Result<std::optional<SeedLine>> seed = reader_->Next();
    if (!seed) {
      return std::move(seed).error();
    }
    if (!*seed) {
      reader_.reset();
      store_.SetState(StateKey(), kSourceDone);
      ++source_;
      continue;
    }
    ++read;
    if ((*seed)->url) {
      frontier_.AddSeed(*(*seed)->url, (*seed)->depth, (*seed)->tag);
    } else {
      NoteBadLine(**seed);
    }
  }
  if (source_ < sources_.size() && reader_) {
    store_.SetState(StateKey(), fmt::format("{} {}", reader_->position(), reader_->line()));
  }
  return source_ < sources_.size();
}

}  // namespace spinneret
