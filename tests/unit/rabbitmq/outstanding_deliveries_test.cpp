#include "broker/rabbitmq/outstanding_deliveries.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>

using namespace notifier::rabbitmq;

namespace {

using Sent = std::vector<std::pair<std::uint64_t, bool>>;

OutstandingDeliveries five_deliveries() {
  OutstandingDeliveries outstanding;
  for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U}) outstanding.add(number);
  return outstanding;
}

Sent acknowledge(OutstandingDeliveries& outstanding, std::vector<std::uint64_t> done) {
  Sent sent;
  for (const Acknowledgement& ack : outstanding.acknowledge(std::move(done))) sent.emplace_back(ack.number, ack.multiple);
  return sent;
}

}  // namespace

TEST_CASE("Deliveries done without a gap are acknowledged at once, in whatever order they were done") {
  OutstandingDeliveries outstanding = five_deliveries();
  CHECK(acknowledge(outstanding, {3, 1, 2}) == Sent{{3, true}});
  CHECK(acknowledge(outstanding, {5, 4}) == Sent{{5, true}});
}

TEST_CASE("An acknowledgement never covers a delivery that is still being worked on") {
  OutstandingDeliveries outstanding = five_deliveries();
  CHECK(acknowledge(outstanding, {1, 3, 5}) == Sent{{1, true}, {3, false}, {5, false}});
  CHECK(acknowledge(outstanding, {4}) == Sent{{4, false}});
  CHECK(acknowledge(outstanding, {2}) == Sent{{2, true}});
}

TEST_CASE("What is not outstanding is never acknowledged: the broker would close the channel") {
  OutstandingDeliveries outstanding = five_deliveries();
  CHECK(acknowledge(outstanding, {1, 1, 9}) == Sent{{1, true}});
  CHECK(acknowledge(outstanding, {1}).empty());
  CHECK(outstanding.remove(2));
  CHECK(acknowledge(outstanding, {2, 3}) == Sent{{3, true}});
  CHECK(acknowledge(outstanding, {}).empty());
}
