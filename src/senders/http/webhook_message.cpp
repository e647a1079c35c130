#include "senders/http/webhook_message.hpp"

#include <boost/json/serialize.hpp>
#include <string_view>

namespace notifier {

std::string webhook_body(const Notification& notification) {
  const auto text = [](std::string_view value) { return boost::json::serialize(boost::json::string_view{value}); };
  const Event& event = notification.event;
  std::string body = R"({"type":)" + text(event.type);
  body.append(R"(,"timestamp":)").append(text(event.timestamp));
  // If the payload were parsed and written again, its numbers would look different.
  body.append(R"(,"data":)").append(event.payload);
  body.append(R"(,"id":)").append(text(event.id));
  body.append(R"(,"subject":)").append(text(notification.content.subject));
  body.append(R"(,"text":)").append(text(notification.content.text)).append("}");
  return body;
}

std::string webhook_id(const Notification& notification) {
  std::string id;
  id.reserve(notification.id.size());
  for (const char letter : notification.id) {
    if (letter == '.') {
      id += "%2E";
    } else if (letter == '%') {
      id += "%25";
    } else {
      id += letter;
    }
  }
  return id;
}

}  // namespace notifier
