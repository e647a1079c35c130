#include "senders/private_addresses.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

TEST_CASE("Addresses that are not public are left out of a text") {
  CHECK(without_private_addresses("Failed to connect to 10.1.2.3 port 443: refused") ==
        "Failed to connect to (private address) port 443: refused");
  CHECK(without_private_addresses("connect to 192.168.1.1:25, then [fd00::1]:25, then ::1.") ==
        "connect to (private address):25, then [(private address)]:25, then (private address).");
  CHECK(without_private_addresses("host:10.0.0.7 (...10.0.0.7) 10.0.0.1:10.0.0.2, 8.8.8.8:10.0.0.7, node10.0.0.7") ==
        "host:(private address) (...(private address)) (private address):(private address), 8.8.8.8:(private address), "
        "node(private address)");
  CHECK(without_private_addresses("169.254.169.254") == "(private address)");
  CHECK(without_private_addresses("64:ff9b::10.0.0.1 and ::ffff:127.0.0.1") == "(private address) and (private address)");
}

TEST_CASE("The address of the configured host stays in a text, however it is written, and no other one") {
  CHECK(without_private_addresses("10.1.2.3:443, 10.1.2.30, 10.1.2.4", "10.1.2.3") ==
        "10.1.2.3:443, (private address), (private address)");
  CHECK(without_private_addresses("[fd00:0::1]:443 and fd00::2", "[fd00::1]") == "[fd00:0::1]:443 and (private address)");
  CHECK(without_private_addresses("crm.internal at 10.1.2.3", "crm.internal") == "crm.internal at (private address)");
}

TEST_CASE("All else stays in a text") {
  for (const char* text : {"", "smtp: 550 5.1.1 no such user", "from 8.8.8.8 by 2606:4700::1111", "64:ff9b::101:101",
                           "[64:ff9b::8.8.8.8]:443", "at 12:30:45, 7.88.1", "bad: cafe.", "a.b.c.d", "größe 1.2.3"}) {
    CHECK(without_private_addresses(text) == text);
  }
}
