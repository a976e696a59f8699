#include "cli/gate.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/option_kinds.h"

namespace spinneret::cli {
namespace {

constexpr std::string_view kCoverage = "coverage";
constexpr std::string_view kRecords = "records";

Error NoGate(const std::string& text) {
  return Err(ErrorCode::kInvalidArgument,
             fmt::format("--fail-on {}: not a condition; write coverage:FIELD<0.9, coverage:RECIPE.FIELD<0.9 or "
                         "records:RECIPE<100, with <, <=, > or >=",
                         Printable(text)));
}

bool Holds(const Gate& gate, double value) {
  switch (gate.comparison) {
    case Gate::Comparison::kLess:
      return value < gate.bound;
    case Gate::Comparison::kLessOrEqual:
      return value <= gate.bound;
    case Gate::Comparison::kGreater:
      return value > gate.bound;
    case Gate::Comparison::kGreaterOrEqual:
      return value >= gate.bound;
  }
  return false;
}

bool HasField(const Recipe& recipe, const std::string& field) {
  return std::any_of(recipe.fields.begin(), recipe.fields.end(),
                     [&field](const RecipeField& candidate) { return candidate.name == field; });
}

bool IsAbout(const Gate& gate, const Recipe& recipe) {
  return (gate.recipe.empty() || gate.recipe == recipe.name) && (gate.field.empty() || HasField(recipe, gate.field));
}

}  // namespace

Result<Gate> ReadGate(const std::string& text) {
  Gate gate;
  gate.text = text;
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos) {
    return NoGate(text);
  }
  const bool equal = sign + 1 < text.size() && text[sign + 1] == '=';
  gate.comparison = text[sign] == '<' ? (equal ? Gate::Comparison::kLessOrEqual : Gate::Comparison::kLess)
                                      : (equal ? Gate::Comparison::kGreaterOrEqual : Gate::Comparison::kGreater);
  const std::string bound = text.substr(sign + (equal ? 2 : 1));
  const auto [end, error] = std::from_chars(bound.data(), bound.data() + bound.size(), gate.bound);
  if (error != std::errc() || end != bound.data() + bound.size() || !std::isfinite(gate.bound)) {
    return NoGate(text);
  }
  const std::string subject = text.substr(0, sign);
  const std::size_t colon = std::min(subject.find(':'), subject.size());
  const std::string measure = subject.substr(0, colon);
  const std::string name = colon < subject.size() ? subject.substr(colon + 1) : "";
  if (measure == kRecords) {
    gate.measure = Gate::Measure::kRecords;
    gate.recipe = name;
    return colon < subject.size() && name.empty() ? Result<Gate>(NoGate(text)) : Result<Gate>(gate);
  }
  const std::size_t dot = name.find('.');
  gate.recipe = dot == std::string::npos ? "" : name.substr(0, dot);
  gate.field = dot == std::string::npos ? name : name.substr(dot + 1);
  if (measure != kCoverage || gate.field.empty()) {
    return NoGate(text);
  }
  return gate;
}

CLI::Option* AddGateOption(CLI::App& app, std::vector<std::string>& target) {
  return AddListOption(app, "--fail-on", "CONDITION", target,
                       "End with exit status 10 when this is so at the end: coverage:FIELD<0.9 (the share of records "
                       "that have it), coverage:RECIPE.FIELD<0.9, records:RECIPE<100. Repeatable",
                       [](const std::string& text) {
                         const Result<Gate> gate = ReadGate(text);
                         return gate ? std::string() : gate.error().message;
                       });
}

Result<std::vector<Gate>> ReadGates(const std::vector<std::string>& texts,
                                    const std::vector<std::shared_ptr<const Recipe>>& recipes) {
  std::vector<Gate> gates;
  for (const std::string& text : texts) {
    Result<Gate> gate = ReadGate(text);
    if (!gate) {
      return std::move(gate).error();
    }
    if (std::none_of(recipes.begin(), recipes.end(),
                     [&gate](const std::shared_ptr<const Recipe>& recipe) { return IsAbout(*gate, *recipe); })) {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("--fail-on {}: {}", Printable(text),
                             recipes.empty() ? "there are no records without --recipe or --select"
                                             : "no recipe given here has this name or field"));
    }
    gates.push_back(std::move(*gate));
  }
  return gates;
}

std::vector<std::string> FailedGates(const std::vector<Gate>& gates, const std::vector<RecipeChange>& changes) {
  std::vector<std::string> failed;
  for (const Gate& gate : gates) {
    for (const RecipeChange& change : changes) {
      if (!gate.recipe.empty() && gate.recipe != change.recipe) {
        continue;
      }
      if (gate.measure == Gate::Measure::kRecords) {
        if (Holds(gate, static_cast<double>(change.records))) {
          failed.push_back(fmt::format("--fail-on {}: {} has {} records", gate.text, change.recipe, change.records));
        }
        continue;
      }
      const auto row = std::find_if(change.coverage.begin(), change.coverage.end(), [&gate](const CoverageRow& one) {
        return one.shape.empty() && one.field == gate.field;
      });
      if (row != change.coverage.end() && Holds(gate, row->rate())) {
        failed.push_back(fmt::format("--fail-on {}: {} of {} records of {} have {} ({:.3f})", gate.text, row->filled,
                                     row->records, change.recipe, gate.field, row->rate()));
      }
    }
  }
  return failed;
}

}  // namespace spinneret::cli
