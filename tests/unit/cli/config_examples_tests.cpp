#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <regex>
#include <string>
#include <variant>

#include "cli/command_line.hpp"
#include "templates/mustache_renderer.hpp"
#include "unit/cli/routing_tables_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::routing_of;

TEST_CASE("The tables of the annotated reference configuration are what may be written") {
  std::ifstream stream{NOTIFIER_CONFIG_FOLDER "/notifier.toml"};
  REQUIRE(stream);
  std::string tables;
  bool in_tables = false;
  static const std::regex content{R"re(# (\[.*|[a-z-]+ = .*))re"};
  for (std::string line; std::getline(stream, line);) {
    in_tables = in_tables || line.starts_with("# [");
    if (!in_tables || !std::regex_match(line, content)) continue;
    if (line.starts_with("# secrets-file")) line = "# secrets = [\"whsec_c2VjcmV0\"]";
    if (!line.starts_with("# password-file")) tables.append(line.substr(2)).append("\n");
  }
  const RoutingSettings routing =
      routing_of(tables + "[routes.systems]\nevents = [\"*\"]\nsenders = [\"orders\", \"nothing\"]\n");
  REQUIRE(routing.senders.size() == 3);
  const PacingSettings defaults;
  CHECK(routing.senders[0].pacing.failures_to_open == defaults.failures_to_open);
  CHECK(routing.senders[0].pacing.pause == defaults.pause);
  CHECK(std::get<SmtpSettings>(routing.senders[0].kind).connections == SmtpSettings{}.connections);
  CHECK(std::get<WebhookSettings>(routing.senders[1].kind).connections == WebhookSettings{}.connections);
  CHECK(std::get<MockSettings>(routing.senders[2].kind).latency == MockSettings{}.latency);
}

TEST_CASE("The example for mail is valid, with its templates") {
  const auto invocation = read_command_line({"--config", NOTIFIER_CONFIG_FOLDER "/mail.toml", "config"});
  INFO((invocation ? "" : invocation.error().text));
  REQUIRE(invocation);
  const auto renderer = make_template_renderer(NOTIFIER_CONFIG_FOLDER "/templates", invocation->settings.routing.routes);
  INFO((renderer ? "" : renderer.error()));
  REQUIRE(renderer);
  const Event signup{
      .id = "e1", .type = "user_signup", .payload = "{}", .recipient = {.email = "ada@example.com", .username = "ada"}};
  const auto welcome = (*renderer)->render("welcome", signup);
  REQUIRE(welcome);
  CHECK(welcome->subject == "Welcome, ada");
  CHECK_THAT(welcome->html, ContainsSubstring("<b>ada@example.com</b>"));

  Event order = signup;
  order.payload = R"({"orderId":"A-7","items":[{"amount":2,"name":"cup"},{"amount":1,"name":"jug"}]})";
  const auto news = (*renderer)->render("order", order);
  REQUIRE(news);
  CHECK(news->subject == "Your order A-7");
  CHECK(news->text == "Hello ada,\n\nthere is news of your order A-7.\n- 2 x cup\n- 1 x jug\n");
}
