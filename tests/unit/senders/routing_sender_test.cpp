#include "senders/routing_sender.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "senders/reporting_sender.hpp"

using namespace notifier;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;

struct Sending {
  Notification notification;
  milliseconds deadline;
};

/// Answers the same to everything and keeps what it was given.
class AnsweringSender final : public Sender {
 public:
  AnsweringSender(asio::io_context& context, SendResult result, std::vector<Sending>& sendings, bool uses_all_time)
      : context_{context}, result_{std::move(result)}, sendings_{sendings}, uses_all_time_{uses_all_time} {}

  void send(Notification notification, milliseconds deadline, SendHandler handler) override {
    sendings_.push_back({std::move(notification), deadline});
    if (uses_all_time_) std::this_thread::sleep_for(deadline);
    asio::post(context_, [result = result_, handler = std::move(handler)]() mutable { handler(std::move(result)); });
  }

 private:
  asio::io_context& context_;
  SendResult result_;
  std::vector<Sending>& sendings_;
  bool uses_all_time_;
};

/// Knows the template `known` alone.
class OneTemplate final : public TemplateRenderer {
 public:
  [[nodiscard]] std::expected<Content, std::string> render(std::string_view template_name,
                                                           const Event& event) const override {
    if (template_name != "known") return std::unexpected{"the event has no text or number for payload.total"};
    return Content{.subject = "to " + event.recipient.username, .text = "text", .html = "<p>"};
  }
};

/// Makes long texts, and counts them.
class LongTemplate final : public TemplateRenderer {
 public:
  [[nodiscard]] std::expected<Content, std::string> render(std::string_view, const Event&) const override {
    constexpr std::size_t mebibyte = 1024UL * 1024;
    ++made;
    return Content{.subject = "long", .text = std::string(mebibyte, 'x'), .html = {}};
  }

  mutable std::size_t made = 0;
};

/// Keeps what it is to send until it is told to end it.
class HoldingSender final : public Sender {
 public:
  explicit HoldingSender(std::vector<SendHandler>& held) : held_{held} {}

  void send(Notification, milliseconds, SendHandler handler) override { held_.push_back(std::move(handler)); }

 private:
  std::vector<SendHandler>& held_;
};

constexpr milliseconds sender_deadline = seconds{4};

class Routing {
 public:
  explicit Routing(std::vector<Route> routes) : routes_{std::move(routes)} {}

  Routing& with(const std::string& name, SendResult result, bool uses_all_time = false) {
    auto answering = std::make_unique<AnsweringSender>(context_, std::move(result), sendings[name], uses_all_time);
    senders_.emplace(name,
                     RoutedSender{.sender = make_reporting_sender(name, std::move(answering)), .deadline = sender_deadline});
    return *this;
  }

  SendResult send(const std::string& event_id, const std::string& event_type, milliseconds deadline = seconds{10}) {
    const auto sender = make_routing_sender(context_.get_executor(), routes_, std::move(senders_), templates_);
    const Event event{.id = event_id, .type = event_type, .payload = "{}", .recipient = {.username = "ada"}};
    std::vector<SendResult> results;
    bool has_returned = false;
    bool returned_first = false;
    asio::post(context_, [&] {
      sender->send(make_notification(event, routes_.choose("", event.id, event.type).name, 2), deadline,
                   [&](SendResult result) {
                     returned_first = has_returned;
                     results.push_back(std::move(result));
                   });
      has_returned = true;
    });
    context_.run();
    CHECK(returned_first);
    REQUIRE(results.size() == 1);
    return std::move(results.front());
  }

  std::map<std::string, std::vector<Sending>> sendings;  ///< by sender

 private:
  asio::io_context context_;
  Routes routes_;
  SendersByName senders_;
  OneTemplate templates_;
};

/// Many notifications with long texts, on a route whose sender keeps them.
class LongTexts {
 public:
  LongTexts() {
    senders_.emplace("mail", RoutedSender{.sender = std::make_unique<HoldingSender>(held_), .deadline = sender_deadline});
    sender_ = make_routing_sender(context_.get_executor(), routes_, std::move(senders_), templates_);
  }

  void send(std::size_t count, milliseconds deadline, const std::string& route_name = "letters") {
    for (std::size_t i = 0; i < count; ++i) {
      const Event event{.id = "e" + std::to_string(i), .type = "letter", .payload = "{}"};
      sender_->send(make_notification(event, route_name, 1), deadline,
                    [this](SendResult result) { results.push_back(std::move(result)); });
    }
  }

  /// Ends those that the sender has, which lets others begin.
  void end_all_held() {
    while (!held_.empty()) {
      SendHandler first = std::move(held_.front());
      held_.erase(held_.begin());
      first(Sent{});
    }
  }

  void run_until_answered(std::size_t count) {
    while (results.size() < count) context_.run_one();
  }

  [[nodiscard]] std::size_t texts_made() const { return templates_.made; }

  std::vector<SendResult> results;

 private:
  asio::io_context context_;
  std::vector<SendHandler> held_;
  Routes routes_{{Route{.name = "letters", .event_types = {"letter"}, .senders = {"mail"}, .template_name = "long"},
                  Route{.name = "others", .event_types = {"other"}, .senders = {"mail"}, .template_name = "long"}}};
  SendersByName senders_;
  LongTemplate templates_;
  std::unique_ptr<Sender> sender_;
};

Route route(std::string name, std::string event_type, std::vector<std::string> senders, std::string template_name = {}) {
  return {.name = std::move(name),
          .event_types = {std::move(event_type)},
          .senders = std::move(senders),
          .template_name = std::move(template_name)};
}

std::string for_now(const SendResult& result) {
  const auto* failed = std::get_if<TransientFailure>(&result);
  return failed == nullptr ? "-" : failed->error;
}

std::string for_good(const SendResult& result) {
  const auto* failed = std::get_if<PermanentFailure>(&result);
  return failed == nullptr ? "-" : failed->error;
}

std::optional<milliseconds> retry_after(const SendResult& result) {
  if (const auto* failed = std::get_if<TransientFailure>(&result)) return failed->retry_after;
  return std::get<Deferred>(result).retry_after;
}

}  // namespace

TEST_CASE("A notification goes on the route of its event's type, or on the one that its id names") {
  const std::vector<Route> routes{route("people", "user_*", {"mail"}), route("systems", "*", {"hook"})};
  const auto sent_by = [&](const std::string& id, const std::string& type) {
    Routing routing{routes};
    routing.with("mail", Sent{}).with("hook", Sent{});
    CHECK(std::holds_alternative<Sent>(routing.send(id, type)));
    CHECK(routing.sendings["mail"].size() + routing.sendings["hook"].size() == 1);
    return routing.sendings["mail"].empty() ? "hook" : "mail";
  };
  CHECK(sent_by("e1", "user_signup") == std::string{"mail"});
  CHECK(sent_by("e1/systems", "user_signup") == std::string{"hook"});
  CHECK(sent_by("e1", "order_shipped") == std::string{"hook"});
}

TEST_CASE("An event of a type that no route takes fails for good") {
  Routing routing{{route("people", "user_*", {"mail"})}};
  routing.with("mail", Sent{});
  CHECK(for_good(routing.send("e1", "order_shipped")) == "there is no route ");
  CHECK(routing.sendings["mail"].empty());
}

TEST_CASE("The words are those of the route's template, or those that the notification came with") {
  Routing with_template{{route("people", "*", {"mail"}, "known")}};
  with_template.with("mail", Sent{}).send("e1", "user_signup");
  REQUIRE(with_template.sendings["mail"].size() == 1);
  const Sending& sending = with_template.sendings["mail"].front();
  CHECK(sending.notification.content.subject == "to ada");
  CHECK(sending.notification.content.html == "<p>");
  CHECK(sending.notification.id == "notif-e1");
  CHECK(sending.notification.attempt == 2);
  CHECK(sending.deadline == sender_deadline);

  Routing without{{route("people", "*", {"mail"})}};
  without.with("mail", Sent{}).send("e1", "user_signup");
  REQUIRE(without.sendings["mail"].size() == 1);
  CHECK(without.sendings["mail"].front().notification.content.subject == "News: user_signup");
}

TEST_CASE("A template that cannot be rendered fails for good, and nothing is sent") {
  Routing routing{{route("people", "*", {"mail"}, "other")}};
  routing.with("mail", Sent{});
  CHECK(for_good(routing.send("e1", "user_signup")) == "the event has no text or number for payload.total");
  CHECK(routing.sendings["mail"].empty());
}

TEST_CASE("The only sender of a route answers for it") {
  const auto result_of = [](const SendResult& result) {
    Routing routing{{route("people", "*", {"mail"})}};
    return routing.with("mail", result).send("e1", "user_signup");
  };
  CHECK(for_now(result_of(TransientFailure{"busy", seconds{7}})) == "busy");
  CHECK(retry_after(result_of(TransientFailure{"busy", seconds{7}})) == seconds{7});
  CHECK(for_good(result_of(PermanentFailure{"no such user"})) == "no such user");
  CHECK(retry_after(result_of(Deferred{"the circuit is open", seconds{3}})) == seconds{3});
}

TEST_CASE("Senders have their turn until one has sent or failed for good") {
  const auto routing_with = [](const SendResult& first, const SendResult& second, const SendResult& third,
                               std::size_t asked) {
    Routing routing{{route("people", "*", {"first", "second", "third"}, "known")}};
    SendResult result = routing.with("first", first).with("second", second).with("third", third).send("e1", "user_signup");
    std::size_t count = 0;
    for (const auto& [name, sendings] : routing.sendings) {
      CHECK(sendings.size() <= 1);
      for (const Sending& sending : sendings) CHECK(sending.notification.content.subject == "to ada");
      count += sendings.size();
    }
    CHECK(count == asked);
    return result;
  };
  const TransientFailure busy{"busy", seconds{9}};
  const TransientFailure broken{"broken"};
  const PermanentFailure refused{"refused"};
  const Deferred paused{"paused", seconds{4}};
  const Deferred limited{"limited", seconds{2}};

  CHECK(std::holds_alternative<Sent>(routing_with(Sent{}, broken, broken, 1)));
  CHECK(std::holds_alternative<Sent>(routing_with(broken, Sent{}, broken, 2)));
  CHECK(std::holds_alternative<Sent>(routing_with(paused, busy, Sent{}, 3)));

  CHECK(for_good(routing_with(refused, Sent{}, Sent{}, 1)) == "first: refused");
  CHECK(for_good(routing_with(broken, refused, Sent{}, 2)) == "first: broken; second: refused");

  const SendResult all_failed = routing_with(busy, broken, busy, 3);
  CHECK(for_now(all_failed) == "first: busy; second: broken; third: busy");
  CHECK_FALSE(retry_after(all_failed));  // the second may be asked at any time

  const SendResult one_tried = routing_with(paused, busy, paused, 3);
  CHECK(for_now(one_tried) == "first: paused; second: busy; third: paused");
  CHECK(retry_after(one_tried) == seconds{4});

  const SendResult none_tried = routing_with(paused, limited, paused, 3);
  REQUIRE(std::holds_alternative<Deferred>(none_tried));
  CHECK(std::get<Deferred>(none_tried).reason == "first: paused; second: limited; third: paused");
  CHECK(retry_after(none_tried) == seconds{2});
}

TEST_CASE("The result has what each sender made of it that was asked") {
  Routing routing{{route("people", "*", {"first", "second", "third", "fourth"})}};
  routing.with("first", Deferred{"paused", seconds{4}}).with("second", TransientFailure{"busy"});
  routing.with("third", Sent{.reply = "250 taken"}).with("fourth", Sent{});
  SendResult result = routing.send("e1", "user_signup");
  const std::vector<Send>& sends = sends_of(result);
  REQUIRE(sends.size() == 3);
  CHECK(sends[0].sender == "first");
  CHECK(sends[0].outcome == SendOutcome::deferred);
  CHECK(sends[0].text == "paused");
  CHECK(sends[1].sender == "second");
  CHECK(sends[1].outcome == SendOutcome::transient);
  CHECK(sends[1].text == "busy");
  CHECK(sends[2].sender == "third");
  CHECK(sends[2].outcome == SendOutcome::sent);
  CHECK(sends[2].text == "250 taken");
}

TEST_CASE("Each sender has its own deadline, as far as there is time left") {
  Routing routing{{route("people", "*", {"first", "second"})}};
  routing.with("first", TransientFailure{"busy"}).with("second", Sent{});
  SECTION("for both") {
    CHECK(std::holds_alternative<Sent>(routing.send("e1", "user_signup", 2 * sender_deadline)));
    CHECK(routing.sendings["second"].front().deadline == sender_deadline);
  }
  SECTION("for less than one") {
    CHECK(std::holds_alternative<Sent>(routing.send("e1", "user_signup", sender_deadline / 2)));
    CHECK(routing.sendings["first"].front().deadline <= sender_deadline / 2);
  }
}

TEST_CASE("When the time is up nobody else has a turn") {
  Routing routing{{route("people", "*", {"slow", "second"})}};
  routing.with("slow", TransientFailure{"too slow"}, true).with("second", Sent{});
  CHECK(for_now(routing.send("e1", "user_signup", milliseconds{0})) == "slow: too slow");
  CHECK(routing.sendings["second"].empty());
}

TEST_CASE("Texts are made while there is memory for them, and the other notifications follow as sends end") {
  constexpr std::size_t count = 100;
  constexpr std::size_t most_at_once = 10;
  LongTexts texts;
  texts.send(count, seconds{10});
  CHECK(texts.texts_made() > 0);
  CHECK(texts.texts_made() <= most_at_once);
  texts.end_all_held();
  CHECK(texts.texts_made() == count);
  REQUIRE(texts.results.size() == count);
  CHECK(std::ranges::all_of(texts.results, [](const SendResult& result) { return std::holds_alternative<Sent>(result); }));
}

TEST_CASE("What waits too long for the memory for its text is not attempted") {
  constexpr std::size_t count = 20;
  LongTexts texts;
  texts.send(count, milliseconds{20});
  const std::size_t made = texts.texts_made();
  texts.run_until_answered(count - made);
  CHECK(
      std::ranges::all_of(texts.results, [](const SendResult& result) { return std::holds_alternative<Deferred>(result); }));
  CHECK(texts.texts_made() == made);
}

TEST_CASE("A route whose sends do not end leaves others memory for a text") {
  LongTexts texts;
  texts.send(100, seconds{10});
  const std::size_t made = texts.texts_made();
  texts.send(1, seconds{10}, "others");
  CHECK(texts.texts_made() == made + 1);
}
