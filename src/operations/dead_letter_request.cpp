#include "operations/dead_letter_request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "base/checked_json.hpp"
#include "base/rfc3339.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_text = 2048;

/// Reads the members of an object and keeps the first fault. A member that nobody read is one.
class Members {
 public:
  explicit Members(const json::value& value) : object_{value.if_object()} {
    if (object_ == nullptr) refuse("give a JSON object");
  }

  [[nodiscard]] const json::value* take(std::string_view name) {
    const json::value* const value = object_ == nullptr ? nullptr : object_->if_contains({name.data(), name.size()});
    if (value != nullptr) ++taken_;
    return value;
  }

  [[nodiscard]] std::string text(std::string_view name) {
    const json::value* const value = take(name);
    if (value == nullptr) return {};
    const json::string* const text = value->if_string();
    if (text == nullptr || text->empty() || text->size() > longest_text) {
      refuse(quoted(name) + " must be a text of 1 to " + std::to_string(longest_text) + " bytes");
      return {};
    }
    return {text->data(), text->size()};
  }

  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> time(std::string_view name) {
    const std::string written = text(name);
    if (written.empty()) return std::nullopt;
    const auto time = from_rfc3339(written);
    if (!time) refuse(quoted(name) + " must be a time like 2026-01-31T12:00:00Z or a date like 2026-01-31");
    return time;
  }

  [[nodiscard]] bool flag(std::string_view name) {
    const json::value* const value = take(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse(quoted(name) + " must be true or false");
    return value->is_bool() && value->get_bool();
  }

  [[nodiscard]] std::optional<std::uint64_t> number(const json::value& value, std::uint64_t most) {
    if (value.is_int64() && value.get_int64() >= 0 && std::cmp_less_equal(value.get_int64(), most)) {
      return static_cast<std::uint64_t>(value.get_int64());
    }
    return std::nullopt;
  }

  void refuse(std::string sentence) {
    if (!fault_) fault_ = std::move(sentence);
  }

  [[nodiscard]] std::optional<std::string> fault() const {
    if (fault_ || taken_ == object_->size()) return fault_;
    return "there is a member that is not known here";
  }

  [[nodiscard]] static std::string quoted(std::string_view name) { return '"' + std::string{name} + '"'; }

 private:
  const json::object* object_;
  std::size_t taken_ = 0;
  std::optional<std::string> fault_;
};

/// A number, or a text of no more bytes than an id may have.
std::optional<std::string> read_id(Members& members, const json::value& value) {
  if (const auto number = members.number(value, std::numeric_limits<std::int64_t>::max())) return std::to_string(*number);
  const json::string* const text = value.if_string();
  if (text == nullptr || text->empty() || text->size() > longest_written_id) return std::nullopt;
  return std::string{text->data(), text->size()};
}

std::vector<std::string> read_ids(Members& members, const json::value& value) {
  std::vector<std::string> ids;
  const json::array* const list = value.if_array();
  const bool is_of_a_size = list != nullptr && !list->empty() && list->size() <= most_chosen_ids;
  if (!is_of_a_size) members.refuse(R"("ids" must be a list of 1 to )" + std::to_string(most_chosen_ids) + " ids");
  for (std::size_t index = 0; is_of_a_size && index < list->size(); ++index) {
    auto id = read_id(members, (*list)[index]);
    if (!id) members.refuse(R"("ids" must be numbers of dead letters, or ids of events or notifications as texts)");
    ids.push_back(std::move(id).value_or(""));
  }
  return ids;
}

std::string read_dead_letter_reason(Members& members) {
  std::string reason = members.text("reason");
  if (!reason.empty() && !is_dead_letter_reason(reason)) {
    members.refuse(R"("reason" must be one of )" + list_of_dead_letter_reasons());
  }
  return reason;
}

DeadLetterFilter read_filter(Members& members, const json::value& value) {
  Members filter{value};
  DeadLetterFilter read{.reason = read_dead_letter_reason(filter),
                        .error = filter.text("error"),
                        .event_type = filter.text("eventType"),
                        .since = filter.time("since"),
                        .until = filter.time("until")};
  if (const auto fault = filter.fault()) {
    members.refuse("\"filter\": " + *fault);
  } else if (!read.has_condition()) {
    members.refuse(R"("filter" must have reason, error, eventType, since or until; for all dead letters give "all": true)");
  }
  return read;
}

WrittenChoice read_choice(Members& members) {
  const json::value* const ids = members.take("ids");
  const json::value* const filter = members.take("filter");
  const bool all = members.flag("all");
  const int given = (ids != nullptr ? 1 : 0) + (filter != nullptr ? 1 : 0) + (all ? 1 : 0);
  if (given != 1) members.refuse(R"(give one of "ids", "filter" and "all": true)");
  if (given == 1 && ids != nullptr) return read_ids(members, *ids);
  if (given == 1 && filter != nullptr) return read_filter(members, *filter);
  return DeadLetterFilter{};
}

std::string read_reason(Members& members) {
  std::string reason = members.text("reason");
  if (reason.empty()) members.refuse(R"("reason" is required: why nothing is to be sent any more)");
  if (reason.size() > longest_discard_reason) {
    members.refuse(R"("reason" must not be longer than )" + std::to_string(longest_discard_reason) + " bytes");
  }
  return reason;
}

template <typename Read>
auto read_object(std::string_view text, Read read) -> std::expected<decltype(read(std::declval<Members&>())), std::string> {
  const auto value = read_checked_json(text, {});
  if (!value) return std::unexpected{value.error()};
  Members members{*value};
  auto result = read(members);
  if (auto fault = members.fault()) return std::unexpected{std::move(*fault)};
  return result;
}

}  // namespace

std::expected<ReplayRequest, std::string> read_replay_request(std::string_view text) {
  return read_object(text, [](Members& members) {
    ReplayRequest request{.choice = read_choice(members), .dry_run = members.flag("dryRun")};
    if (const json::value* const rate = members.take("rate")) {
      const auto number = members.number(*rate, highest_replay_rate);
      if (!number)
        members.refuse(R"("rate" must be a whole number from 0, which is no limit, to )" +
                       std::to_string(highest_replay_rate));
      request.rate = static_cast<unsigned>(number.value_or(0));
    }
    return request;
  });
}

std::expected<DiscardRequest, std::string> read_discard_request(std::string_view text) {
  return read_object(text, [](Members& members) {
    WrittenChoice choice = read_choice(members);
    return DiscardRequest{.choice = std::move(choice), .reason = read_reason(members)};
  });
}

std::expected<std::string, std::string> read_discard_reason(std::string_view text) {
  return read_object(text, [](Members& members) { return read_reason(members); });
}

}  // namespace notifier
