// The input is a delivery: a line with the message id and, after a space, the attempt, then the body.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/rabbitmq/message_codec.hpp"
#include "consumer/messages.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;
using fuzz::check;

namespace {

std::optional<unsigned> number_in(std::string_view digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

Message message_in(std::string_view input) {
  Message message;
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::size_t space = line.rfind(' ');
  message.event_id = line.substr(0, space);
  if (space != std::string_view::npos) message.attempt = number_in(line.substr(space + 1));
  if (line.size() < input.size()) message.body = input.substr(line.size() + 1);
  return message;
}

Message over_the_wire(const Message& message) {
  const rabbitmq::MessageProperties properties{message};
  Message received = rabbitmq::decode_message(*properties.get());
  received.body = message.body;
  return received;
}

std::expected<ClaimRequest, InvalidEvent> read_without_routes(const Message& message) {
  return read_message(message, Routes{{}});
}

void check_same_event(const std::expected<ClaimRequest, InvalidEvent>& read, const Event& event) {
  check(read.has_value(), "what was read once can be read again");
  check(read->event.id == event.id && read->event.type == event.type && read->event.timestamp == event.timestamp &&
            read->event.payload == event.payload && read->event.fingerprint == event.fingerprint,
        "every copy of a message carries the same event");
}

void check_copies(const Message& message, const ClaimRequest& request) {
  const ClaimAnswer claimed{.attempt_count = request.attempt, .generation = request.generation.value_or(0)};
  const auto retry = read_without_routes(over_the_wire(retry_message(message, claimed)));
  check_same_event(retry, request.event);
  check(retry->attempt == request.attempt + 1 && !retry->replay, "a retry knows its attempts");
  check(retry->generation == claimed.generation + 1, "a retry is of the next generation");

  const auto dead_letter =
      read_without_routes(over_the_wire(dead_letter_message(message, "attempts_exhausted", message.event_id)));
  check_same_event(dead_letter, request.event);
  check(dead_letter->attempt == request.attempt && dead_letter->replay, "a dead letter that comes back is a replay");

  const StuckNotification stuck{.event_id = request.event.id,
                                .event_type = request.event.type,
                                .timestamp = request.event.timestamp,
                                .payload = request.event.payload,
                                .attempt_count = request.attempt,
                                .generation = request.generation.value_or(0),
                                .route = request.route,
                                .fingerprint = request.event.fingerprint,
                                .traceparent = {},
                                .first_failed_at = {}};
  const auto republished = read_without_routes(over_the_wire(republished_message(stuck)));
  check_same_event(republished, request.event);
  check(republished->attempt == request.attempt && !republished->replay, "a republished message knows its attempts");
}

void check_dead_letter(const Message& message, const std::string& error) {
  const Message received = over_the_wire(dead_letter_message(message, "invalid_event", error));
  check(received.dead_letter && received.dead_letter->reason == "invalid_event", "a dead letter keeps its reason");
  check(!received.first_failed_at.empty(), "a dead letter knows when it failed first");
  check(received.attempt == message.attempt, "a dead letter keeps its attempt");
  fuzz::check_is_message(received.dead_letter->last_error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Message message = message_in({reinterpret_cast<const char*>(data), size});
  const auto request = read_without_routes(message);
  if (!request) {
    fuzz::check_is_message(request.error().message);
    check_dead_letter(message, request.error().message);
    return 0;
  }
  fuzz::check_accepted(request->event);
  check(!message.attempt || request->attempt == std::min(*message.attempt, 1'000'000'000U),
        "x-attempt goes before retryCount");
  if (request->attempt < 1'000'000 && request->generation.value_or(0) < 1'000'000) check_copies(message, *request);
  return 0;
}
