#include "broker/rabbitmq/unconfirmed_publishes.hpp"

#include <utility>

namespace notifier::rabbitmq {

void UnconfirmedPublishes::add(std::uint64_t number, UnconfirmedPublish publish) {
  publishes_.emplace_hint(publishes_.end(), number, std::move(publish));
}

Confirm UnconfirmedPublishes::ack(std::uint64_t number, bool multiple) { return answer(number, multiple, {}); }

Confirm UnconfirmedPublishes::nack(std::uint64_t number, bool multiple) {
  return answer(number, multiple, std::unexpected{PublishError::refused});
}

Confirm UnconfirmedPublishes::answer(std::uint64_t number, bool multiple, std::expected<void, PublishError> result) {
  Confirm confirm = Confirm::nothing;
  auto next = multiple ? publishes_.begin() : publishes_.find(number);
  while (next != publishes_.end() && next->first <= number) {
    UnconfirmedPublish publish = std::move(next->second);
    next = publishes_.erase(next);
    const bool refused = publish.returned || !result;
    if (refused || confirm == Confirm::nothing) confirm = refused ? Confirm::refused : Confirm::confirmed;
    publish.handler(publish.returned ? std::unexpected{PublishError::refused} : result);
  }
  return confirm;
}

void UnconfirmedPublishes::mark_returned(std::string_view exchange, std::string_view routing_key,
                                         std::string_view message_id) {
  for (auto& [number, publish] : publishes_) {
    if (publish.message_id == message_id && publish.route.routing_key == routing_key && publish.route.exchange == exchange) {
      publish.returned = true;
    }
  }
}

bool UnconfirmedPublishes::answer_overdue(Clock::time_point now) {
  bool any = false;
  while (!publishes_.empty() && publishes_.begin()->second.deadline <= now) {
    PublishHandler handler = std::move(publishes_.begin()->second.handler);
    publishes_.erase(publishes_.begin());
    handler(std::unexpected{PublishError::unconfirmed});
    any = true;
  }
  return any;
}

void UnconfirmedPublishes::answer_all() {
  for (auto& [number, publish] : std::exchange(publishes_, {})) {
    publish.handler(std::unexpected{PublishError::unconfirmed});
  }
}

std::optional<Clock::time_point> UnconfirmedPublishes::earliest_deadline() const {
  if (publishes_.empty()) return std::nullopt;
  return publishes_.begin()->second.deadline;
}

}  // namespace notifier::rabbitmq
