#include <utility>

#include "notifier/broker.hpp"

namespace notifier {

std::string_view to_string(PublishError error) {
  switch (error) {
    case PublishError::unavailable:
      return "unavailable";
    case PublishError::overloaded:
      return "overloaded";
    case PublishError::refused:
      return "refused";
    case PublishError::unconfirmed:
      return "unconfirmed";
  }
  std::unreachable();
}

std::string_view to_string(BrokerState state) {
  switch (state) {
    case BrokerState::connecting:
      return "connecting";
    case BrokerState::ready:
      return "ready";
    case BrokerState::blocked:
      return "blocked";
    case BrokerState::closed:
      return "closed";
  }
  std::unreachable();
}

}  // namespace notifier
