#include "domain/stored_sends.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/utf8.hpp"
#include "domain/json_values.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

// JSON writes a byte as up to six.
constexpr std::size_t longest_text = 512;
constexpr std::size_t most_sends = 14;

json::array to_array(const Send& send) {
  json::array array{text(send.sender), text(to_string(send.outcome)), std::int64_t{send.duration.count()}};
  if (!send.text.empty()) array.push_back(text(valid_utf8(send.text, longest_text)));
  return array;
}

std::string string_at(const json::array& array, std::size_t index) {
  const json::value* const found = array.if_contains(index);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

std::optional<Send> from_value(const json::value& value) {
  const json::array* const array = value.if_array();
  if (array == nullptr) return std::nullopt;
  const auto outcome = send_outcome_from(string_at(*array, 1));
  if (!outcome) return std::nullopt;
  const json::value* const duration = array->if_contains(2);
  return Send{.sender = string_at(*array, 0),
              .outcome = *outcome,
              .duration = std::chrono::milliseconds{duration != nullptr && duration->is_int64() ? duration->get_int64() : 0},
              .text = string_at(*array, 3)};
}

}  // namespace

std::string stored_sends(const std::vector<Send>& sends) {
  if (sends.empty()) return {};
  const std::span<const Send> last = std::span{sends}.last(std::min(sends.size(), most_sends));
  json::array list;
  list.reserve(last.size());
  for (const Send& send : last) list.push_back(to_array(send));
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

std::string last_sender(std::string_view stored) {
  std::vector<Send> sends = sends_from_stored(stored);
  return sends.empty() ? std::string{} : std::move(sends.back().sender);
}

}  // namespace notifier
