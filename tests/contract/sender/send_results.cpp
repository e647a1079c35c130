#include "contract/sender/send_results.hpp"

#include <catch2/catch_test_macros.hpp>

namespace notifier::testing {

bool is_sent(const SendResult& result) {
  if (const auto* failed = std::get_if<PermanentFailure>(&result)) UNSCOPED_INFO(failed->error);
  if (const auto* failed = std::get_if<TransientFailure>(&result)) UNSCOPED_INFO(failed->error);
  return std::holds_alternative<Sent>(result);
}

std::string error_for_now(const SendResult& result) {
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  return std::get<TransientFailure>(result).error;
}

std::string error_for_good(const SendResult& result) {
  REQUIRE(std::holds_alternative<PermanentFailure>(result));
  return std::get<PermanentFailure>(result).error;
}

}  // namespace notifier::testing
