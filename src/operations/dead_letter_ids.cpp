#include "operations/dead_letter_ids.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "domain/event_id.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

using OfEvents = std::vector<DeadLettersOfEvent>;

/// What a written id comes to.
struct Meant {
  std::uint64_t number = 0;
  bool is_dead = false;
};

/// Of those that name the first of these events that any of them names.
std::expected<Meant, NotDone> meant_one(const OfEvents& found, const std::vector<std::string>& event_ids) {
  const auto order = [](const DeadLettersOfEvent& some) { return std::tuple{some.are_dead, some.of_notification}; };
  for (const std::string& event_id : event_ids) {
    const DeadLettersOfEvent* best = nullptr;
    for (const DeadLettersOfEvent& some : found) {
      if (some.event_id == event_id && (best == nullptr || order(some) > order(*best))) best = &some;
    }
    if (best == nullptr) continue;
    if (best->count > 1) return std::unexpected{NotDone::several_dead_letters};
    return Meant{.number = best->newest, .is_dead = best->are_dead};
  }
  return std::unexpected{NotDone::no_such_dead_letter};
}

/// Looks up all that is written in two questions.
class Choosing {
 public:
  Choosing(DeadLetterRepository& repository, const std::vector<std::string>& written)
      : repository_{repository}, written_{written} {}

  std::expected<ChosenDeadLetters, RepositoryError> run() {
    if (auto failure = look_up()) return std::unexpected{std::move(*failure)};
    ChosenDeadLetters chosen;
    std::vector<std::uint64_t> numbers;
    for (const std::string& one : written_) {
      const auto meant = meant_by(one);
      if (!meant || !meant->is_dead) {
        chosen.left_out.push_back({.written = one, .why = meant ? NotDone::not_dead : meant.error()});
      } else if (std::ranges::find(numbers, meant->number) == numbers.end()) {
        numbers.push_back(meant->number);
      }
    }
    chosen.choice = std::move(numbers);
    return chosen;
  }

 private:
  std::optional<RepositoryError> look_up() {
    std::vector<std::uint64_t> numbers;
    std::vector<std::string> event_ids;
    for (const std::string& one : written_) {
      if (const auto number = dead_letter_number(one)) {
        numbers.push_back(*number);
      } else {
        for (std::string& event_id : event_ids_meant_by(one)) event_ids.push_back(std::move(event_id));
      }
    }
    auto states = repository_.states(numbers);
    if (!states) return std::move(states.error());
    states_ = std::move(*states);
    auto of_events = repository_.of_events(event_ids);
    if (!of_events) return std::move(of_events.error());
    of_events_ = std::move(*of_events);
    return std::nullopt;
  }

  [[nodiscard]] std::expected<Meant, NotDone> meant_by(const std::string& written) const {
    const auto number = dead_letter_number(written);
    if (!number) return meant_one(of_events_, event_ids_meant_by(written));
    const auto state = states_.find(*number);
    if (state == states_.end()) return std::unexpected{NotDone::no_such_dead_letter};
    return Meant{.number = *number, .is_dead = state->second == DeadLetterState::dead};
  }

  DeadLetterRepository& repository_;
  const std::vector<std::string>& written_;
  std::map<std::uint64_t, DeadLetterState> states_;
  OfEvents of_events_;
};

}  // namespace

bool ChosenDeadLetters::is_empty() const {
  const auto* const numbers = std::get_if<std::vector<std::uint64_t>>(&choice);
  return numbers != nullptr && numbers->empty();
}

std::optional<std::uint64_t> dead_letter_number(std::string_view written) {
  std::int64_t number = 0;
  const bool is_of_digits = !written.empty() && std::ranges::all_of(written, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_of_digits) return std::nullopt;
  const auto read = std::from_chars(written.data(), written.data() + written.size(), number);
  if (read.ec != std::errc{}) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

std::expected<std::uint64_t, OperationError> find_number(DeadLetterRepository& repository, const std::string& written) {
  if (const auto number = dead_letter_number(written)) return *number;
  const auto event_ids = event_ids_meant_by(written);
  const auto found = repository.of_events(event_ids);
  if (!found) return std::unexpected{found.error()};
  const auto meant = meant_one(*found, event_ids);
  if (!meant) return std::unexpected{meant.error()};
  return meant->number;
}

std::expected<ChosenDeadLetters, RepositoryError> choose(DeadLetterRepository& repository, const WrittenChoice& written) {
  if (const auto* ids = std::get_if<std::vector<std::string>>(&written)) return Choosing{repository, *ids}.run();
  return ChosenDeadLetters{.choice = std::get<DeadLetterFilter>(written), .left_out = {}};
}

std::string with_left_out(std::string json, std::string_view name, const std::vector<LeftOut>& left_out) {
  if (left_out.empty()) return json;
  json::array list;
  for (const LeftOut& one : left_out) {
    const auto number = dead_letter_number(one.written);
    list.push_back({{"id", number ? json::value(*number) : json::value(one.written)}, {"error", words_of(one.why)}});
  }
  json.pop_back();
  return json.append(",\"").append(name).append("\":").append(json::serialize(list)).append("}");
}

}  // namespace notifier
