#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fault/hostile/amqp_client.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using notifier::rabbitmq::integer_entry;
using notifier::rabbitmq::text_entry;
using notifier::rabbitmq::to_bytes;

namespace {

const std::string main_queue = "notification_events";
const std::string dead_letters = "notification_dead_letter_queue";

/// More than notifier lets wait for publication in all; RabbitMQ 3 takes up to 128 MiB.
constexpr std::size_t immense = 65UL * 1024 * 1024;

std::string event_with_id(const std::string& id) {
  std::string body = event_body();
  return body.insert(1, R"("id":")" + id + R"(",)");
}

std::vector<std::string> poisons() {
  return {"",
          "garbage",
          std::string("\x00\x01\x02", 3),
          "\xff\xfe\xfd",
          std::string(1'000'000, '['),
          "{\"id\":\"bad-utf-8\",\"eventType\":\"\xc3\x28\"}",
          std::string(16UL * 1024 * 1024, 'x'),
          std::string(immense, 'x')};
}

/// The properties of a message, and what they refer to.
class Properties {
 public:
  explicit Properties(std::vector<amqp_table_entry_t> headers) : headers_{std::move(headers)} {
    properties_._flags = AMQP_BASIC_HEADERS_FLAG;
    properties_.headers = {.num_entries = static_cast<int>(headers_.size()), .entries = headers_.data()};
  }

  [[nodiscard]] const amqp_basic_properties_t& get() const { return properties_; }

  Properties with_id(std::string_view id) && {
    properties_._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
    properties_.message_id = to_bytes(id);
    return std::move(*this);
  }

  Properties with_type(std::string_view type) && {
    properties_._flags |= AMQP_BASIC_TYPE_FLAG;
    properties_.type = to_bytes(type);
    return std::move(*this);
  }

  Properties(Properties&&) = default;
  Properties(const Properties&) = delete;

 private:
  std::vector<amqp_table_entry_t> headers_;
  amqp_basic_properties_t properties_{};
};

amqp_table_entry_t table_entry(std::string_view key, const amqp_table_t& table) {
  amqp_table_entry_t entry{};
  entry.key = to_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_TABLE;
  entry.value.value.table = table;
  return entry;
}

/// Takes so many dead letters, and no more may be there: the reasons by body.
std::map<std::string, std::string> await_dead_letters(AmqpClient& client, std::size_t count) {
  std::map<std::string, std::string> reasons;
  std::size_t taken = 0;
  const bool all = wait_until(
      [&] {
        while (auto dead = client.get(dead_letters)) {
          CHECK_FALSE(dead->error.empty());
          reasons[std::move(dead->body)] = dead->reason;
          ++taken;
        }
        return taken >= count;
      },
      std::chrono::seconds{60}, std::chrono::milliseconds{50});
  CHECK(all);
  CHECK(taken == count);
  return reasons;
}

std::size_t count_sends(const std::vector<std::string>& sends, const std::string& event_id) {
  return static_cast<std::size_t>(
      std::ranges::count_if(sends, [&](const std::string& line) { return line.starts_with("notif-" + event_id + " "); }));
}

}  // namespace

TEST_CASE("#23 Poison ends in the dead letters in one pass, however large, and its neighbours are sent") {
  const RealServers servers;
  {
    NotifierProcess api{{"api"}, servers.settings()};
    REQUIRE(wait_until([&] { return http_request(api.port(), "GET", "/health/ready").status == 200; }));
  }
  AmqpClient client{servers.vhost()};
  const auto bodies = poisons();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    client.publish(main_queue, bodies[i], Properties{{}}.get());
    client.publish(main_queue, event_with_id("neighbour-" + std::to_string(i)), Properties{{}}.get());
  }

  NotifierProcess consume{{"consume"}, servers.settings()};
  const auto reasons = await_dead_letters(client, bodies.size());
  for (const std::string& body : bodies) {
    INFO(body.substr(0, 20) << "... of " << body.size() << " bytes");
    const auto found = reasons.find(body);
    REQUIRE(found != reasons.end());
    CHECK(found->second == "invalid_event");
  }
  CHECK(wait_until([&] { return servers.sends().size() >= bodies.size(); }));
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    CHECK(count_sends(servers.sends(), "neighbour-" + std::to_string(i)) == 1);
  }
  CHECK(consume.is_running());
}

TEST_CASE("#23 Headers and properties of any kind do not change what becomes of a good event") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings()};
  REQUIRE(wait_until([&] { return http_request(all.port(), "GET", "/health/ready").status == 200; }));
  const amqp_table_t empty{};
  amqp_table_entry_t nested = table_entry("inner", empty);
  const amqp_table_t table{.num_entries = 1, .entries = &nested};
  const std::string long_text(30'000, '\xff');
  const std::string short_garbage(255, '\xff');

  AmqpClient client{servers.vhost()};
  const auto publish = [&](const std::string& id, const Properties& properties) {
    client.publish(main_queue, event_with_id(id), properties.get());
  };
  publish("table", Properties{{table_entry("x-attempt", table)}});
  publish("negative", Properties{{integer_entry("x-attempt", -1)}});
  publish("no-number", Properties{{text_entry("x-attempt", "many")}});
  publish("twice", Properties{{integer_entry("x-attempt", 1), integer_entry("x-attempt", 0)}});
  publish("garbage", Properties{{text_entry("traceparent", long_text), text_entry("x-first-failed-at", long_text),
                                 text_entry("x-last-error", long_text), text_entry("x-death", "\r\n\x1b[2J")}});
  publish("not-text", Properties{{integer_entry("traceparent", 1), table_entry("x-dead-letter-reason", table)}});
  publish("other-id", Properties{{}}.with_id(short_garbage).with_type("\x1b[31m\nforged"));
  for (const char* id : {"table", "negative", "no-number", "twice", "garbage", "not-text", "other-id"}) {
    await_status(all.port(), id, "SENT");
    CHECK(count_sends(servers.sends(), id) == 1);
  }
  CHECK(all.is_running());
}

TEST_CASE("#23 A message that was attempted often, as it says, is attempted once at least") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings()};
  REQUIRE(wait_until([&] { return http_request(all.port(), "GET", "/health/ready").status == 200; }));
  AmqpClient client{servers.vhost()};
  const auto publish = [&](const std::string& id, std::vector<amqp_table_entry_t> headers) {
    client.publish(main_queue, event_with_id(id), Properties{std::move(headers)}.get());
  };
  publish("often", {integer_entry("x-attempt", 1'000'000'000)});
  publish("of-late", {integer_entry("x-attempt", 1'000'000'000), integer_entry("x-generation", 1'000'000'000)});
  publish("replayed", {integer_entry("x-attempt", 1'000'000'000), text_entry("x-dead-letter-reason", "retries_exhausted")});
  publish("beyond-bounds", {integer_entry("x-attempt", std::numeric_limits<std::uint32_t>::max()),
                            text_entry("x-dead-letter-reason", "retries_exhausted")});
  for (const char* id : {"often", "of-late", "replayed", "beyond-bounds"}) {
    await_status(all.port(), id, "SENT");
    CHECK(count_sends(servers.sends(), id) == 1);
  }
  CHECK(all.is_running());
}
