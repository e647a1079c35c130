#include "http/api/trace_context.hpp"

#include <catch2/catch_test_macros.hpp>

using notifier::http::is_traceparent;

TEST_CASE("a traceparent is well-formed or no traceparent") {
  CHECK(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  CHECK(is_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
  CHECK_FALSE(is_traceparent(""));
  CHECK_FALSE(is_traceparent("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  CHECK_FALSE(is_traceparent("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
  CHECK_FALSE(is_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
  CHECK_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
  CHECK_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"));
  CHECK_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
  CHECK_FALSE(is_traceparent("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"));
}
