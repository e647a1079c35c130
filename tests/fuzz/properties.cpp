#include "fuzz/properties.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/utf8.hpp"
#include "broker/rabbitmq/message_codec.hpp"
#include "consumer/messages.hpp"
#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"

namespace notifier::fuzz {
namespace {

bool is_utf8(std::string_view text) { return valid_utf8(text, text.size()) == text; }

void check_fits_schema(const Event& event) {
  check(event.id.size() >= 1 && event.id.size() <= 128, "an accepted id has 1 to 128 characters");
  check(std::ranges::all_of(event.id, [](char c) { return c > 0x20 && c < 0x7F; }), "an accepted id is printable ASCII");
  for (const std::string* text : {&event.type, &event.timestamp, &event.payload, &event.recipient.user_id,
                                  &event.recipient.email, &event.recipient.username}) {
    check(!text->empty(), "accepted fields are not empty");
    check(is_utf8(*text), "accepted fields are UTF-8");
    check(!text->contains('\0'), "accepted fields hold no NUL");
  }
  check(utf16_length(event.type) <= 255, "an accepted type has at most 255 characters");
  const std::size_t username_length = utf16_length(event.recipient.username);
  check(username_length >= 3 && username_length <= 30, "an accepted username has 3 to 30 characters");
}

}  // namespace

void check(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "It does not hold that %s.\n", property);
  std::abort();
}

void check_is_message(std::string_view text) {
  check(!text.empty(), "an error message says something");
  check(is_utf8(text), "an error message is UTF-8");
}

void check_accepted(Event event) {
  if (event.id.empty()) event.id = "an-id";
  check_fits_schema(event);

  const Message message{.event_id = event.id,
                        .event_type = event.type,
                        .body = event_message_body(event.id, event.type, event.timestamp, event.payload)};
  const auto read = read_message(message, Routes{{}});
  check(read.has_value(), "the consumer accepts the message of an accepted event");
  check(read->event.id == event.id, "the id survives the queue");
  check(read->event.type == event.type, "the type survives the queue");
  check(read->event.timestamp == event.timestamp, "the timestamp survives the queue");
  check(read->event.payload == event.payload, "the payload survives the queue byte for byte");
  check(event.fingerprint == Fingerprint{} || read->event.fingerprint == event.fingerprint,
        "a fingerprint survives the queue");
  check(read->event.recipient.user_id == event.recipient.user_id && read->event.recipient.email == event.recipient.email &&
            read->event.recipient.username == event.recipient.username,
        "the recipient survives the queue");
  check(read->attempt == 0 && !read->replay, "a new event is at its first attempt");
}

}  // namespace notifier::fuzz
