#include "domain/stored_sends.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;
using std::chrono::milliseconds;

TEST_CASE("A row is inserted without sends, and with the room that most take") {
  CHECK(sends_from_stored(no_sends_yet).empty());
  const Send webhook{.sender = "orders", .outcome = SendOutcome::sent, .duration = milliseconds{184}, .text = "HTTP 200"};
  CHECK(stored_sends({webhook}) == R"([["orders","sent",184,"HTTP 200"]])");
  CHECK(stored_sends({webhook}).size() <= no_sends_yet.size());
}

TEST_CASE("What is no send is left out of those that a row keeps") {
  CHECK(sends_from_stored("").empty());
  CHECK(sends_from_stored("[[\"a\",\"sent\"").empty());
  CHECK(sends_from_stored(R"({"sender":"a"})").empty());
  CHECK(sends_from_stored(R"([1,[],["a","flown",1],["a"]])").empty());
  const auto sends = sends_from_stored(R"([["a","transient"],["b","sent",7,"250 ok","more"]])");
  REQUIRE(sends.size() == 2);
  CHECK(sends[0].duration == milliseconds{0});
  CHECK(sends[0].text.empty());
  CHECK(sends[1].sender == "b");
  CHECK(sends[1].text == "250 ok");
}
