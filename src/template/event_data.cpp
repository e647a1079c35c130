#include "template/event_data.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "notifier/notification.hpp"

namespace notifier {
namespace {

namespace json = boost::json;
using kainjow::mustache::data;

/// As people write numbers: without an exponent, unless it is very large or small.
std::string text_of(double number) {
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e16);
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                          plain ? std::chars_format::fixed : std::chars_format::general);
  return {text.data(), end};
}

data data_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return data{false};
    case json::kind::bool_:
      return data{value.get_bool()};
    case json::kind::int64:
      return data{std::to_string(value.get_int64())};
    case json::kind::uint64:
      return data{std::to_string(value.get_uint64())};
    case json::kind::double_:
      return data{text_of(value.get_double())};
    case json::kind::string:
      return data{std::string{value.get_string()}};
    case json::kind::array: {
      data list{data::type::list};
      for (const json::value& element : value.get_array()) list.push_back(data_of(element));
      return list;
    }
    case json::kind::object: {
      data object{data::type::object};
      for (const auto& [key, element] : value.get_object()) object[std::string{key}] = data_of(element);
      return object;
    }
  }
  return data{false};
}

}  // namespace

std::expected<data, std::string> event_data(const Event& event) {
  json::error_code error;
  const json::value payload = json::parse(event.payload, error);
  if (error || !payload.is_object()) return std::unexpected{"the payload of the event is no JSON object"};

  data all{data::type::object};
  all["id"] = data{event.id};
  all["notificationId"] = data{notification_id(event.id)};
  all["eventType"] = data{event.type};
  all["timestamp"] = data{event.timestamp};
  all["userId"] = data{event.recipient.user_id};
  all["email"] = data{event.recipient.email};
  all["username"] = data{event.recipient.username};
  all["payload"] = data_of(payload);
  return all;
}

}  // namespace notifier
