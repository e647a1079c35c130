#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "contract/sender/senders_under_test.hpp"
#include "contract/sender/sending.hpp"

// What every sender promises. Each test case runs for each adapter and a peer of its own.

namespace notifier::testing {
namespace {

constexpr int connections = 4;

template <typename Result>
bool all_are(const std::vector<SendResult>& results) {
  return std::ranges::all_of(results, [](const SendResult& result) { return std::holds_alternative<Result>(result); });
}

bool each_called_once(const Sending& sending, std::size_t sends) {
  const std::vector<unsigned> calls = sending.calls();
  return calls.size() == sends && std::ranges::all_of(calls, [](unsigned count) { return count == 1; });
}

std::vector<std::string> sorted(std::vector<std::string> ids) {
  std::ranges::sort(ids);
  return ids;
}

std::vector<std::string> notification_ids(const std::vector<std::string>& event_ids) {
  std::vector<std::string> ids;
  for (const std::string& id : event_ids) ids.push_back(notification_id(id));
  return ids;
}

bool is_clean(const std::string& error) {
  return !error.empty() && std::ranges::none_of(error, [](unsigned char byte) { return byte < ' ' || byte == 0x7F; });
}

TEMPLATE_LIST_TEST_CASE("A notification reaches the peer once, and its handler is called once, on the executor", "[sender]",
                        SendersUnderTest) {
  TestType fixture;
  Sending sending{fixture};
  CHECK(std::holds_alternative<Sent>(sending.result_of("evt-1")));
  CHECK(each_called_once(sending, 1));
  CHECK(sending.all_on_executor());
  CHECK(fixture.received() == std::vector<std::string>{"notif-evt-1"});
}

TEMPLATE_LIST_TEST_CASE("Many sends at once reach the peer, each with an id of its own", "[sender]", SendersUnderTest) {
  TestType fixture;
  Sending sending{fixture};
  const std::vector<std::string> ids = numbered_event_ids("evt", 500);
  sending.send(ids);
  REQUIRE(sending.wait_for_all());
  CHECK(all_are<Sent>(sending.results()));
  CHECK(each_called_once(sending, ids.size()));
  CHECK(sending.all_on_executor());
  CHECK(sorted(fixture.received()) == sorted(notification_ids(ids)));
}

TEMPLATE_LIST_TEST_CASE("What the peer refuses for now has failed for now", "[sender]", SendersUnderTest) {
  TestType fixture;
  fixture.fail_for_now();
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK(is_clean(std::get<TransientFailure>(result).error));
  CHECK(each_called_once(sending, 1));
}

TEMPLATE_LIST_TEST_CASE("What the peer refuses for good has failed for good", "[sender]", SendersWithPeers) {
  TestType fixture;
  fixture.fail_for_good();
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<PermanentFailure>(result));
  CHECK(is_clean(std::get<PermanentFailure>(result).error));
  CHECK(each_called_once(sending, 1));
}

TEMPLATE_LIST_TEST_CASE("Sends to a peer that hangs have failed for now when their deadline is over", "[sender]",
                        SendersUnderTest) {
  constexpr std::chrono::milliseconds deadline{300};
  TestType fixture;
  fixture.hang();
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", connections), deadline);
  REQUIRE(sending.wait_for_all());
  CHECK(all_are<TransientFailure>(sending.results()));
  CHECK(each_called_once(sending, connections));
  CHECK(sending.all_on_executor());
}

TEMPLATE_LIST_TEST_CASE("A send to a peer that hangs is not given up before its deadline", "[sender]", SendersUnderTest) {
  constexpr std::chrono::milliseconds deadline{300};
  TestType fixture;
  fixture.hang();
  Sending sending{fixture};
  const auto start = std::chrono::steady_clock::now();
  CHECK(std::holds_alternative<TransientFailure>(sending.result_of("evt-1", deadline)));
  CHECK(std::chrono::steady_clock::now() - start >= deadline);
}

TEMPLATE_LIST_TEST_CASE("A sender is destroyed with sends under way, and no handler is called twice or kept", "[sender]",
                        SendersUnderTest) {
  TestType fixture;
  fixture.hang();
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 200), std::chrono::hours{1});
  sending.destroy_sender();
  sending.destroy_executor();
  CHECK(std::ranges::all_of(sending.calls(), [](unsigned count) { return count <= 1; }));
  CHECK(sending.handlers_kept() == 0);
}

TEMPLATE_LIST_TEST_CASE("A sender is destroyed while sends end", "[sender]", SendersUnderTest) {
  TestType fixture;
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 200));
  sending.stop_executor();
  sending.destroy_sender();
  sending.destroy_executor();
  CHECK(std::ranges::all_of(sending.calls(), [](unsigned count) { return count <= 1; }));
  CHECK(sending.handlers_kept() == 0);
}

}  // namespace
}  // namespace notifier::testing
