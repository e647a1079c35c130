#include "operations/dead_letter_request.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

namespace {

using Ids = std::vector<std::string>;

std::string refusal_of(std::string_view text) {
  const auto request = read_replay_request(text);
  REQUIRE_FALSE(request);
  return request.error();
}

}  // namespace

TEST_CASE("A replay is asked for by ids, by a filter, or for all") {
  const auto ids = read_replay_request(R"({"ids":[3,"1","notif-e1"],"rate":50,"dryRun":true})");
  REQUIRE(ids);
  CHECK(std::get<Ids>(ids->choice) == Ids{"3", "1", "notif-e1"});
  CHECK(ids->rate == 50);
  CHECK(ids->dry_run);

  const auto filtered = read_replay_request(
      R"({"filter":{"reason":"retries_exhausted","error":"full","eventType":"t","since":"2026-01-31","until":"2026-02-01"}})");
  REQUIRE(filtered);
  const auto& filter = std::get<DeadLetterFilter>(filtered->choice);
  CHECK(filter.state == DeadLetterState::dead);
  CHECK(filter.reason == "retries_exhausted");
  CHECK(filter.error == "full");
  CHECK(filter.event_type == "t");
  CHECK(*filter.until - *filter.since == std::chrono::days{1});
  CHECK(filtered->rate == 0);
  CHECK_FALSE(filtered->dry_run);

  const auto all = read_replay_request(R"({"all":true})");
  REQUIRE(all);
  CHECK(std::get<DeadLetterFilter>(all->choice).reason.empty());
}

TEST_CASE("What is not one choice of dead letters is refused with what would be") {
  for (const char* const none_or_two :
       {"{}", R"({"all":false})", R"({"ids":[1],"all":true})", R"({"ids":[1],"filter":{"eventType":"t"}})"}) {
    CAPTURE(none_or_two);
    CHECK_THAT(refusal_of(none_or_two), ContainsSubstring("give one of"));
  }
  CHECK_THAT(refusal_of("[]"), ContainsSubstring("JSON object"));
  CHECK_THAT(refusal_of(R"({"filter":{}})"), ContainsSubstring("\"all\": true"));
  CHECK_THAT(refusal_of(R"({"filter":{"reason":""}})"), ContainsSubstring("\"reason\""));
  CHECK_THAT(refusal_of(R"({"filter":{"reason":"typo"}})"), ContainsSubstring("one of retries_exhausted, failed_for_good"));
  CHECK_THAT(refusal_of(R"({"ids":[")" + std::string(longest_written_id + 1, 'x') + "\"]}"), ContainsSubstring("\"ids\""));
  CHECK_THAT(refusal_of(R"({"filter":{"since":"yesterday"}})"), ContainsSubstring("\"since\""));
  CHECK_THAT(refusal_of(R"({"filter":{"state":"DEAD"}})"), ContainsSubstring("not known"));
  CHECK_THAT(refusal_of(R"({"all":1})"), ContainsSubstring("true or false"));
  for (const char* const ids : {"[]", "1", "[1.5]", "[-1]", "[\"\"]", "[null]", "[18446744073709551615]"}) {
    CAPTURE(ids);
    CHECK_THAT(refusal_of(R"({"ids":)" + std::string{ids} + "}"), ContainsSubstring("\"ids\""));
  }
  std::string many = "[1";
  for (std::size_t i = 0; i < most_chosen_ids; ++i) many += ",1";
  CHECK_THAT(refusal_of(R"({"ids":)" + many + "]}"), ContainsSubstring("\"ids\""));
  for (const char* const rate : {"-1", "100001", "\"5\"", "1.5"}) {
    CAPTURE(rate);
    CHECK_THAT(refusal_of(R"({"all":true,"rate":)" + std::string{rate} + "}"), ContainsSubstring("\"rate\""));
  }
  CHECK_THAT(refusal_of(R"({"all":true,"dryrun":true})"), ContainsSubstring("not known"));
}

TEST_CASE("A discard says why") {
  const auto request = read_discard_request(R"({"ids":[1],"reason":"spam"})");
  REQUIRE(request);
  CHECK(request->reason == "spam");
  CHECK_FALSE(read_discard_request(R"({"ids":[1]})"));
  CHECK_FALSE(read_discard_request(R"({"reason":"spam"})"));
  CHECK(read_discard_reason(R"({"reason":"spam"})") == "spam");
  CHECK_FALSE(read_discard_reason(R"({"reason":")" + std::string(longest_discard_reason + 1, 'x') + "\"}"));
  CHECK_FALSE(read_discard_reason(R"({"reason":"spam","ids":[1]})"));
}
