#include "broker/rabbitmq/outstanding_deliveries.hpp"

#include <algorithm>

namespace notifier::rabbitmq {

std::vector<Acknowledgement> OutstandingDeliveries::acknowledge(std::vector<std::uint64_t> done) {
  std::ranges::sort(done);
  std::vector<Acknowledgement> acknowledgements;
  for (const std::uint64_t number : done) {
    const auto found = numbers_.find(number);
    if (found == numbers_.end()) continue;
    const bool first = found == numbers_.begin();
    numbers_.erase(found);
    if (first && !acknowledgements.empty() && acknowledgements.back().multiple) {
      acknowledgements.back().number = number;
    } else {
      acknowledgements.push_back({.number = number, .multiple = first});
    }
  }
  return acknowledgements;
}

}  // namespace notifier::rabbitmq
