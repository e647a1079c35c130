#include "domain/stored_sends.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/utf8.hpp"
#include "domain/json_values.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

// JSON writes a byte as up to six.
constexpr std::size_t longest_text = 512;
constexpr std::size_t most_sends = 14;

std::string_view key_of_text(SendOutcome outcome) { return outcome == SendOutcome::sent ? "reply" : "error"; }

json::object to_object(const Send& send) {
  json::object object{{"sender", text(send.sender)},
                      {"outcome", text(to_string(send.outcome))},
                      {"durationMs", std::int64_t{send.duration.count()}}};
  if (!send.text.empty()) object.emplace(key_of_text(send.outcome), text(valid_utf8(send.text, longest_text)));
  return object;
}

std::string string_at(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

std::optional<Send> from_value(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto outcome = send_outcome_from(string_at(*object, "outcome"));
  if (!outcome) return std::nullopt;
  const json::value* const duration = object->if_contains("durationMs");
  return Send{.sender = string_at(*object, "sender"),
              .outcome = *outcome,
              .duration = std::chrono::milliseconds{duration != nullptr && duration->is_int64() ? duration->get_int64() : 0},
              .text = string_at(*object, key_of_text(*outcome))};
}

}  // namespace

std::string stored_sends(const std::vector<Send>& sends) {
  if (sends.empty()) return {};
  const std::span<const Send> last = std::span{sends}.last(std::min(sends.size(), most_sends));
  json::array list;
  list.reserve(last.size());
  for (const Send& send : last) list.push_back(to_object(send));
  return json::serialize(list);
}

std::vector<Send> sends_from_stored(std::string_view stored) {
  boost::system::error_code error;
  const json::value value = json::parse(stored, error);
  std::vector<Send> sends;
  if (error || !value.is_array()) return sends;
  for (const json::value& each : value.get_array()) {
    if (auto send = from_value(each)) sends.push_back(std::move(*send));
  }
  return sends;
}

}  // namespace notifier
