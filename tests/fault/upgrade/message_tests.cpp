#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fault/upgrade/installation.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// Messages of each kind that one version leaves behind and the other takes up.

namespace {

const std::string main_queue = "notification_events";
const std::string delay_queue = "delay_queue_5s";
const std::string dead_letter_queue = "notification_dead_letter_queue";
constexpr unsigned all_messages = 1000;

const Environment two_slow_attempts{
    {"MAX_RETRIES", "1"}, {"RETRY_DELAYS", "5s"}, {"MOCK_LATENCY", "200ms"}, {"SEND_DEADLINE", "500ms"}};

/// One after the other, so that a stop leaves most of them in the queue.
const Environment one_at_a_time{{"SEND_CONCURRENCY", "1"}, {"PREFETCH", "1"}};

/// More than can be sent one at a time while the replays run, which takes some ten seconds.
constexpr int backlog = 60;

using Events = std::vector<std::string>;

/// How often each notification is to be sent or attempted: `<event id>` to a number.
using Attempts = std::map<std::string, std::size_t>;

void add(Attempts& attempts, const Events& events, std::size_t number) {
  for (const std::string& id : events) attempts[id] = attempts[id + further] = number;
}

class Change {
 public:
  Change(RealServers::Database database, Version from) : installation_{database, two_slow_attempts}, from_{from} {
    api_ = installation_.start(from, "api");
    consumer_ = installation_.start(from, "consume");
    dead_ = post(4, "fail@example.com");
    REQUIRE(wait_until([&] { return dead_rows() == 2 * dead_.size(); }, std::chrono::minutes{1}));
    stop(*consumer_);
  }

  /// The first version begins on events and on dead letters, and stops in the middle of them.
  void begin() {
    retried_ = post(3, "fail@example.com");
    queued_ = post(backlog, "user@example.com");
    consumer_ = installation_.start(from_, "consume", one_at_a_time);
    std::vector<boost::json::value> replays{edit(dead_[1])};
    for (const std::string& id : {dead_[2], dead_[3], dead_[2] + further, dead_[3] + further}) replays.push_back(replay(id));
    for (const boost::json::value& started : replays) CHECK(installation_.await_replay(api_->port(), started) == 1);
    REQUIRE(wait_until([&] { return installation_.count("notifications WHERE status = 'FAILED_RETRYING'") > 0; }));
    for (std::string& id : post(10, "user@example.com")) queued_.push_back(std::move(id));
    stop(*consumer_);
    stop(*api_);
  }

  void require_each_kind() {
    const RabbitmqManagement management{installation_.servers().vhost()};
    std::map<std::string, std::size_t> kinds;
    for (const auto& message : management.peek(main_queue, all_messages)) ++kinds[kind_of(message)];
    kinds["retry"] += management.messages_in(delay_queue);
    INFO("from the " << (from_ == Version::earlier ? "earlier" : "current") << " version");
    std::string found;
    for (const auto& [kind, number] : kinds) found += std::to_string(number) + " of kind " + kind + "; ";
    CAPTURE(found);
    for (const char* kind : {"first", "further", "retry", "replay"}) {
      INFO(kind);
      CHECK(kinds[kind] > 0);
    }
  }

  /// As an operator does with RabbitMQ's tools.
  void move_dead_letter_back() {
    const RabbitmqManagement management{installation_.servers().vhost()};
    for (const auto& message : management.take(dead_letter_queue, all_messages)) {
      const auto& properties = message.at("properties").as_object();
      const bool goes_back = properties.at("message_id").as_string() == dead_[0];
      management.publish(goes_back ? main_queue : dead_letter_queue, std::string{message.at("payload").as_string()},
                         properties);
    }
  }

  /// Its row is all that is left of it.
  void lose_one_retry() {
    const RabbitmqManagement management{installation_.servers().vhost()};
    static_cast<void>(management.take(delay_queue, 1));
  }

  void finish() {
    const Version to = other(from_);
    const auto migrate = installation_.start(to, "migrate");
    REQUIRE(migrate->wait_for_exit() == 0);
    api_ = installation_.start(to, "api");
    consumer_ = installation_.start(to, "consume");
    Ledger ledger;
    for (const Events* events : {&dead_, &retried_, &queued_}) ledger.accepted.insert(events->begin(), events->end());
    const Account account = installation_.account(ledger);
    CHECK(account.lost.empty());
    CHECK(account.unexpected == 0);
    CHECK(attempts_made() == attempts_expected());
    for (const std::string& id : queued_) CHECK(notification(api_->port(), id).at("status").as_string() == "SENT");
    CHECK(notification(api_->port(), dead_[1]).at("status").as_string() == "SENT");
    CHECK(installation_.count("dead_letters WHERE state = 'DEAD' AND reason <> 'retries_exhausted'") == 0);
    CHECK(api_->is_running());
    CHECK(consumer_->is_running());
  }

 private:
  Events post(int count, const std::string& email) {
    Events ids;
    for (int i = 0; i < count; ++i) ids.push_back(accepted_event_id(api_->port(), event_body(email)));
    return ids;
  }

  static void stop(NotifierProcess& process) {
    process.signal(SIGTERM);
    REQUIRE(process.wait_for_exit() == 0);
  }

  std::size_t dead_rows() {
    try {
      return installation_.count("notifications WHERE status = 'FAILED_DLQ'");
    } catch (const std::exception&) {
      return 0;  // there is no table yet
    }
  }

  std::string path_of_dead(const std::string& id) {
    return "/dead-letters/" +
           installation_.servers().database().query("SELECT id FROM dead_letters WHERE event_id = '" + id + "'").at(0).at(0);
  }

  boost::json::value edit(const std::string& id) {
    return installation_.post(api_->port(), path_of_dead(id) + "/edit",
                              R"({"payload":{"userId":"uuid-123","email":"mended@example.com","username":"testuser"}})");
  }

  boost::json::value replay(const std::string& id) { return installation_.post(api_->port(), path_of_dead(id) + "/replay"); }

  static bool has(const Events& events, const std::string& id) { return std::ranges::find(events, id) != events.end(); }

  std::string kind_of(const boost::json::object& message) const {
    const auto& properties = message.at("properties").as_object();
    const std::string id{properties.at("message_id").as_string()};
    if (has(dead_, id.substr(0, id.find('/')))) return "replay";
    if (has(retried_, id) && boost::json::serialize(properties).contains(R"("x-attempt":1)")) return "retry";
    return id.ends_with(further) ? "further" : "first";
  }

  Attempts attempts_expected() const {
    Attempts attempts;
    add(attempts, queued_, 1);
    add(attempts, retried_, 2);
    add(attempts, dead_, 4);
    attempts[dead_[0] + further] = 2;
    attempts[dead_[1]] = 3;
    attempts[dead_[1] + further] = 2;
    return attempts;
  }

  Attempts attempts_made() const {
    Attempts attempts;
    for (const std::string& send : installation_.servers().sends())
      ++attempts[send.substr(std::string{"notif-"}.size(), send.find(' ') - std::string{"notif-"}.size())];
    return attempts;
  }

  Installation installation_;
  Version from_;
  std::unique_ptr<NotifierProcess> api_;
  std::unique_ptr<NotifierProcess> consumer_;
  Events dead_;
  Events retried_;
  Events queued_;
};

void change(RealServers::Database database, Version from) {
  Change change{database, from};
  change.begin();
  change.require_each_kind();
  change.move_dead_letter_back();
  change.lose_one_retry();
  change.finish();
}

}  // namespace

TEST_CASE("What a version leaves in the queues the next one takes up, a message of each kind") {
  change(RealServers::Database::mysql, Version::earlier);
}

TEST_CASE("What a version leaves in the queues the one before it takes up, a message of each kind") {
  change(RealServers::Database::mysql, Version::current);
}

TEST_CASE("What a version leaves in the queues the next one takes up on MariaDB, a message of each kind") {
  change(RealServers::Database::mariadb, Version::earlier);
}

TEST_CASE("What a version leaves in the queues the one before it takes up on MariaDB, a message of each kind") {
  change(RealServers::Database::mariadb, Version::current);
}
