#include "parser/html_document.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <gumbo.h>

#include "base/check.h"

namespace spinneret::internal {

// What comes through the jump out of gumbo.
constexpr int kOverBudget = 1;
constexpr int kAssertionFailed = 2;

// Memory for one tree. A block that is given back serves the next of its size: gumbo makes and drops several small
// buffers for each tag. Everything goes at once with Reset(): gumbo's own destruction of a tree recurses as deep as the
// tree.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (const Block& block : blocks_) {
      std::free(block.data);
    }
  }

  void Reset(std::size_t budget) {
    while (kept_ > kKeptBytes && blocks_.size() > 1) {
      kept_ -= blocks_.back().size;
      std::free(blocks_.back().data);
      blocks_.pop_back();
    }
    free_.fill(nullptr);
    current_ = 0;
    used_ = 0;
    taken_ = 0;
    budget_ = budget;
  }

  std::size_t memory() const { return kept_; }
  // Where building ends that cannot go on.
  std::jmp_buf& give_up() { return give_up_; }

  void* Allocate(std::size_t size) {
    const std::size_t size_class = ClassOf(size);
    if (size_class < free_.size() && free_[size_class] != nullptr) {
      Header* header = free_[size_class];
      free_[size_class] = header->next;
      header->size_class = size_class;
      return header + 1;
    }
    const std::size_t bytes = sizeof(Header) + BytesOf(size_class, size);
    taken_ += bytes;
    if (taken_ > budget_) {
      // Through gumbo's frames, which are plain C and own nothing but this arena.
      std::longjmp(give_up_, kOverBudget);
    }
    auto* header = static_cast<Header*>(Take(bytes));
    header->size_class = size_class;
    return header + 1;
  }

  void Free(void* memory) {
    if (memory == nullptr) {
      return;
    }
    Header* header = static_cast<Header*>(memory) - 1;
    const std::size_t size_class = header->size_class;
    if (size_class < free_.size()) {
      header->next = free_[size_class];
      free_[size_class] = header;
    }
  }

 private:
  // Before each piece: its class while it is in use, the next free one of its class after that.
  union Header {
    std::size_t size_class;
    Header* next;
  };
  struct Block {
    char* data = nullptr;
    std::size_t size = 0;
  };

  static constexpr std::size_t kFineStep = 16;
  static constexpr std::size_t kFineBytes = 512;
  static constexpr std::size_t kFineClasses = kFineBytes / kFineStep;
  static constexpr std::size_t kFirstBlock = 256U << 10U;
  static constexpr std::size_t kLargestBlock = 4U << 20U;
  static constexpr std::size_t kKeptBytes = 16U << 20U;

  // Steps of 16 bytes up to 512, then powers of two.
  static std::size_t ClassOf(std::size_t size) {
    if (size <= kFineBytes) {
      return size == 0 ? 0 : (size - 1) / kFineStep;
    }
    return kFineClasses + static_cast<std::size_t>(std::bit_width(size - 1));
  }
  static std::size_t BytesOf(std::size_t size_class, std::size_t size) {
    return size_class < kFineClasses ? (size_class + 1) * kFineStep : std::bit_ceil(size);
  }

  void* Take(std::size_t bytes) {
    while (current_ < blocks_.size() && blocks_[current_].size - used_ < bytes) {
      ++current_;
      used_ = 0;
    }
    if (current_ == blocks_.size()) {
      const std::size_t grown = blocks_.empty() ? kFirstBlock : std::min(blocks_.back().size * 2, kLargestBlock);
      Block block;
      block.size = std::max(grown, bytes);
      block.data = static_cast<char*>(std::malloc(block.size));
      SPINNERET_CHECK(block.data != nullptr, "out of memory");
      blocks_.push_back(block);
      kept_ += block.size;
      used_ = 0;
    }
    char* taken = blocks_[current_].data + used_;
    used_ += bytes;
    return taken;
  }

  std::vector<Block> blocks_;
  std::array<Header*, kFineClasses + 65> free_{};
  std::size_t current_ = 0;  // the block that is being filled
  std::size_t used_ = 0;     // of it
  std::size_t kept_ = 0;
  std::size_t taken_ = 0;
  std::size_t budget_ = 0;
  std::jmp_buf give_up_;
};

namespace {

// How many bytes may be read again to find how far a page can be read that breaks gumbo.
constexpr std::size_t kTrialBytes = 4U << 20U;

void* AllocateFrom(void* arena, std::size_t size) {
  return static_cast<Arena*>(arena)->Allocate(size);
}
void FreeTo(void* arena, void* memory) {
  static_cast<Arena*>(arena)->Free(memory);
}

// The arena that gumbo works in on this thread, while it does.
thread_local Arena* building = nullptr;

// Null when it could not be built; `failure` then says why. No local here may need destruction: the jump passes it by.
const GumboNode* BuildTree(Arena& arena, const char* html, std::size_t size, int& failure) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = AllocateFrom;
  options.deallocator = FreeTo;
  options.userdata = &arena;
  options.max_errors = 0;
  building = &arena;
  failure = setjmp(arena.give_up());
  if (failure != 0) {
    building = nullptr;
    return nullptr;
  }
  const GumboNode* document = gumbo_parse_with_options(&options, html, size)->document;
  building = nullptr;
  return document;
}

}  // namespace

[[noreturn]] void GumboAssertionFailed() {
  std::longjmp(building->give_up(), kAssertionFailed);
}
bool IsGumboAtWork() {
  return building != nullptr;
}

HtmlDocument::HtmlDocument() : arena_(std::make_unique<Arena>()) {}
HtmlDocument::~HtmlDocument() = default;

std::size_t HtmlDocument::memory() const {
  return arena_->memory();
}

HtmlDocument::Built HtmlDocument::Build(std::string_view html, std::size_t max_tree_bytes) {
  arena_->Reset(max_tree_bytes);
  int failure = 0;
  root_ = BuildTree(*arena_, html.empty() ? "" : html.data(), html.size(), failure);
  if (root_ != nullptr) {
    return Built::kWhole;
  }
  return failure == kOverBudget ? Built::kOverBudget : Built::kFailed;
}

std::string_view HtmlDocument::Parse(std::string_view html, const ReadLimits& limits, RawText raw_text) {
  const BoundedHtml bounded = BoundHtml(html, limits, raw_text, outline_, scratch_);
  Built built = Build(bounded.html, limits.max_tree_bytes);
  if (built == Built::kWhole) {
    return bounded.cut;
  }
  // `good` bytes can be built, as far as is known; `bad` bytes cannot.
  std::size_t good = 0;
  std::size_t bad = bounded.html.size();
  std::size_t trials = built == Built::kFailed ? kTrialBytes : 0;
  while (bad - good > 1 && (good == 0 || trials > bad)) {
    const std::size_t size = good + (bad - good) / 2;
    built = Build(bounded.html.substr(0, size), limits.max_tree_bytes);
    (built == Built::kWhole ? good : bad) = size;
    trials -= std::min(trials, size);
  }
  if (built != Built::kWhole) {
    // Nothing at all is built whatever it takes.
    Build(bounded.html.substr(0, good), good == 0 ? static_cast<std::size_t>(-1) : limits.max_tree_bytes);
  }
  return "work";
}

}  // namespace spinneret::internal

// gumbo is built with its assertions, and there are short pages that break them ("<table><math><mi><![CDATA[x]]>>").
// Those must not end the program: the symbol is taken over from the C library, for gumbo's time alone.
extern "C" void __assert_fail(const char* assertion, const char* file, unsigned int line,
                              const char* function) noexcept {
  if (spinneret::internal::IsGumboAtWork()) {
    spinneret::internal::GumboAssertionFailed();
  }
  std::fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, assertion);
  std::abort();
}
