#include "crawler/frontier/trap_shape.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <xxhash.h>

#include "crawler/frontier/url_date.h"

namespace spinneret {
namespace {

constexpr std::size_t kMaxSegments = 64;
constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxShape = 400;
constexpr std::size_t kLongText = 32;

enum CharClass : std::uint8_t { kOther = 0, kDigit = 1, kHexLetter = 2, kLetter = 4, kSeparator = 8, kPercent = 16 };

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = '0'; c <= '9'; ++c) {
    classes[static_cast<std::size_t>(c)] = kDigit;
  }
  for (int c = 'a'; c <= 'z'; ++c) {
    const auto kind = static_cast<std::uint8_t>(c <= 'f' ? kHexLetter : kLetter);
    classes[static_cast<std::size_t>(c)] = kind;
    classes[static_cast<std::size_t>(c - 'a' + 'A')] = kind;
  }
  classes['-'] = classes['_'] = classes['+'] = classes['~'] = kSeparator;
  classes['%'] = kPercent;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = MakeClasses();

std::uint8_t ClassOf(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}
bool IsDigit(char c) {
  return ClassOf(c) == kDigit;
}

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) {
    ++end;
  }
  return end - at;
}

std::uint64_t Hash(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}
std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const std::array<std::uint64_t, 2> both = {a, b};
  return XXH3_64bits(both.data(), sizeof both);
}

// A text that stops growing at its bound.
class Text {
 public:
  void Add(std::string_view part) {
    const std::size_t size = std::min(part.size(), buffer_.size() - size_);
    std::memcpy(buffer_.data() + size_, part.data(), size);
    size_ += size;
  }
  std::string_view view() const { return {buffer_.data(), size_}; }
  std::size_t size() const { return size_; }
  void CutTo(std::size_t size) { size_ = size; }

 private:
  std::array<char, kMaxShape> buffer_;
  std::size_t size_ = 0;
};

// --- One segment or value

struct Counts {
  std::size_t digits = 0, hex_letters = 0, letters = 0, separators = 0, percents = 0, others = 0;
};

Counts Count(std::string_view text) {
  Counts counts;
  for (const char c : text) {
    switch (ClassOf(c)) {
      case kDigit:
        ++counts.digits;
        break;
      case kHexLetter:
        ++counts.hex_letters;
        break;
      case kLetter:
        ++counts.letters;
        break;
      case kSeparator:
        ++counts.separators;
        break;
      case kPercent:
        ++counts.percents;
        break;
      default:
        ++counts.others;
        break;
    }
  }
  return counts;
}

bool IsToken(const Counts& counts) {
  if (counts.others > 0 || counts.percents > 0 || counts.digits < 2) {
    return false;
  }
  const std::size_t letters = counts.hex_letters + counts.letters;
  const std::size_t length = letters + counts.digits;
  const bool hex = counts.letters == 0 && counts.hex_letters > 0 && counts.separators <= 4;
  return (hex && length >= 16) || (length >= 20 && letters >= 4 && counts.digits >= 3 && counts.separators <= 1);
}

void AddWithoutNumbers(std::string_view text, Text& out) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!IsDigit(text[at])) {
      ++at;
      continue;
    }
    out.Add(text.substr(from, at - from));
    out.Add("{n}");
    at += DigitsAt(text, at);
    from = at;
  }
  out.Add(text.substr(from));
}

struct Classified {
  bool varies = false;
  bool token = false;
  std::int32_t month = UrlShape::kNoDate;
};

Classified AddSegment(std::string_view segment, Text& out) {
  const std::size_t dot = segment.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot > 0 && segment.size() - dot <= 6;
  const std::string_view stem = has_extension ? segment.substr(0, dot) : segment;
  const Counts counts = Count(stem);
  Classified found;
  found.varies = counts.digits > 0;
  if (IsToken(counts)) {
    found.token = true;
    out.Add("{id}");
  } else if (counts.digits == stem.size() && counts.digits < 8 && counts.digits > 0) {
    out.Add("{n}");
  } else if (const std::optional<DateInText> date = counts.digits >= 5 ? FindDate(segment) : std::nullopt) {
    found.month = date->month;
    AddWithoutNumbers(segment.substr(0, date->begin), out);
    out.Add("{date}");
    AddWithoutNumbers(segment.substr(date->end), out);
    return found;
  } else if (counts.separators >= 2 || counts.percents > 0 || stem.size() > kLongText) {
    found.varies = true;
    out.Add("{text}");
  } else {
    AddWithoutNumbers(stem, out);
  }
  if (has_extension) {
    AddWithoutNumbers(segment.substr(dot), out);
  }
  return found;
}

// --- Sessions

struct SessionName {
  std::string_view name;
  bool certain;  // nothing else goes by this name
};
constexpr std::array<SessionName, 13> kSessionNames = {{{"jsessionid", true},
                                                        {"phpsessid", true},
                                                        {"sessionid", true},
                                                        {"session_id", true},
                                                        {"session-id", true},
                                                        {"sessid", true},
                                                        {"aspsessionid", true},
                                                        {"cftoken", true},
                                                        {"oscsid", true},
                                                        {"zenid", true},
                                                        {"session", false},
                                                        {"sess", false},
                                                        {"sid", false}}};

const SessionName* FindSessionName(std::string_view name) {
  if (name.size() < 3 || name.size() > 32) {
    return nullptr;
  }
  std::array<char, 32> lower{};
  for (std::size_t i = 0; i < name.size(); ++i) {
    lower[i] = static_cast<char>(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
  }
  const std::string_view folded(lower.data(), name.size());
  for (const SessionName& known : kSessionNames) {
    if (folded == known.name || (known.name == "aspsessionid" && folded.starts_with(known.name))) {
      return &known;
    }
  }
  return nullptr;
}

// --- A whole URL

struct Parameter {
  std::string_view name, value;
};

class Shaper {
 public:
  explicit Shaper(std::string_view href) { Read(href); }

  UrlShape shape;
  Text text;
  Text family;

 private:
  void Read(std::string_view href);
  void ReadPath(std::string_view path);
  void AddPlainPath();
  void AddRepeatingPath();
  std::size_t AddDateSegments(std::size_t at);
  void ReadQuery(std::string_view query);
  void AddParameters();
  // `value` is a part of the URL.
  void Session(std::string_view href, std::string_view name, std::string_view value, char mark);

  bool varies_ = false;
  std::array<std::string_view, kMaxSegments> segments_;
  std::size_t segment_count_ = 0;
  std::string_view path_session_name_, path_session_;
  std::string_view directory_token_;
  std::size_t directory_token_end_ = 0;  // in `text`
  std::array<Parameter, kMaxParameters> parameters_;
  std::size_t parameter_count_ = 0;
};

void Shaper::Read(std::string_view href) {
  if (!href.starts_with("http://") && !href.starts_with("https://")) {
    return;
  }
  const std::size_t begin = href.find('/', href.find(':') + 3);
  if (begin == std::string_view::npos) {
    return;
  }
  const std::size_t mark = href.find('?', begin);
  const std::size_t path_end = std::min(mark, href.size());
  ReadPath(href.substr(begin, path_end - begin));
  if (mark != std::string_view::npos) {
    shape.query_length = static_cast<std::uint16_t>(std::min<std::size_t>(href.size() - mark - 1, UINT16_MAX));
    ReadQuery(href.substr(mark + 1));
  }
  const Parameter* token = nullptr;
  for (std::size_t i = 0; i < parameter_count_; ++i) {
    const Parameter& parameter = parameters_[i];
    if (const SessionName* name = FindSessionName(parameter.name); name != nullptr && !parameter.value.empty()) {
      const Counts counts = Count(parameter.value);
      // "sid=17" is as often a section as a session.
      if (name->certain ||
          (counts.digits > 0 && counts.digits < parameter.value.size() && parameter.value.size() >= 8)) {
        shape.named_session = true;
        Session(href, parameter.name, parameter.value, '?');
        return;
      }
    }
    if (token == nullptr && IsToken(Count(parameter.value))) {
      token = &parameter;
    }
  }
  if (!path_session_.empty()) {
    shape.named_session = true;
    Session(href, path_session_name_, path_session_, ';');
    return;
  }
  if (token != nullptr) {
    Session(href, token->name, token->value, '?');
    return;
  }
  if (!directory_token_.empty()) {
    text.CutTo(directory_token_end_);
    text.Add("/*");
    Session(href, {}, directory_token_, '/');
    return;
  }
  if (parameter_count_ > 0) {
    AddParameters();
  }
  if (varies_ || shape.repeats >= kRepeating || shape.query_repeats >= kRepeating) {
    shape.key = Hash(text.view());
  }
}

void Shaper::Session(std::string_view href, std::string_view name, std::string_view value, char mark) {
  shape.has_session = true;
  if (mark != '/') {
    text.CutTo(0);
    text.Add(mark == '?' ? "*?" : "*;");
    text.Add(name);
    text.Add("={session}");
  }
  const auto at = static_cast<std::size_t>(value.data() - href.data());
  shape.residue = Mix(Hash(href.substr(0, at)), Hash(href.substr(at + value.size())));
  shape.key = Hash(text.view());
  shape.family_key = 0;
}

void Shaper::ReadPath(std::string_view path) {
  std::size_t from = 1;
  while (from <= path.size() && segment_count_ < kMaxSegments) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    std::string_view segment = path.substr(from, end - from);
    if (const std::size_t semicolon = segment.find(';'); semicolon != std::string_view::npos) {
      const std::string_view rest = segment.substr(semicolon + 1);
      const std::size_t equals = rest.find('=');
      if (equals != std::string_view::npos && equals + 1 < rest.size() &&
          FindSessionName(rest.substr(0, equals)) != nullptr) {
        path_session_name_ = rest.substr(0, equals);
        path_session_ = rest.substr(equals + 1, rest.find(';', equals) - equals - 1);
        segment = segment.substr(0, semicolon);
      }
    }
    segments_[segment_count_++] = segment;
    from = end + 1;
  }
  std::size_t distinct = 0;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < segment_count_; ++i) {
    if (segments_[i].empty()) {
      continue;
    }
    ++counted;
    bool first = true;
    for (std::size_t k = 0; k < i && first; ++k) {
      first = segments_[k] != segments_[i];
    }
    distinct += first ? 1 : 0;
  }
  shape.repeats = static_cast<std::uint16_t>(counted - distinct);
  if (shape.repeats >= kRepeating) {
    AddRepeatingPath();
  } else {
    AddPlainPath();
  }
  family = text;
}

void Shaper::AddPlainPath() {
  for (std::size_t i = 0; i < segment_count_; ++i) {
    text.Add("/");
    if (!shape.has_date()) {
      if (const std::size_t taken = AddDateSegments(i); taken > 0) {
        i += taken - 1;
        continue;
      }
    }
    const Classified found = AddSegment(segments_[i], text);
    varies_ = varies_ || found.varies;
    if (found.month != UrlShape::kNoDate && !shape.has_date()) {
      shape.month = found.month;
    }
    if (found.token && directory_token_.empty() && i + 1 < segment_count_ && !segments_[i + 1].empty()) {
      directory_token_ = segments_[i];
      directory_token_end_ = text.size();
    }
  }
}

// "/2031/05/09", "/2031/may": as many segments as the date takes, or 0.
std::size_t Shaper::AddDateSegments(std::size_t at) {
  if (at + 1 >= segment_count_) {
    return 0;
  }
  const std::optional<int> year = ReadYear(segments_[at]);
  if (!year) {
    return 0;
  }
  std::string_view last = segments_[at + 1];
  const auto without_extension = [](std::string_view segment) { return segment.substr(0, segment.find('.')); };
  const std::optional<int> month = ReadMonth(without_extension(last));
  if (!month) {
    return 0;
  }
  std::size_t taken = 2;
  if (at + 2 < segment_count_ && last.find('.') == std::string_view::npos) {
    const std::string_view day = without_extension(segments_[at + 2]);
    if (ReadDay(day)) {
      last = segments_[at + 2];
      taken = 3;
    }
  }
  shape.month = MonthIndex(*year, *month);
  varies_ = true;
  text.Add("{date}");
  if (const std::size_t dot = last.find('.'); dot != std::string_view::npos) {
    AddWithoutNumbers(last.substr(dot), text);
  }
  return taken;
}

void Shaper::AddRepeatingPath() {
  // The segments as a set; their classes, so that counting up on the way does not make new shapes.
  std::array<Text, 12> classes;
  std::size_t count = 0;
  for (std::size_t i = 0; i < segment_count_ && count < classes.size(); ++i) {
    if (segments_[i].empty() ||
        std::find(segments_.begin(), segments_.begin() + i, segments_[i]) != segments_.begin() + i) {
      continue;
    }
    Text one;
    AddSegment(segments_[i], one);
    const auto same = [&one](const Text& other) { return other.view() == one.view(); };
    if (std::none_of(classes.begin(), classes.begin() + count, same)) {
      classes[count++] = one;
    }
  }
  std::sort(classes.begin(), classes.begin() + count, [](const Text& a, const Text& b) { return a.view() < b.view(); });
  text.Add("/(");
  for (std::size_t i = 0; i < count; ++i) {
    text.Add(i == 0 ? "" : "|");
    text.Add(classes[i].view());
  }
  text.Add(")+");
}

void Shaper::ReadQuery(std::string_view query) {
  std::size_t from = 0;
  while (from < query.size() && parameter_count_ < kMaxParameters) {
    const std::size_t end = std::min(query.find('&', from), query.size());
    const std::string_view part = query.substr(from, end - from);
    if (!part.empty()) {
      const std::size_t equals = std::min(part.find('='), part.size());
      parameters_[parameter_count_++] = {part.substr(0, equals),
                                         equals < part.size() ? part.substr(equals + 1) : std::string_view()};
    }
    from = end + 1;
  }
}

void Shaper::AddParameters() {
  const std::size_t count = parameter_count_;
  for (std::size_t i = 0; i < count && shape.pair_count < UrlShape::kMaxPairs; ++i) {
    shape.pairs[shape.pair_count++] = Mix(Hash(parameters_[i].name), Hash(parameters_[i].value));
  }
  std::optional<int> year;
  int month = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = parameters_[i].name;
    const auto is = [name](std::string_view a, std::string_view b, std::string_view c) {
      return name == a || name == b || name == c;
    };
    if (is("year", "yr", "y")) {
      year = ReadYear(parameters_[i].value);
    } else if (is("month", "mon", "m")) {
      month = ReadMonth(parameters_[i].value).value_or(month);
    }
  }
  if (year && !shape.has_date()) {
    shape.month = MonthIndex(*year, month);
  }
  std::array<std::size_t, kMaxParameters> order;
  for (std::size_t i = 0; i < count; ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.begin() + count, [this](std::size_t a, std::size_t b) {
    return parameters_[a].name != parameters_[b].name ? parameters_[a].name < parameters_[b].name : a < b;
  });
  std::uint64_t name_set = 0;
  Text previous;
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Parameter& parameter = parameters_[order[i]];
    Text name;
    AddWithoutNumbers(parameter.name, name);
    if (i > 0 && name.view() == previous.view()) {
      ++shape.query_repeats;
      continue;
    }
    previous = name;
    text.Add(distinct++ == 0 ? "?" : "&");
    text.Add(name.view());
    name_set = Mix(name_set, Hash(name.view()));
    varies_ = varies_ || name.view() != parameter.name;
    if (parameter.value.empty()) {
      continue;
    }
    varies_ = true;
    const std::optional<DateInText> date = parameter.value.size() >= 6 ? FindDate(parameter.value) : std::nullopt;
    if (date && !shape.has_date()) {
      shape.month = date->month;
    }
    const bool digits = DigitsAt(parameter.value, 0) == parameter.value.size();
    text.Add(date ? "={date}" : digits ? "={n}" : "={text}");
  }
  if (count >= 2) {
    shape.names = name_set;
    shape.family_key = Mix(Hash(family.view()), 1);
  }
}

}  // namespace

UrlShape ShapeOf(std::string_view href) {
  return Shaper(href).shape;
}

std::string ShapeText(std::string_view href) {
  return std::string(Shaper(href).text.view());
}

std::string FamilyText(std::string_view href) {
  const Shaper shaper(href);
  return std::string(shaper.family.view()) + "?*";
}

}  // namespace spinneret
