// The input is a RABBITMQ_URL. A known password takes the place of its own first one.

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/rabbitmq/broker_address.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;
using fuzz::check;

namespace {

constexpr std::string_view secret = "Xq7Zw9";

/// Puts the secret after the first colon of the user's part, if there is an @ behind it.
std::string with_secret(std::string_view urls) {
  std::string result{urls};
  const std::size_t authority = result.find("//");
  if (authority == std::string::npos) return result;
  const std::size_t colon = result.find(':', authority);
  if (colon != std::string::npos && result.find('@', colon) != std::string::npos) result.insert(colon + 1, secret);
  return result;
}

void check_address(const rabbitmq::BrokerAddress& address) {
  check(!address.host.empty(), "a broker has a host");
  check(address.port != 0, "a broker has a port");
  check(!address.vhost.empty() && address.vhost.size() <= 255, "a vhost fits a short string");
  for (const std::string* text : {&address.host, &address.user, &address.password, &address.vhost}) {
    check(!text->contains('\0'), "what goes to rabbitmq-c as a C string holds no NUL");
  }
  check(!address.host_and_port().contains(secret), "a password is not taken for a host, which is logged");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (input.contains(secret)) return 0;
  const std::string urls = with_secret(input);
  const auto addresses = rabbitmq::parse_broker_addresses(urls);
  if (!addresses) {
    fuzz::check_is_message(addresses.error());
    check(!addresses.error().contains(secret), "an error shows no password");
    return 0;
  }
  check(!addresses->empty(), "an accepted list names a broker");
  for (const auto& address : *addresses) check_address(address);
  return 0;
}
