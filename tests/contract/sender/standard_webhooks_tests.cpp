#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "contract/sender/sending.hpp"
#include "contract/sender/webhook_fixture.hpp"
#include "support/test_servers.hpp"

// Our signatures in the eyes of a library that is not ours.

namespace notifier::testing {
namespace {

/// Whether the library takes `request` for one that was signed with `secret`.
bool verifies(const std::string& folder, const ReceivedRequest& request, const std::string& secret) {
  boost::json::object headers;
  for (const auto& [name, value] : request.headers) headers.emplace(name, value);
  const std::string input =
      boost::json::serialize(boost::json::object{{"secret", secret}, {"headers", headers}, {"body", request.body}});
  const std::string command = "exec node '" + folder + "/verify.mjs' 2> /dev/null";
  std::FILE* const script = ::popen(command.c_str(), "w");
  if (script == nullptr) throw std::runtime_error{"cannot start a shell"};
  const std::size_t written = std::fwrite(input.data(), 1, input.size(), script);
  const int status = ::pclose(script);
  return written == input.size() && status == 0;
}

TEST_CASE("The library of Standard Webhooks verifies our requests with each secret, and no others", "[sender][webhook]") {
  const auto folder = standard_webhooks_folder();
  if (!folder) SKIP("npm could not bring the library of Standard Webhooks: ./dev test says why at its start");
  const std::string old_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const std::string new_secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD+PtVx1yEFAE=";
  WebhookFixture fixture;
  fixture.settings.secrets = {old_secret, new_secret};
  Sending sending{fixture};
  REQUIRE(std::holds_alternative<Sent>(sending.result_of("an.id-with.dots")));
  ReceivedRequest request = fixture.receiver.requests().at(0);
  CHECK(verifies(*folder, request, old_secret));
  CHECK(verifies(*folder, request, new_secret));
  CHECK_FALSE(verifies(*folder, request, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

  request.body.insert(request.body.size() - 1, " ");
  CHECK_FALSE(verifies(*folder, request, old_secret));
}

}  // namespace
}  // namespace notifier::testing
