#include "templates/event_data.hpp"

#include <boost/json.hpp>
#include <cstddef>
#include <string_view>

#include "base/json_slice.hpp"
#include "notifier/notification.hpp"

namespace notifier {
namespace {

namespace json = boost::json;
using kainjow::mustache::data;

/// Reads a JSON value, which must be valid, from its text: of a number nothing else says how it was written.
class ValueReader {
 public:
  explicit ValueReader(std::string_view text) : text_{text} {}

  data read() {
    position_ = skip_json_whitespace(text_, position_);
    switch (text_[position_]) {
      case '{':
        return read_object();
      case '[':
        return read_list();
      case '"':
        return data{read_string()};
      case 't':
        take_slice();
        return data{true};
      case 'f':
      case 'n':
        take_slice();
        return data{false};
      default:
        return data{std::string{take_slice()}};
    }
  }

 private:
  data read_object() {
    data object{data::type::object};
    while (has_next('}')) {
      const std::string key = read_string();
      position_ = skip_json_whitespace(text_, position_) + 1;  // behind the colon
      object[key] = read();
    }
    return object;
  }

  data read_list() {
    data list{data::type::list};
    while (has_next(']')) list.push_back(read());
    return list;
  }

  /// Goes past the bracket or comma before the next element, or past the bracket that closes.
  bool has_next(char closing) {
    position_ = skip_json_whitespace(text_, position_);
    if (text_[position_] != closing) position_ = skip_json_whitespace(text_, position_ + 1);
    if (text_[position_] != closing) return true;
    ++position_;
    return false;
  }

  std::string read_string() { return json::value_to<std::string>(json::parse(take_slice())); }

  std::string_view take_slice() {
    const std::size_t begin = position_;
    position_ = end_of_json_value(text_, begin);
    return text_.substr(begin, position_ - begin);
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

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
  all["payload"] = ValueReader{event.payload}.read();
  return all;
}

}  // namespace notifier
