#include "contract/sender/send_results.hpp"

#include <catch2/catch_test_macros.hpp>

namespace notifier::testing {

bool is_sent(const SendResult& result) {
  if (const auto* failed = std::get_if<FailedForGood>(&result)) UNSCOPED_INFO(failed->error);
  if (const auto* failed = std::get_if<FailedForNow>(&result)) UNSCOPED_INFO(failed->error);
  return std::holds_alternative<Sent>(result);
}

std::string error_for_now(const SendResult& result) {
  REQUIRE(std::holds_alternative<FailedForNow>(result));
  return std::get<FailedForNow>(result).error;
}

std::string error_for_good(const SendResult& result) {
  REQUIRE(std::holds_alternative<FailedForGood>(result));
  return std::get<FailedForGood>(result).error;
}

}  // namespace notifier::testing
