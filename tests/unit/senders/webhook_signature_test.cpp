#include "senders/http/webhook_signature.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

namespace {

// Of the specification's own test suites.
constexpr std::string_view secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t timestamp = 1614265330;
constexpr std::string_view body = R"({"test": 2432232314})";
constexpr std::string_view signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

WebhookSigner signer_with(std::vector<std::string> secrets) {
  auto signer = WebhookSigner::make(secrets);
  REQUIRE(signer);
  return std::move(*signer);
}

std::string error_of(const std::string& wrong_secret) {
  const auto signer = WebhookSigner::make({std::string{secret}, wrong_secret});
  REQUIRE_FALSE(signer);
  return signer.error();
}

/// `whsec_` and the base64 of so many zeros, which must be a multiple of three.
std::string secret_of(std::size_t bytes) { return "whsec_" + std::string(bytes / 3 * 4, 'A'); }

}  // namespace

TEST_CASE("A webhook is signed as the specification's example is") {
  const WebhookSigner signer = signer_with({std::string{secret}});
  CHECK(signer.sign(id, timestamp, body) == signature);
  CHECK(signer.sign(id, timestamp, body) == signature);
  CHECK(signer.sign(id, timestamp + 1, body) != signature);
  CHECK(signer.sign(id, timestamp, std::string{body} + " ") != signature);
}

TEST_CASE("Each secret signs, in order") {
  const std::string other_secret = secret_of(24);
  const std::string other = signer_with({other_secret}).sign(id, timestamp, body);
  CHECK(other != signature);
  CHECK(signer_with({std::string{secret}, other_secret}).sign(id, timestamp, body) == std::string{signature} + " " + other);
  CHECK(signer_with({}).sign(id, timestamp, body).empty());
}

TEST_CASE("Keys have 24 to 64 bytes") {
  CHECK(WebhookSigner::make({secret_of(24), secret_of(63), secret_of(63) + "AA=="}));
  CHECK_THAT(error_of(secret_of(21)), ContainsSubstring("21 bytes"));
  CHECK_THAT(error_of(secret_of(66)), ContainsSubstring("66 bytes"));
  CHECK_THAT(error_of(secret_of(69)), ContainsSubstring("24 to 64 bytes"));
  CHECK_THAT(error_of(secret_of(63) + "AAA="), ContainsSubstring("65 bytes"));
  CHECK_THAT(error_of("whsec_"), ContainsSubstring("0 bytes"));
}

TEST_CASE("A wrong secret is told by its number and not shown") {
  for (const std::string wrong : {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                                  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw",
                                  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa======",
                                  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwM9==", ""}) {
    CAPTURE(wrong);
    const std::string error = error_of(wrong);
    CHECK_THAT(error, ContainsSubstring("secret 2"));
    CHECK_THAT(error, !ContainsSubstring("MfKQ"));
  }
}
