#include "notifier/attempt.hpp"

#include <array>
#include <utility>

namespace notifier {
namespace {

constexpr std::array<std::pair<SendOutcome, std::string_view>, 4> send_outcome_names{{
    {SendOutcome::sent, "sent"},
    {SendOutcome::transient, "transient"},
    {SendOutcome::permanent, "permanent"},
    {SendOutcome::deferred, "deferred"},
}};

}  // namespace

std::string_view to_string(SendOutcome outcome) {
  for (const auto& [known, name] : send_outcome_names) {
    if (known == outcome) return name;
  }
  std::unreachable();
}

std::optional<SendOutcome> send_outcome_from(std::string_view name) {
  for (const auto& [outcome, known] : send_outcome_names) {
    if (known == name) return outcome;
  }
  return std::nullopt;
}

}  // namespace notifier
